"""Workflows to measure with, and running one without a server."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from string import Template

from taverna_server.data.rundir import RunDirectory, RunOrder
from taverna_server.model.run import RunInput

HERE = Path(__file__).parent
EXAMPLES = HERE.parents[1] / "examples"
Given = tuple[str, str | None]
"""A text and what cuts it into a list."""
EXECUTEWORKFLOW = Path(sys.executable).parent / "executeworkflow"


def hello_world() -> bytes:
    """The example of that name."""
    return (EXAMPLES / "hello_world" / "workflow.t2flow").read_bytes()


def concatenate(activity: str, jobs: int = 1) -> bytes:
    """Puts ``suffix`` behind each item; ``activity`` is ``beanshell`` or ``localworker``."""
    names = {
        "jobs": str(jobs),
        "activity": activity,
        "class": activity.capitalize() + "Activity",
        "worker": "<localworkerName>org.embl.ebi.escience.scuflworkers.java.StringConcat"
        "</localworkerName>"
        if activity == "localworker"
        else "",
    }
    return Template((HERE / "concatenate.t2flow").read_text()).substitute(names).encode()


def tool(command: str, jobs: int = 1) -> bytes:
    """Runs a command for each item, ``jobs`` of them at a time; ``%%item%%`` is the item."""
    text = (HERE / "tool.t2flow").read_text()
    return text.replace("$command", command).replace("$jobs", str(jobs)).encode()


def execute(
    root: Path,
    workflow: bytes,
    inputs: Mapping[str, Given],
    options: Mapping[str, str] | None = None,
) -> RunDirectory:
    """``executeworkflow`` in a directory of its own; ``inputs`` are value and delimiter by port."""
    directory = RunDirectory(root)
    directory.create(workflow)
    given = tuple(RunInput(port, value, delimiter=cut) for port, (value, cut) in inputs.items())
    directory.write_order(RunOrder(root.name, inputs=given, options=options or {}))
    done = subprocess.run([EXECUTEWORKFLOW, root], check=False, capture_output=True, text=True)
    if done.returncode:
        raise SystemExit(f"executeworkflow ended with {done.returncode}:\n{done.stderr}")
    return directory
