from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from taverna_server.model.events import Message

NOW = datetime(2026, 11, 21, 12, 0, tzinfo=UTC)
MESSAGE = Message(
    owner="alice", address="", event_id="finish.1", run_id="r", run_name="Answer", exit_code=0,
    subject="Done", body="It is done.", created=NOW, due=NOW,
)  # fmt: skip


@pytest.fixture
def message() -> Callable[..., Message]:
    return lambda **changes: replace(MESSAGE, **changes)
