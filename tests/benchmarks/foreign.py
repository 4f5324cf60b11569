"""Workflows of REANA's types, beside their commands and engines called by hand."""

from __future__ import annotations

import json
import shutil
import subprocess
import uuid
from pathlib import Path
from typing import Any

from orders import EXAMPLES, EXECUTEWORKFLOW
from report import Scale, line, medians, title

from taverna_server.data.rundir import RunDirectory, RunOrder
from taverna_server.engines.steps.foreign import python_of

EXAMPLE = EXAMPLES / "reana-hello-cwl"
GREET = "python3 code/greet.py --names data/names.txt --greetings results/greetings.txt"


def measure(scale: Scale, scratch: Path) -> None:
    title(f"hello worlds of REANA: seconds (median of {scale.repeats})")
    shutil.copytree(EXAMPLE, scratch / "by-hand")
    floor, serial = medians(
        scale.repeats,
        lambda: by_hand(["bash", "-c", GREET], scratch),
        lambda: execute(scratch, serial_specification()),
    )
    line("the command of the serial one alone (the floor)", floor, "s")
    line("executeworkflow of it", serial, "s", f"{serial / floor:.1f} x the floor")
    cwltool = python_of("cwl")
    if cwltool is not None:
        _measure_cwl(scale, scratch, cwltool.with_name("cwltool"))


def _measure_cwl(scale: Scale, scratch: Path, cwltool: Path) -> None:
    specification = cwl_specification(cwltool)
    command = cwl_by_hand(cwltool, scratch, specification)
    floor, cwl = medians(
        scale.repeats,
        lambda: by_hand(command, scratch),
        lambda: execute(scratch, specification),
    )
    line("cwltool alone (the floor)", floor, "s")
    line("executeworkflow of the same", cwl, "s", f"{cwl / floor:.1f} x the floor")


def serial_specification() -> dict[str, Any]:
    step = {"name": "greet", "environment": "", "commands": [GREET]}
    return {"workflow": {"type": "serial", "specification": {"steps": [step]}}}


def cwl_specification(cwltool: Path) -> dict[str, Any]:
    """As a client posts it: packed, with the inputs filled in."""
    command = [cwltool, "--pack", EXAMPLE / "workflow" / "hello.cwl"]
    packed = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    # cwltool by itself refuses tools that require an image where there is no Docker.
    packed = packed.replace('"requirements"', '"hints"')
    files = {"program": "code/greet.py", "names": "data/names.txt"}
    inputs = {name: {"class": "File", "location": place} for name, place in files.items()}
    return {
        "inputs": {"parameters": {**inputs, "pause": 0}},
        "workflow": {"type": "cwl", "specification": json.loads(packed)},
    }


def execute(scratch: Path, specification: dict[str, Any]) -> None:
    """``executeworkflow`` in a directory of its own."""
    directory = RunDirectory(scratch / "runs" / str(uuid.uuid4()))
    directory.create(json.dumps(specification).encode(), subdirectories=())
    directory.write_order(RunOrder(directory.root.name, specification["workflow"]["type"]))
    for name in ("code", "data"):
        shutil.copytree(EXAMPLE / name, directory.wd / name)
    _run([str(EXECUTEWORKFLOW), str(directory.root)], directory.wd)


def cwl_by_hand(cwltool: Path, scratch: Path, specification: dict[str, Any]) -> list[str]:
    """The command that does the same without us, its files written."""
    files = _written(scratch, specification)
    return [str(cwltool), "--no-container", "--outdir", "outputs", *files]


def by_hand(command: list[str], scratch: Path) -> None:
    """Run it where the example lies."""
    _run(command, scratch / "by-hand")


def _run(command: list[str], place: Path) -> None:
    done = subprocess.run(command, cwd=place, check=False, capture_output=True, text=True)
    if done.returncode:
        raise SystemExit(f"{command[0]} ended with {done.returncode}:\n{done.stderr}")


def _written(scratch: Path, specification: dict[str, Any]) -> list[str]:
    """The workflow and its inputs as files for cwltool."""
    place = scratch / "by-hand"
    (place / "packed.json").write_text(json.dumps(specification["workflow"]["specification"]))
    (place / "inputs.json").write_text(json.dumps(specification["inputs"]["parameters"]))
    return ["packed.json#main", "inputs.json"]
