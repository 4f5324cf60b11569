"""Long lists of runs come in a stream, with the same content as page by page."""

from __future__ import annotations

import uuid
from datetime import UTC, datetime, timedelta

import pytest
from werkzeug.test import Client

from taverna_server.config import Config
from taverna_server.store import NewRun, NewWorkflow, Store

JSON = {"Accept": "application/json"}


@pytest.fixture
def many(config: Config) -> int:
    """Of alice's, more than go into one piece."""
    store, now = Store.open(config), datetime.now(UTC)
    workflow_id = store.put_workflow(b"<workflow/>", NewWorkflow())
    for number in range(205):
        new = NewRun(
            id=str(uuid.uuid4()), owner="alice", name=f"run {number}", workflow_id=workflow_id,
            created=now, expiry=now + timedelta(1),
        )  # fmt: skip
        store.create_run(new, 1000)
    store.close()
    return 205


def test_long_list_is_complete(alice: Client, many: int) -> None:
    answer = alice.get("/runs", headers=JSON)
    assert answer.status_code == 200
    assert [item["name"] for item in answer.json] == [f"run {number}" for number in range(many)]
    newest = alice.get("/runs?sort=newest", headers=JSON).json
    assert newest == answer.json[::-1]


def test_page_of_it_is_a_part(alice: Client, many: int) -> None:
    page = alice.get("/runs?page=3&per_page=100", headers=JSON)
    assert [item["name"] for item in page.json] == [f"run {number}" for number in range(200, many)]
    assert page.headers["X-Total-Count"] == str(many)
    assert 'rel="next"' not in page.headers["Link"]
