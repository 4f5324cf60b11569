from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from taverna_server.model.events import Message
from tests.receivers import Hook, Mailboxes, mail_server, web_server

NOW = datetime(2026, 11, 21, 12, 0, tzinfo=UTC)
MESSAGE = Message(
    owner="alice", address="", event_id="finish.1", run_id="r", run_name="Answer", exit_code=0,
    subject="Done", body="It is done.", created=NOW, due=NOW,
)  # fmt: skip


@pytest.fixture
def message() -> Callable[..., Message]:
    return lambda **changes: replace(MESSAGE, **changes)


@pytest.fixture
def boxes() -> Iterator[Mailboxes]:
    with mail_server() as boxes:
        yield boxes


@pytest.fixture
def hook() -> Iterator[Hook]:
    with web_server() as hook:
        yield hook
