from __future__ import annotations

import base64
import json
import os
import signal
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from taverna_server.engines.steps.foreign import python_of
from tests.engines.foreign import STOP, ForeignRun, bubblewrap, prepare, stop_while_running

pytestmark = pytest.mark.skipif(python_of("cwl") is None, reason="cwltool is not installed here")


def tool(name: str, *command: str, **more: Any) -> dict[str, Any]:
    """Takes ``word``; gives what the command writes as the file ``out``."""
    return {
        "class": "CommandLineTool",
        "id": f"#{name}.cwl",
        "baseCommand": list(command),
        "inputs": [{"id": f"#{name}.cwl/word", "type": "Any", "inputBinding": {"position": 1}}],
        "outputs": [{"id": f"#{name}.cwl/out", "type": "stdout"}],
        "stdout": f"{name}.txt",
        **more,
    }


def chain(*tools: dict[str, Any], first: Any = "string", **more: Any) -> dict[str, Any]:
    """A workflow in which each step takes what the one before gave."""
    names = [item["id"][1:].removesuffix(".cwl") for item in tools]
    sources = ["#main/word", *(f"#main/{name}/out" for name in names)]
    main = {
        "class": "Workflow",
        "id": "#main",
        "inputs": [{"id": "#main/word", "type": first}],
        "outputs": [{"id": "#main/result", "type": "Any", "outputSource": sources[-1]}],
        "steps": [_step(name, source) for name, source in zip(names, sources, strict=False)],
        **more,
    }
    return {"cwlVersion": "v1.0", "$graph": [main, *tools]}


def _step(name: str, source: str) -> dict[str, Any]:
    inputs = [{"id": f"#main/{name}/word", "source": source}]
    return {
        "id": f"#main/{name}", "run": f"#{name}.cwl", "in": inputs, "out": [f"#main/{name}/out"],
    }  # fmt: skip


def specification(document: Mapping[str, Any], **parameters: Any) -> dict[str, Any]:
    return {
        "inputs": {"parameters": parameters},
        "workflow": {"type": "cwl", "file": "w.cwl", "specification": document},
    }


def cwl(root: Path, document: Mapping[str, Any], word: Any = "hi", **options: Any) -> ForeignRun:
    return prepare(root, specification(document, word=word), **options)


DOCKER = [{"class": "DockerRequirement", "dockerPull": "python:2.7-slim"}]


def test_steps_run_as_jobs_and_outputs_lie_flat(tmp_path: Path) -> None:
    document = chain(tool("say", "echo", requirements=DOCKER), tool("shout", "tr", "a-z", "A-Z"))
    document["$graph"][2] |= {"stdin": "$(inputs.word.path)"}
    del document["$graph"][2]["inputs"][0]["inputBinding"]
    run = cwl(tmp_path, document)
    assert run.execute() == 0, run.engine_log
    assert (run.wd / "outputs" / "shout.txt").read_text() == "HI\n"
    assert run.steps() == {"say": (0, 0, 1, 0), "shout": (0, 0, 1, 0)}
    assert run.planned() == 2
    assert run.job("say")["environment"] == "python:2.7-slim"
    assert run.job("say")["command"] == "echo hi"
    assert [path.name for path in run.wd.iterdir()] == ["outputs"]


def test_engine_log_has_the_lines_that_test_suites_look_for(tmp_path: Path) -> None:
    run = cwl(tmp_path, chain(tool("say", "echo")))
    run.execute()
    for words in (
        "cwltool | MainThread | INFO | [workflow ] start",
        "cwltool | MainThread | INFO | [step say] start",
        "cwltool | say | INFO | [step say] completed success",
        "cwltool | MainThread | INFO | Final process status is success",
    ):
        assert words in run.engine_log
    assert "calling.py" not in run.engine_log


def test_what_a_step_writes_is_its_log(tmp_path: Path) -> None:
    run = cwl(tmp_path, chain(tool("talk", "sh", "-c", "echo out; echo err >&2")))
    assert run.execute() == 0
    assert run.log_of(run.job("talk")) == "err\n"
    assert (run.wd / "outputs" / "talk.txt").read_text() == "out\n"
    assert "err\n" not in run.engine_log


@pytest.mark.parametrize(
    ("declared", "text", "seen"),
    [("int", "3", "3"), (["null", "double"], "0.5", "0.5"), ("string", "3", "3")],
)
def test_texts_become_the_declared_types(
    tmp_path: Path, declared: Any, text: str, seen: str
) -> None:
    document = chain(tool("say", "echo"), first=declared)
    run = cwl(tmp_path, document, word=1, parameters={"word": text})
    assert run.execute() == 0, run.engine_log
    assert (run.wd / "outputs" / "say.txt").read_text() == f"{seen}\n"


def test_files_are_those_of_the_workspace(tmp_path: Path) -> None:
    document = chain(tool("show", "cat"), first="File")
    word = {"class": "File", "location": "data/names and more.txt"}
    told = specification(document, input={"word": word})
    run = prepare(tmp_path, told, {"data/names and more.txt": "Jane\n"})
    assert run.execute() == 0, run.engine_log
    assert (run.wd / "outputs" / "show.txt").read_text() == "Jane\n"


def test_missing_file_is_named_before_anything_runs(tmp_path: Path) -> None:
    document = chain(tool("show", "cat"), first="File")
    run = cwl(tmp_path, document, {"class": "File", "location": "data/none.txt"})
    assert run.execute() == 255
    assert "The input file 'data/none.txt' of step 'show' is not in the workspace" in run.engine_log
    assert run.jobs() == []


def test_failing_step_is_named_and_later_ones_do_not_run(tmp_path: Path) -> None:
    bad = tool("bad", "sh", "-c", "echo oh >&2; exit 3")
    run = cwl(tmp_path, chain(tool("good", "echo"), bad, tool("never", "cat")))
    assert run.execute() == 1
    assert run.job("bad")["exit_code"] == 3
    assert run.log_of(run.job("bad")) == "oh\n"
    assert "Step 'bad' failed with exit code 3" in run.engine_log
    assert run.steps()["never"] == (1, 0, 0, 0)
    assert "[step bad] completed permanentFail" in run.engine_log


@pytest.mark.parametrize("name", ["TARGET", "--target"])
def test_target_executes_what_it_needs_and_no_more(tmp_path: Path, name: str) -> None:
    document = chain(tool("one", "echo"), tool("two", "cat"))
    first = {"id": "#main/first", "type": "Any", "outputSource": "#main/one/out"}
    document["$graph"][0]["outputs"].append(first)
    run = cwl(tmp_path, document, operational={name: "first"})
    assert run.execute() == 0, run.engine_log
    assert [job["step"] for job in run.jobs()] == ["one"]


def test_scatter_has_a_job_for_each_item(tmp_path: Path) -> None:
    more = {"requirements": [{"class": "ScatterFeatureRequirement"}]}
    document = chain(tool("say", "echo"), first="string[]", **more)
    document["$graph"][0]["steps"][0]["scatter"] = "#main/say/word"
    run = cwl(tmp_path, document, ["a", "b", "c"])
    assert run.execute() == 0, run.engine_log
    assert run.steps() == {"say": (0, 0, 3, 0)}
    assert run.planned() == 3
    assert {job["command"] for job in run.jobs()} == {"echo a", "echo b", "echo c"}


def test_javascript_is_executed(tmp_path: Path) -> None:
    say = tool("say", "echo", requirements=[{"class": "InlineJavascriptRequirement"}])
    say["arguments"] = ["${ return [1, 2, 3].map(n => n * 2).join('-'); }"]
    run = cwl(tmp_path, chain(say))
    assert run.execute() == 0, run.engine_log
    assert (run.wd / "outputs" / "say.txt").read_text() == "2-4-6 hi\n"


def test_single_tool_is_a_workflow_of_one_step(tmp_path: Path) -> None:
    run = cwl(tmp_path, {"cwlVersion": "v1.2", **tool("say", "echo"), "id": "#main"} | {
        "inputs": {"word": "string"}, "outputs": {"out": "stdout"}, "arguments": ["$(inputs.word)"],
    })  # fmt: skip
    assert run.execute() == 0, run.engine_log
    assert run.planned() == 1
    assert (run.wd / "outputs" / "say.txt").read_text() == "hi\n"


def test_restart_replaces_the_outputs(tmp_path: Path) -> None:
    first = cwl(tmp_path, chain(tool("say", "echo")))
    assert first.execute() == 0
    second = cwl(tmp_path, chain(tool("say", "echo")), "again", workspace=first.run_id)
    assert second.execute() == 0, second.engine_log
    assert (first.wd / "outputs" / "say.txt").read_text() == "again\n"
    assert [path.name for path in (first.wd / "outputs").iterdir()] == ["say.txt"]


def test_unknown_target_is_an_error(tmp_path: Path) -> None:
    run = cwl(tmp_path, chain(tool("say", "echo")), operational={"TARGET": "nowhere"})
    assert run.execute() == 1
    assert "nowhere" in run.engine_log


def test_tools_find_the_secrets(tmp_path: Path) -> None:
    run = cwl(tmp_path, chain(tool("say", "sh", "-c", 'test "$WORD" = hush')))
    secret = {"WORD": {"type": "env", "value": base64.b64encode(b"hush").decode()}}
    (run.directory.security / "reana-secrets.json").write_text(json.dumps(secret))
    assert run.execute() == 0, run.engine_log


def test_stop_ends_it_within_a_second_and_leaves_nothing(tmp_path: Path) -> None:
    say = tool("long", "sh", "-c", "setsid sleep 60 & trap '' TERM; sleep 60")
    code, seconds, left = stop_while_running(cwl(tmp_path, chain(say)))
    assert code == 143
    assert seconds < STOP
    assert left == []


def test_engine_that_is_killed_takes_its_steps_with_it(tmp_path: Path) -> None:
    run = cwl(tmp_path, chain(tool("long", "sh", "-c", "sleep 61")))
    process = run.start()
    run.until_running()
    (engine,) = [pid for pid in _children(process.pid) if "cwl" in _command_line(pid)]
    os.kill(engine, signal.SIGKILL)
    assert process.wait(10) == 137
    assert run.job("long")["status"] == "failed"


def _children(pid: int) -> list[int]:
    found: list[int] = []
    for task in Path(f"/proc/{pid}/task").iterdir():
        found += map(int, (task / "children").read_text().split())
    return found


def _command_line(pid: int) -> str:
    return Path(f"/proc/{pid}/cmdline").read_text().replace("\0", " ")


@bubblewrap
@pytest.mark.parametrize("options", [{"step_sandbox": "bwrap", "step_network": False}])
def test_sandboxed_steps_find_the_same_files(tmp_path: Path, options: dict[str, Any]) -> None:
    document = chain(tool("say", "echo"), tool("show", "cat"))
    run = cwl(tmp_path, document, **options)
    assert run.execute() == 0, run.engine_log
    assert (run.wd / "outputs" / "show.txt").read_text() == "hi\n"
    assert run.job("show")["backend"] == "bwrap"


def test_document_that_is_none_is_a_sentence(tmp_path: Path) -> None:
    text = specification({})
    text["workflow"]["specification"] = "no mapping"
    run = prepare(tmp_path, text)
    assert run.execute() == 255
    assert "has no CWL document" in run.engine_log


def test_file_that_is_not_there_is_a_sentence(tmp_path: Path) -> None:
    run = cwl(tmp_path, {})
    assert run.execute() == 255
    assert "The workflow file 'w.cwl' is not in the workspace" in run.engine_log
