"""A workflow gives the same whatever its format."""

from __future__ import annotations

import subprocess
from pathlib import Path

import requests

from taverna_server.workflow.reading import SCUFL, WFBUNDLE, as_wfbundle
from tests.live import runs
from tests.live.server import COMMAND, Server
from tests.workflow.scufl_documents import greetings

LINES = "Hello Ada!\nHello Bob?"


def run_as(session: requests.Session, server: Server, document: bytes, media_type: str) -> str:
    headers = {"Content-Type": media_type}
    created = session.post(f"{server.rest}/runs", data=document, headers=headers)
    assert created.status_code == 201, created.text
    run = created.headers["Location"]
    runs.set_value(session, run, "names", "Ada;Bob")
    runs.set_value(session, run, "ends", "!;?")
    runs.start(session, run)
    runs.wait(session, run)
    return session.get(f"{run}/wd/out/lines").text


def test_scufl_runs_on_the_server(server: Server, alice: requests.Session) -> None:
    assert run_as(alice, server, greetings(), SCUFL) == LINES


def test_bundle_runs_on_the_server(server: Server, alice: requests.Session) -> None:
    assert run_as(alice, server, as_wfbundle(greetings()), WFBUNDLE) == LINES


def test_bundle_runs_on_the_command_line(tmp_path: Path) -> None:
    (tmp_path / "workflow.wfbundle").write_bytes(as_wfbundle(greetings()))
    inputs = ["-i", "names=Ada;Bob", "-i", "ends=!;?"]
    command = [str(COMMAND), "run", str(tmp_path / "workflow.wfbundle"), *inputs]
    done = subprocess.run([*command, "-o", str(tmp_path / "out")], capture_output=True, check=False)
    assert done.returncode == 0, done.stderr
    assert (tmp_path / "out" / "lines").read_text() == LINES
