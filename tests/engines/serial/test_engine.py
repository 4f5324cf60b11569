from __future__ import annotations

import base64
import json
from pathlib import Path
from typing import Any

import pytest

from taverna_server.workflow.reana import read_specification
from tests.engines.foreign import STOP, prepare, stop_while_running


def serial(*steps: dict[str, Any], **parameters: Any) -> dict[str, Any]:
    return {
        "inputs": {"parameters": parameters},
        "workflow": {"type": "serial", "specification": {"steps": list(steps)}},
    }


def step(*commands: str, name: str = "", environment: str = "", **more: Any) -> dict[str, Any]:
    return {"commands": list(commands), "environment": environment, "name": name, **more}


LETTERS = [step(f"echo {letter} >> letters", name=letter) for letter in "abcd"]


def test_commands_run_in_order_in_the_workspace(tmp_path: Path) -> None:
    run = prepare(tmp_path, serial(*LETTERS))
    assert run.execute() == 0
    assert (run.wd / "letters").read_text() == "a\nb\nc\nd\n"
    assert run.planned() == 4
    assert run.steps() == dict.fromkeys("abcd", (0, 0, 1, 0))


def test_parameters_are_filled_in_and_given_ones_come_first(tmp_path: Path) -> None:
    told = serial(step('echo "${who} $$who $count"'), who="Jane", count=3)
    run = prepare(tmp_path, told, parameters={"who": "Joe"})
    assert run.execute() == 0
    (job,) = run.jobs()
    assert job["command"] == 'echo "Joe $who 3"'
    assert run.log_of(job) == "Joe  3\n"
    assert job["name"] == ""


def test_engine_log_has_the_lines_that_test_suites_look_for(tmp_path: Path) -> None:
    run = prepare(tmp_path, serial(step("echo $word"), word="hi"))
    run.execute()
    assert "| INFO | Publishing step:0, cmd: echo hi, total steps 1 to MQ" in run.engine_log


def test_unknown_parameter_is_a_problem_before_anything_runs(tmp_path: Path) -> None:
    run = prepare(tmp_path, serial(step("touch made", name="one"), step("echo $nobody")))
    assert run.execute() == 255
    assert "there is no parameter 'nobody'" in run.engine_log
    assert not (run.wd / "made").exists()


def test_failing_step_ends_the_run_and_is_named(tmp_path: Path) -> None:
    steps = [step("true", name="good"), step("echo oh >&2; exit 3", name="bad"), *LETTERS]
    run = prepare(tmp_path, serial(*steps))
    assert run.execute() == 3
    assert run.job("bad")["status"] == "failed"
    assert run.job("bad")["exit_code"] == 3
    assert run.log_of(run.job("bad")) == "oh\n"
    assert "Step 'bad' failed with exit code 3" in run.engine_log
    assert run.steps()["bad"] == (0, 0, 1, 1)
    assert run.steps()["a"] == (1, 0, 0, 0)


@pytest.mark.parametrize(
    ("options", "letters"),
    [
        ({"FROM": "B", "TARGET": "c"}, "bc"),
        ({"TARGET": "b"}, "ab"),
        ({"FROM": "c"}, "cd"),
        ({"FROM": "d", "TARGET": "a"}, "abcd"),
        ({"FROM": "nowhere", "TARGET": "nowhere"}, "abcd"),
    ],
)
def test_from_and_target_choose_steps(
    tmp_path: Path, options: dict[str, str], letters: str
) -> None:
    run = prepare(tmp_path, serial(*LETTERS), operational=options)
    assert run.execute() == 0
    assert (run.wd / "letters").read_text().split() == list(letters)


def test_restart_works_in_the_workspace_of_the_first_run(tmp_path: Path) -> None:
    first = prepare(tmp_path, serial(*LETTERS), operational={"TARGET": "b"})
    first.execute()
    second = prepare(tmp_path, serial(*LETTERS), workspace=first.run_id, operational={"FROM": "d"})
    assert second.execute() == 0
    assert (first.wd / "letters").read_text().split() == ["a", "b", "d"]
    assert second.wd == first.wd


def test_stop_ends_it_within_a_second_and_leaves_nothing(tmp_path: Path) -> None:
    run = prepare(tmp_path, serial(step("setsid sleep 60 & trap '' TERM; sleep 60", name="long")))
    code, seconds, left = stop_while_running(run)
    assert code == 143
    assert seconds < STOP
    assert left == []
    assert run.job("long")["status"] == "stopped"


def test_timeout_and_memory_limit_of_a_step_count(tmp_path: Path) -> None:
    slow = step("sleep 60", name="slow", kubernetes_job_timeout=1)
    run = prepare(tmp_path, serial(slow))
    assert run.execute() == 124
    assert "took longer than its 1 seconds" in run.log_of(run.job("slow"))
    greedy = step("python3 -c 'bytearray(10**9)'", name="g", kubernetes_memory_limit="256Mi")
    run = prepare(tmp_path, serial(greedy))
    assert run.execute() == 1
    assert "MemoryError" in run.log_of(run.job("g"))


def test_python_is_found_by_its_short_name(tmp_path: Path) -> None:
    run = prepare(tmp_path, serial(step("PATH=${PATH##*:}; python --version"), PATH="${PATH"))
    run = prepare(tmp_path, serial(step("python -c 'print(6 * 7)'")))
    assert run.execute() == 0
    assert run.log_of(run.jobs()[0]) == "42\n"


def test_secrets_are_variables_and_files(tmp_path: Path) -> None:
    run = prepare(tmp_path, serial(step('echo $$WORD; cat "$$REANA_SECRETS_DIRECTORY/key.txt"')))
    given = {"WORD": ("env", b"hush"), "key.txt": ("file", b"sesame")}
    secrets = {
        name: {"type": kind, "value": base64.b64encode(value).decode()}
        for name, (kind, value) in given.items()
    }
    (run.directory.security / "reana-secrets.json").write_text(json.dumps(secrets))
    assert run.execute() == 0
    assert run.log_of(run.jobs()[0]) == "hush\nsesame"
    assert not run.directory.scratch.exists()


@pytest.mark.parametrize(
    ("document", "problem"),
    [
        ({"workflow": {"type": "serial"}}, "has no steps"),
        (serial({"name": "x"}), "Step 'x' has no commands"),
        (serial(step("true", kubernetes_memory_limit="much")), "'much' is no size"),
    ],
)
def test_bad_specification_is_a_sentence(
    tmp_path: Path, document: dict[str, Any], problem: str
) -> None:
    run = prepare(tmp_path, document)
    assert run.execute() == 255
    assert problem in run.engine_log


@pytest.mark.parametrize("old", [{"spec": {}}, {}])
def test_old_clients_shell_variables_survive(tmp_path: Path, old: dict[str, Any]) -> None:
    document = serial(step("X=5; echo $X"))
    document["workflow"] |= old
    document = dict(read_specification(document, expanded=not old).document)
    run = prepare(tmp_path, document)
    assert run.execute() == 0
    assert run.log_of(run.jobs()[0]) == "5\n"
