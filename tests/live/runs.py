"""What every client does with runs, short."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path

import requests

from tests.live.server import Server

ECHO = (Path(__file__).parent / "workflows" / "echo.t2flow").read_bytes()
T2FLOW = {"Content-Type": "application/vnd.taverna.t2flow+xml"}
TEXT = {"Content-Type": "text/plain"}
XML = {"Content-Type": "application/xml"}
JSON_BODY = {"Content-Type": "application/json"}
JSON = {"Accept": "application/json"}


def create(session: requests.Session, server: Server, workflow: bytes = ECHO) -> str:
    """The address of a new run."""
    created = session.post(f"{server.rest}/runs", data=workflow, headers=T2FLOW)
    assert created.status_code == 201, created.text
    return created.headers["Location"]


def set_value(session: requests.Session, run: str, port: str, value: str) -> None:
    body = {"runInput": {"value": value}}
    assert session.put(f"{run}/input/input/{port}", json=body).status_code == 200


def set_echo_inputs(session: requests.Session, run: str) -> None:
    """``drink me``, and three words split at the comma."""
    set_value(session, run, "IN", "drink me")
    words = {"runInput": {"@listDelimiter": ",", "value": "one,two,three"}}
    assert session.put(f"{run}/input/input/WORDS", json=words).status_code == 200


def start(session: requests.Session, run: str) -> None:
    started = session.put(f"{run}/status", data="Operating", headers=TEXT)
    assert (started.status_code, started.text) == (200, "Operating")


def wait(session: requests.Session, run: str, seconds: float = 60) -> None:
    """Until it has finished."""
    deadline = time.monotonic() + seconds
    while session.get(f"{run}/status").text != "Finished":
        assert time.monotonic() < deadline, session.get(f"{run}/stderr").text
        time.sleep(0.05)


def until(true: Callable[[], object], seconds: float = 30) -> None:
    deadline = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < deadline, "it did not come to pass"
        time.sleep(0.02)


def finished_echo(session: requests.Session, server: Server) -> str:
    """The address of a run that echoed its inputs."""
    run = create(session, server)
    set_echo_inputs(session, run)
    start(session, run)
    wait(session, run)
    return run
