"""Every example through the command that a runner starts."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from taverna_server.data.baclava import write_baclava
from taverna_server.data.rundir import RunDirectory, RunOrder
from taverna_server.model.run import RunInput
from tests.example_workflows import EXAMPLES, Example

EXECUTEWORKFLOW = Path(sys.executable).parent / "executeworkflow"
HELLO = next(example for example in EXAMPLES if example.name == "hello_world")


def prepared(example: Example, root: Path) -> RunDirectory:
    """A run directory with its order: single values as files, lists by Baclava."""
    directory = RunDirectory(root / "run")
    directory.create(example.document)
    values = example.inputs
    inputs = []
    for port, value in values.items():
        if isinstance(value, bytes):
            (directory.wd / port).write_bytes(value)
            inputs.append(RunInput(port, file=port))
    order = RunOrder("example", inputs=tuple(inputs))
    if len(inputs) < len(values):
        write_baclava(directory.wd / "in.baclava", values)
        order = RunOrder("example", baclava_input="in.baclava")
    directory.write_order(order)
    return directory


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda example: example.name)
def test_example_gives_its_outputs(example: Example, tmp_path: Path) -> None:
    directory = prepared(example, tmp_path)
    done = subprocess.run(
        [EXECUTEWORKFLOW, directory.root], capture_output=True, text=True, check=False
    )
    outcome = directory.read_outcome()
    assert outcome is not None
    assert (done.returncode, outcome.exit_code, outcome.message, done.stderr) == (0, 0, "", "")
    assert example.differences(directory.out) == []


def test_run_directory_holds_all_there_is_to_know(tmp_path: Path) -> None:
    directory = prepared(HELLO, tmp_path)
    subprocess.run([EXECUTEWORKFLOW, directory.root], check=True)
    events = [json.loads(line) for line in directory.events.read_text().splitlines()]
    assert events[0]["event"] == "started"
    assert events[-1] | {"time": ""} == {"event": "ended", "time": "", "exit_code": 0}
    assert "Workflow completed" in directory.detail_log.read_text()
    outcome = directory.read_outcome()
    assert outcome is not None
    assert outcome.usage["user"] > 0
    assert not directory.scratch.exists()
