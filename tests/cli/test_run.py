from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from tests.cli.conftest import Command
from tests.example_workflows import EXAMPLES, Example

PROGRAM = Path(sys.executable).with_name("taverna-server")


def arguments(example: Example) -> list[str]:
    if example.baclava:
        return ["-b", str(example.baclava)]
    return [f"--file={port}={path}" for port, path in example.input_files.items()]


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda example: example.name)
def test_example_gives_its_outputs(example: Example, tmp_path: Path) -> None:
    words = ["run", example.folder / "workflow.t2flow", "-o", tmp_path / "out"]
    done = subprocess.run(
        [PROGRAM, *words, *arguments(example)], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    assert example.differences(tmp_path / "out") == []


@pytest.mark.parametrize("word", ["greeting", "=x", ""])
def test_input_without_a_port_is_refused(command: Command, word: str) -> None:
    message = command("run", "workflow.t2flow", "-i", word, code=1)
    assert message == f"taverna-server: --input takes PORT=..., not '{word}'\n"


def test_workflow_that_is_missing_is_exit_code_255(command: Command) -> None:
    assert "no.t2flow" in command("run", "no.t2flow", code=255)
