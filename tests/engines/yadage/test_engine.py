from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from taverna_server.engines.steps.foreign import python_of
from tests.engines.foreign import STOP, ForeignRun, bubblewrap, prepare, stop_while_running

pytestmark = pytest.mark.skipif(python_of("yadage") is None, reason="Yadage is not installed here")

IMAGE = "environment: {environment_type: docker-encapsulated, image: python, imagetag: 2.7-slim}"
SCATTER = f"""
stages:
- name: generate
  dependencies: [init]
  scheduler:
    scheduler_type: multistep-stage
    parameters:
      seed: {{step: init, output: seeds}}
      out: '{{workdir}}/number.txt'
    scatter: {{method: zip, parameters: [seed]}}
    step:
      process: {{process_type: string-interpolated-cmd, cmd: 'echo {{seed}} | tee {{out}}'}}
      publisher: {{publisher_type: frompar-pub, outputmap: {{number: out}}}}
      {IMAGE}
- name: join
  dependencies: [generate]
  scheduler:
    scheduler_type: singlestep-stage
    parameters:
      numbers: {{stages: generate, output: number, unwrap: true}}
      out: '{{workdir}}/all.txt'
    step:
      process:
        process_type: interpolated-script-cmd
        interpreter: bash
        script: |
          cat {{numbers}} > {{out}}
      publisher: {{publisher_type: frompar-pub, outputmap: {{all: out}}}}
      {IMAGE}
"""


def single(command: str, output: str = "'{workdir}/made.txt'", name: str = "only") -> str:
    return f"""
stages:
- name: {name}
  dependencies: [init]
  scheduler:
    scheduler_type: singlestep-stage
    parameters: {{who: {{step: init, output: who}}, out: {output}}}
    step:
      process: {{process_type: string-interpolated-cmd, cmd: '{command}'}}
      publisher: {{publisher_type: frompar-pub, outputmap: {{made: out}}}}
      environment: {{environment_type: docker-encapsulated, image: python}}
"""


def yadage(root: Path, workflow: str, file: str = "workflow.yaml", **options: Any) -> ForeignRun:
    told = {
        "inputs": {"parameters": {"seeds": [1, 2, 3], "who": "Jane"}},
        "workflow": {"type": "yadage", "file": "workflow.yaml", "specification": None},
    }
    return prepare(root, told, {file: workflow}, **options)


def test_stages_run_as_jobs_and_scatter(tmp_path: Path) -> None:
    run = yadage(tmp_path, SCATTER)
    assert run.execute() == 0, run.engine_log
    assert (run.wd / "join" / "all.txt").read_text() == "1\n2\n3\n"
    assert (run.wd / "generate_1" / "number.txt").read_text() == "2\n"
    assert run.steps() == {"generate": (0, 0, 3, 0), "join": (0, 0, 1, 0)}
    assert run.planned() == 4
    assert [job["name"] for job in run.jobs()] == ["generate_0", "generate_1", "generate_2", "join"]
    assert {job["environment"] for job in run.jobs()} == {"python:2.7-slim"}
    assert run.log_of(run.jobs()[0]) == "1\n"


def test_engine_log_has_the_lines_that_test_suites_look_for(tmp_path: Path) -> None:
    run = yadage(tmp_path, single("echo {who} > {out}", name="helloworld"))
    run.execute()
    for words in (
        "yadage.creators | MainThread | INFO | initializing workflow",
        "yadage.wflowview | MainThread | INFO | added </helloworld:0|defined|unknown>",
        "adage.node | MainThread | INFO | node ready </init:0|success|known>",
        "adage | MainThread | INFO | workflow completed successfully.",
        "adage | MainThread | INFO | execution valid. (in terms of execution order)",
    ):
        assert words in run.engine_log


def test_failing_stage_is_named(tmp_path: Path) -> None:
    run = yadage(tmp_path, single("echo oh {who} >&2; exit 3"))
    assert run.execute() == 1
    assert run.job("only")["exit_code"] == 3
    assert run.log_of(run.job("only")) == "oh Jane\n"
    assert "Step 'only' failed with exit code 3" in run.engine_log


def test_missing_workflow_file_is_a_sentence(tmp_path: Path) -> None:
    run = yadage(tmp_path, "")
    (run.wd / "workflow.yaml").unlink()
    assert run.execute() == 255
    assert "The workflow file 'workflow.yaml' is not in the workspace" in run.engine_log


def test_invalid_workflow_fails_with_its_reason(tmp_path: Path) -> None:
    run = yadage(tmp_path, "stages:\n- {name: only}\n")
    assert run.execute() == 1
    assert "The workflow failed" in run.engine_log


def test_operational_options_say_where_things_are(tmp_path: Path) -> None:
    where = {"toplevel": "flows", "initdir": "data", "initfiles": ["more.yaml"]}
    workflow = single("cat {who} > {out}")
    run = yadage(tmp_path, workflow, "flows/workflow.yaml", operational=where)
    (run.wd / "data").mkdir()
    (run.wd / "data" / "Jane").write_text("from data")
    (run.wd / "more.yaml").write_text("other: 1")
    assert run.execute() == 0, run.engine_log
    assert (run.wd / "only" / "made.txt").read_text() == "from data"


@pytest.mark.parametrize("name", ["toplevel", "initdir"])
def test_places_outside_the_workspace_are_refused(tmp_path: Path, name: str) -> None:
    run = yadage(tmp_path, single("true"), operational={name: "../.."})
    assert run.execute() == 255
    assert "is not in the workspace" in run.engine_log


def test_restart_in_the_same_workspace_runs_all_again(tmp_path: Path) -> None:
    first = yadage(tmp_path, single("exit 3"))
    assert first.execute() == 1
    again = yadage(tmp_path, single("echo {who} > {out}"), workspace=first.run_id)
    assert again.execute() == 0, again.engine_log
    assert (first.wd / "only" / "made.txt").read_text() == "Jane\n"


def test_stop_ends_it_within_a_second_and_leaves_nothing(tmp_path: Path) -> None:
    slow = single('setsid sleep 60 & trap "" TERM; sleep 60')
    run = yadage(tmp_path, slow)
    code, seconds, left = stop_while_running(run)
    assert (code, left) == (143, [])
    assert seconds < STOP
    assert run.job("only")["status"] == "stopped"


@bubblewrap
def test_sandboxed_stages_find_the_same_files(tmp_path: Path) -> None:
    run = yadage(tmp_path, SCATTER, step_sandbox="bwrap")
    assert run.execute() == 0, run.engine_log
    assert (run.wd / "join" / "all.txt").read_text() == "1\n2\n3\n"
    assert {job["backend"] for job in run.jobs()} == {"bwrap"}
