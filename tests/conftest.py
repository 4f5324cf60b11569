"""What every test may need."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from tests import chromium

if TYPE_CHECKING:
    from tests.receivers import Hook, Mailboxes

GOLDEN = Path(__file__).parent / "golden"


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--golden", action="store_true", help="rewrite the golden files, for review")


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> Any:
    from tests.scheduling import ModulesTogether

    return ModulesTogether(config, log)


@pytest.fixture
def golden(request: pytest.FixtureRequest) -> Callable[[str, bytes], None]:
    """Compares bytes with a file below ``tests/golden``; a missing file is a failure."""

    def compare(name: str, content: bytes) -> None:
        path = GOLDEN / name
        if request.config.getoption("--golden"):
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content)
        assert path.exists(), f"no golden file {name}; 'make golden' writes it, for review"
        assert content == path.read_bytes()

    return compare


@pytest.fixture(scope="session")
def browser() -> Iterator[Any]:
    """A real one, for all tests of a process."""
    if chromium.CHROMIUM is None:
        pytest.skip("no browser here: apt-get install chromium")
    pytest.importorskip("playwright.sync_api", reason="pip install playwright")
    with chromium.started() as found:
        yield found


@pytest.fixture
def boxes() -> Iterator[Mailboxes]:
    """A mail server; few tests need the library for it."""
    from tests.receivers import mail_server

    with mail_server() as boxes:
        yield boxes


@pytest.fixture
def hook() -> Iterator[Hook]:
    """A web server that is told things."""
    from tests.receivers import web_server

    with web_server() as hook:
        yield hook
