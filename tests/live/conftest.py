"""One server for all tests of this directory that do not need one of their own."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
import requests
from werkzeug.wrappers import Response

from tests.engines.taverna.activities.localservices import Service, serving
from tests.live import runs
from tests.live.server import Server, running


@pytest.fixture(scope="session")
def elsewhere() -> Iterator[Service]:
    """A web server that the server may fetch from; it has the echo workflow everywhere."""
    with serving(lambda _: Response(runs.ECHO)) as service:
        yield service


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory, elsewhere: Service) -> Iterator[Server]:
    settings = {"run_limit": 1000, "uri_sources": elsewhere.url}
    with running(tmp_path_factory.mktemp("server"), **settings) as server:
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
