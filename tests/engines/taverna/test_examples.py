"""Every example, end to end: the command a runner starts, and the command at the prompt."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from taverna_server.engines.taverna.local import LocalOrder, run_locally
from tests.engines.taverna.examples import EXAMPLES, FOLDER, differences, prepare

EXECUTEWORKFLOW = Path(sys.executable).parent / "executeworkflow"


@pytest.mark.parametrize("example", EXAMPLES)
def test_example_gives_its_outputs(example: str, tmp_path: Path) -> None:
    directory = prepare(example, tmp_path)
    done = subprocess.run(
        [EXECUTEWORKFLOW, directory.root], capture_output=True, text=True, check=False
    )
    outcome = directory.read_outcome()
    assert outcome is not None
    assert (done.returncode, outcome.exit_code, outcome.message, done.stderr) == (0, 0, "", "")
    assert differences(example, directory.out) == []


@pytest.mark.parametrize("example", EXAMPLES)
def test_example_gives_the_same_without_a_server(example: str, tmp_path: Path) -> None:
    source = FOLDER / example
    document = source / "inputs.baclava"
    order = LocalOrder(
        source / "workflow.t2flow",
        files={path.name: path for path in (source / "inputs").glob("*")},
        baclava=document if document.exists() else None,
        output=tmp_path / "out",
    )
    assert run_locally(order) == 0
    assert differences(example, tmp_path / "out") == []


def test_run_directory_holds_all_there_is_to_know(tmp_path: Path) -> None:
    directory = prepare("hello_world", tmp_path)
    subprocess.run([EXECUTEWORKFLOW, directory.root], check=True)
    events = [json.loads(line) for line in directory.events.read_text().splitlines()]
    assert next(event["event"] for event in events) == "started"
    assert events[-1] | {"time": ""} == {"event": "ended", "time": "", "exit_code": 0}
    assert "Workflow completed" in directory.detail_log.read_text()
    outcome = directory.read_outcome()
    assert outcome is not None
    assert outcome.usage["user"] > 0
    assert not directory.scratch.exists()
