"""Every example gives the same outputs through the server and through the command line."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest
import requests

from taverna_server.data.baclava import write_baclava
from tests.example_workflows import EXAMPLES, Example
from tests.live import runs
from tests.live.server import COMMAND, Server

ACCEPT_JSON = {"Accept": "application/json"}


def upload_inputs(session: requests.Session, run: str, example: Example, scratch: Path) -> None:
    """All of them in one Baclava document, as clients do when there are lists."""
    if not example.inputs:
        return
    document = example.baclava or scratch / "inputs.baclava"
    if not example.baclava:
        write_baclava(document, example.inputs)
    assert session.put(f"{run}/wd/in.baclava", data=document.read_bytes()).status_code == 201
    named = session.put(f"{run}/input/baclava", data="in.baclava", headers=runs.TEXT)
    assert named.status_code == 200


def files_below(directory: Path) -> dict[str, bytes | None]:
    """Content by path; None for directories."""
    found = sorted(directory.rglob("*"))
    return {str(p.relative_to(directory)): p.read_bytes() if p.is_file() else None for p in found}


def run_on_command_line(example: Example, scratch: Path) -> Path:
    out = scratch / "command-line"
    inputs = []
    if example.baclava:
        inputs = ["-b", str(example.baclava)]
    for port, path in () if example.baclava else example.input_files.items():
        inputs += ["-f", f"{port}={path}"]
    workflow = str(example.folder / "workflow.t2flow")
    command = [str(COMMAND), "run", workflow, *inputs, "-o", str(out)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return out


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda example: example.name)
def test_example_gives_what_it_promises(
    server: Server, alice: requests.Session, example: Example, tmp_path: Path
) -> None:
    run = runs.create(alice, server, example.document)
    upload_inputs(alice, run, example, tmp_path)
    runs.start(alice, run)
    runs.wait(alice, run)
    assert alice.get(f"{run}/listeners/io/properties/exitcode").text == "0"
    out = server.data / "runs" / run.rpartition("/")[2] / "wd" / "out"
    assert example.differences(out) == []
    described = alice.get(f"{run}/output", headers=ACCEPT_JSON).json()["workflowOutputs"]
    for port in described["output"]:
        check_content(alice, port, out)
    assert_same_files(files_below(run_on_command_line(example, tmp_path)), files_below(out))
    alice.delete(run)


def check_content(session: requests.Session, node: dict[str, object], out: Path) -> None:
    """Each value and error that is described can be had, as long as it is said to be."""
    for kind, length in (("value", "@contentByteLength"), ("error", "@errorByteLength")):
        found = node.get(kind, [])
        for leaf in found if isinstance(found, list) else [found]:
            content = session.get(leaf["@href"]).content
            assert len(content) == int(leaf[length])
            path = leaf.get("@contentFile") or leaf["@errorFile"]
            assert (out.parent / path.lstrip("/")).read_bytes() == content
    lists = node.get("list", [])
    for inner in lists if isinstance(lists, list) else [lists]:
        check_content(session, inner, out)


def assert_same_files(one: dict[str, bytes | None], other: dict[str, bytes | None]) -> None:
    assert list(one) == list(other)
    for path, content in one.items():
        if not path.endswith(".error"):  # traces name the directories of their run
            assert other[path] == content, path
