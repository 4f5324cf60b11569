"""A problem with a run, reported on its page, arrives at a real mail server."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
import requests

from tests.live import runs
from tests.live.server import Server, running
from tests.receivers import Mailboxes

PAGE = {"Accept": "text/html"}


@pytest.fixture
def helped(tmp_path: Path, boxes: Mailboxes) -> Iterator[Server]:
    """A server whose administrators want to hear of problems."""
    settings = {"smtp_host": "127.0.0.1", "smtp_port": boxes.port, "message_cooldown": 0}
    with running(tmp_path, support_address="help@example.org", **settings) as server:
        yield server
        assert "Traceback" not in server.log()


def report(session: requests.Session, address: str, **fields: str) -> requests.Response:
    page = session.get(address, headers=PAGE)
    token = re.findall(r'name="csrf-token" content="([^"]*)"', page.text)[0]
    data = {"authenticity_token": token, **fields}
    return session.post(f"{address}/report", data=data, headers=PAGE)


def test_report_is_sent_with_what_was_agreed_to(helped: Server, boxes: Mailboxes) -> None:
    alice = helped.session("alice")
    runs.finished_echo(alice, helped)
    address = f"{helped.url}/runs/1"
    assert "on its way to the administrators" in report(alice, address, words="Look\0 here").text
    runs.until(lambda: boxes.mails)  # or both come in one
    assert report(alice, address, logs="1", inputs="1").ok
    runs.until(lambda: len(boxes.mails) == 2)
    first, second = boxes.mails
    assert first["To"] == "help@example.org"
    assert first["Subject"].startswith("Problem with run 1: ")
    for words in ("Look here", f"Run: {address}", "State: Finished", "taverna-server 0."):
        assert words in first.get_content()
    assert "drink me" not in first.get_content()
    assert '  IN: "drink me"' in second.get_content()
    assert "End of the log" in second.get_content()


def test_strangers_report_nothing(helped: Server, boxes: Mailboxes) -> None:
    runs.finished_echo(helped.session("alice"), helped)
    bob = helped.session("bob")
    answer = bob.post(f"{helped.url}/runs/1/report", headers=PAGE)
    assert answer.status_code == 404
    assert boxes.mails == []
