"""One server for all tests of this directory that do not need one of their own."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
import requests

from tests.live import runs
from tests.live.server import Server, running


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    with running(tmp_path_factory.mktemp("server"), run_limit=1000) as server:
        yield server
        assert "Traceback" not in server.log()


@pytest.fixture
def alice(server: Server) -> Iterator[requests.Session]:
    with server.session("alice") as session:
        yield session


@pytest.fixture
def bob(server: Server) -> Iterator[requests.Session]:
    with server.session("bob") as session:
        yield session


@pytest.fixture
def run(server: Server, alice: requests.Session) -> Iterator[str]:
    """A new run of alice's."""
    address = runs.create(alice, server)
    yield address
    alice.delete(address)


@pytest.fixture(scope="session")
def finished(server: Server) -> str:
    """A run of alice's that has ended; tests only read it."""
    return runs.finished_echo(server.session("alice"), server)


@pytest.fixture
def scratch(tmp_path: Path) -> Path:
    return tmp_path
