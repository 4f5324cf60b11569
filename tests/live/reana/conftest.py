"""One server for the tests of the real client, and people at their terminals."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.live.reana.commandline import STABLE, Client, needed
from tests.live.reana.watching import Watched
from tests.live.server import Server, running

MakeClient = Callable[..., Client]


@pytest.fixture(scope="session")
def reana(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """Logs every request, so that tests see what is in no log."""
    needed(STABLE)
    settings = {"run_limit": 1000, "operating_limit": 100, "access_log": "yes"}
    with running(tmp_path_factory.mktemp("reana"), **settings) as server:
        yield server
        assert "Traceback" not in server.log()


@pytest.fixture(scope="session")
def tokens(reana: Server) -> dict[str, str]:
    """By user; none of them appears in the log."""
    made = {name: token_of(reana, name) for name in ("alice", "bob", "admin")}
    yield made  # type: ignore[misc]
    log = reana.log()
    assert not any(token in log for token in made.values())


def token_of(server: Server, user: str) -> str:
    return server.command("user", "token", user, "--label", "client").split()[-1]


@pytest.fixture(scope="session")
def client(
    reana: Server, tokens: dict[str, str], tmp_path_factory: pytest.TempPathFactory
) -> MakeClient:
    def make(user: str = "alice", directory: Path | None = None, version: str = STABLE) -> Client:
        needed(version)
        directory = directory or tmp_path_factory.mktemp(user)
        return Client(reana.url, tokens[user], directory, version)

    return make


@pytest.fixture(scope="session")
def watched(reana: Server, tokens: dict[str, str]) -> Watched:
    """Workflows of alice's, asked after without the client, which is slow."""
    return Watched(reana, tokens["alice"])
