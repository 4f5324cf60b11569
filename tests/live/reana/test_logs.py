"""Tokens come in addresses; they end up in no log, whichever web server writes it."""

from __future__ import annotations

import contextlib
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from http.client import HTTPConnection
from pathlib import Path
from urllib.parse import urlsplit
from uuid import uuid4

import pytest
import requests

from tests.live.reana.conftest import token_of
from tests.live.server import Server, running


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    settings = {"access_log": "yes", "log_level": "debug"}
    with running(tmp_path_factory.mktemp("logged"), **settings) as server:
        yield server


def ask_around(url: str, token: str, admin: str) -> None:
    """Requests that succeed, fail, and cannot be read."""
    with requests.Session() as session:
        session.trust_env = False
        for place in ("/api", "/reana-0.4/api", "/taverna-server/api"):
            for path in ("you", "workflows?type=batch", "workflows/no/status", "nothing", "users"):
                joint = "&" if "?" in path else "?"
                session.get(f"{url}{place}/{path}{joint}access_token={token}&other=1")
            session.post(f"{url}{place}/workflows?access_token={token}", data=b"{")
            session.get(f"{url}{place}/you?access_token=%FF{token}")
            for name in ("a=b&%61ccess_t%6Fken", "a=b;acc%65ss_token", "%75ser_token"):
                ask_as_written(url, f"{place}/you?{name}={token}")
        query = {
            "email": f"{uuid4()}@example.org",
            "user_token": f"{token}x",
            "access_token": admin,
        }
        assert session.post(f"{url}/api/users", params=query).status_code == 201


def ask_as_written(url: str, path: str) -> None:
    """Without making the address pretty, as ``requests`` does."""
    connection = HTTPConnection(urlsplit(url).netloc, timeout=30)
    with contextlib.closing(connection):
        connection.request("GET", path)
        assert connection.getresponse().status in (200, 401, 403)


def test_token_is_in_no_log_of_the_server(server: Server) -> None:
    token, admin = token_of(server, "alice"), token_of(server, "admin")
    ask_around(server.url, token, admin)
    log = server.log()
    assert "/api/workflows/no/status" in log
    assert token not in log
    assert admin not in log


def test_token_is_in_no_log_of_gunicorn(server: Server, tmp_path: Path) -> None:
    token, admin = token_of(server, "bob"), token_of(server, "admin")
    log = tmp_path / "gunicorn.log"
    command = [
        sys.executable, "-m", "gunicorn", "--bind", "127.0.0.1:0", "--threads", "2",
        "--access-logfile", "-", "--log-level", "debug", "taverna_server.app:wsgi()",
    ]  # fmt: skip
    settings = {**os.environ, "TAVERNA_SERVER_DATA": str(server.data)}
    with log.open("wb") as stream:
        process = subprocess.Popen(command, stdout=stream, stderr=stream, env=settings)
    try:
        ask_around(listening(log), token, admin)
    finally:
        process.terminate()
        process.wait(30)
    written = log.read_text()
    assert "GET /api/workflows/no/status?access_token=..." in written
    assert token not in written
    assert admin not in written


def listening(log: Path) -> str:
    """The address that gunicorn says."""
    deadline = time.monotonic() + 60
    while "Listening at: " not in log.read_text():
        assert time.monotonic() < deadline, log.read_text()
        time.sleep(0.1)
    return log.read_text().partition("Listening at: ")[2].split()[0]
