"""Told of the end by e-mail and by webhook: real server, real receivers, over HTTP."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
import requests
from lxml import etree

from tests.live import runs
from tests.live.server import Server, running
from tests.receivers import Hook, Mailboxes

COOLDOWN = 4


@pytest.fixture
def telling(tmp_path: Path, boxes: Mailboxes, hook: Hook) -> Iterator[Server]:
    settings = {
        "smtp_host": "127.0.0.1",
        "smtp_port": boxes.port,
        "webhook_targets": hook.url,
        "message_cooldown": COOLDOWN,
    }
    with running(tmp_path, **settings) as server:
        yield server
        assert "Traceback" not in server.log()


def finish(alice: requests.Session, server: Server, address: str) -> str:
    """A run that has ended, whose owner wants to be told there."""
    run = runs.create(alice, server)
    runs.set_echo_inputs(alice, run)
    place = f"{run}/listeners/io/properties/notificationAddress"
    assert alice.put(place, data=address, headers=runs.TEXT).text == address
    runs.start(alice, run)
    runs.wait(alice, run)
    return run.rpartition("/")[2]


def test_finish_is_told_by_mail_and_by_post_with_cooldown_and_over_a_crash(
    telling: Server, boxes: Mailboxes, hook: Hook
) -> None:
    alice = telling.session("alice")
    fabrics = alice.get(f"{telling.rest}/policy/enabledNotificationFabrics", headers=runs.JSON)
    notifiers = fabrics.json()["enabledNotificationFabrics"]["notifier"]
    assert notifiers == ["mailto", "https", "http"]
    first = [finish(alice, telling, to) for to in ("mailto:bob@example.org", f"{hook.url}/told")]
    runs.until(lambda: boxes.mails and hook.requests)
    later = [finish(alice, telling, to) for to in ("mailto:bob@example.org", f"{hook.url}/told")]
    assert (len(boxes.mails), len(hook.requests)) == (1, 1)
    telling.kill()
    telling.start()
    runs.until(lambda: len(boxes.mails) == len(hook.requests) == 2)
    said = [f"Your job with ID={run} has finished with exit code 0.\n" for run in first + later]
    assert [mail.get_content() for mail in boxes.mails] == said[::2]
    assert [events[0]["run"]["id"] for events in hook.events()] == [first[1], later[1]]
    feed = etree.fromstring(alice.get(f"{telling.url}/feed").content)
    assert len(feed.findall("{*}entry")) == 8


def test_settings_and_figures_outlive_a_crash(telling: Server) -> None:
    admin = telling.session("admin")
    place = f"{telling.url}/admin"
    assert admin.put(f"{place}/runLimit", data="7", headers=runs.TEXT).text == "7"
    assert admin.get(f"{place}/lastExitCode").text == ""
    reconciler = next(it for it in telling.processes() if "reconcile" in it.cmdline())
    reconciler.kill()
    runs.until(lambda: admin.get(f"{place}/lastExitCode").text == "-9")
    telling.kill()
    telling.start()
    assert admin.get(f"{place}/runLimit").text == "7"
    assert telling.session(None).get(f"{telling.rest}/policy/runLimit").text == "7"
    assert int(admin.get(f"{place}/invokationCount").text) > 0
