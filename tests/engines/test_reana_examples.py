"""The examples of REANA's workflow types, as a client of REANA posts them."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
import uuid
from pathlib import Path
from typing import Any

import pytest
import yaml

from taverna_server.data.rundir import RunDirectory, RunOrder
from taverna_server.engines.steps.foreign import python_of
from tests.engines.foreign import ForeignRun, prepare

EXAMPLES = Path(__file__).parents[2] / "examples"
TYPES = ("serial", "cwl", "snakemake", "yadage")


def posted(folder: Path) -> dict[str, Any]:
    """The specification with what a client fills in (REANA dossier 6.2)."""
    document = yaml.safe_load((folder / "reana.yaml").read_bytes())
    parameters = document["inputs"]["parameters"]
    if "input" in parameters:
        document["inputs"]["parameters"] = yaml.safe_load(
            (folder / parameters["input"]).read_text()
        )
    if document["workflow"]["type"] == "cwl":
        document["workflow"]["specification"] = packed(folder / document["workflow"]["file"])
    return dict(document)


def packed(path: Path) -> Any:
    python = python_of("cwl")
    assert python is not None
    command = [python.with_name("cwltool"), "--pack", path]
    return json.loads(subprocess.run(command, check=True, capture_output=True).stdout)


def example(kind: str, tmp_path: Path, **options: Any) -> ForeignRun:
    if kind != "serial" and python_of(kind) is None:
        pytest.skip(f"{kind} is not installed here")
    folder = EXAMPLES / f"reana-hello-{kind}"
    run = prepare(tmp_path, posted(folder), **options)
    for name in ("code", "data", "workflow"):
        if (folder / name).exists():
            shutil.copytree(folder / name, run.wd / name)
    return run


def differences(expected: Path, actual: Path) -> list[str]:
    files = [path.relative_to(expected) for path in expected.rglob("*") if path.is_file()]
    assert files
    return [str(p) for p in files if (actual / p).read_bytes() != (expected / p).read_bytes()]


@pytest.mark.parametrize("kind", TYPES)
def test_example_gives_what_it_promises(kind: str, tmp_path: Path) -> None:
    run = example(kind, tmp_path)
    assert run.execute() == 0, run.engine_log
    assert differences(EXAMPLES / f"reana-hello-{kind}" / "expected", run.wd) == []
    assert run.job("greet")["environment"] == "python:3.11-slim"
    assert run.log_of(run.job("greet")) == "greeted Ada Lovelace\ngreeted Alan Turing\n"


@pytest.mark.parametrize("kind", TYPES)
def test_example_that_cannot_succeed_names_the_step(kind: str, tmp_path: Path) -> None:
    run = example(kind, tmp_path)
    (run.wd / "code" / "greet.py").write_text("raise SystemExit('no greetings today')")
    assert run.execute() != 0
    assert run.job("greet")["status"] == "failed"
    assert run.log_of(run.job("greet")) == "no greetings today\n"
    assert "Step 'greet' failed with exit code 1" in run.engine_log


def test_restarted_taverna_workflow_replaces_its_outputs(tmp_path: Path) -> None:
    document = (EXAMPLES / "hello_world" / "workflow.t2flow").read_bytes()
    first, second = str(uuid.uuid4()), str(uuid.uuid4())
    for run_id, workspace in ((first, None), (second, first)):
        directory = RunDirectory(tmp_path / run_id, workspace)
        directory.create(document)
        directory.write_order(RunOrder(run_id, workspace=workspace))
        command = [sys.executable, "-m", "taverna_server.executeworkflow", str(directory.root)]
        subprocess.run(command, check=True)
    assert [path.name for path in directory.out.iterdir()] == ["greeting"]


def test_taverna_example_gives_what_it_promises(tmp_path: Path) -> None:
    folder = EXAMPLES / "reana-hello-taverna"
    names = tmp_path / "names"
    names.mkdir()
    parameters = yaml.safe_load((folder / "reana.yaml").read_bytes())["inputs"]["parameters"]
    for number, name in enumerate(parameters["names"], 1):
        (names / str(number)).write_text(name)
    command = [sys.executable, "-m", "taverna_server.cli", "run", "-f", f"names={names}"]
    command += ["-i", f"pause={parameters['pause']}", "-o", str(tmp_path / "out")]
    command.append(str(folder / "workflow" / "hello.t2flow"))
    subprocess.run(command, check=True, capture_output=True)
    assert differences(folder / "expected" / "out", tmp_path / "out") == []
