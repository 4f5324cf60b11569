"""Clients and workflows that the tests of this directory share; each is uploaded once."""

from __future__ import annotations

from typing import Any

import pytest

from tests.live.player.api import WORKFLOWS, Player, example, inputs
from tests.live.server import Server


@pytest.fixture(scope="session")
def alice(server: Server) -> Player:
    return Player(server)


@pytest.fixture(scope="session")
def bob(server: Server) -> Player:
    return Player(server, "bob")


@pytest.fixture(scope="session")
def admin(server: Server) -> Player:
    return Player(server, "admin")


@pytest.fixture(scope="session")
def nobody(server: Server) -> Player:
    return Player(server, None)


@pytest.fixture(scope="session")
def echo(alice: Player) -> int:
    """``IN`` and the list ``WORDS`` come out as ``OUT`` and ``PAGES``; alice's own."""
    return alice.upload((WORKFLOWS / "echo.t2flow").read_bytes(), "echo.t2flow")


@pytest.fixture(scope="session")
def hello(alice: Player) -> int:
    """Published; its input has an example."""
    return alice.upload(example("hello_world"), "hello.t2flow", public="1")


@pytest.fixture(scope="session")
def asking(alice: Player) -> int:
    """Asks, and waits for an answer."""
    return alice.upload((WORKFLOWS / "asking.t2flow").read_bytes().replace(b"TEMPLATE", b"ask"))


@pytest.fixture(scope="session")
def finished(alice: Player, echo: int) -> dict[str, Any]:
    """A run that is over; tests only read it."""
    given = inputs(IN="drink me", WORDS=["one", "two", "three"])
    return alice.finished(echo, name="A run", inputs_attributes=given)


@pytest.fixture(scope="session")
def waiting(alice: Player, asking: int) -> dict[str, Any]:
    """A run that asks for as long as nobody answers; tests only read it."""
    made = alice.start(asking, name="Asks")
    from tests.live.player.api import until

    until(lambda: "interaction" in alice.read(f"/runs/{made['id']}"))
    return alice.read(f"/runs/{made['id']}")
