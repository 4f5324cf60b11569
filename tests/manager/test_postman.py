"""From the end of a run to the mailbox or web server its owner named."""

from __future__ import annotations

import logging
import threading
import time
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from taverna_server.config import Config
from taverna_server.manager import RunManager
from taverna_server.manager.postman import Postman
from taverna_server.manager.telling import Telling
from taverna_server.model.identity import User
from taverna_server.model.run import RunStatus
from taverna_server.store import Store
from tests.manager.conftest import WORKFLOW
from tests.manager.houses import InThread, until
from tests.receivers import Hook, Mailboxes

MAIL = "mailto:bob@example.org"


class Clock:
    """Goes when it is told to."""

    def __init__(self) -> None:
        self.now = datetime.now(UTC) + timedelta(seconds=1)

    def __call__(self) -> datetime:
        return self.now

    def go(self, seconds: float) -> None:
        self.now += timedelta(seconds=seconds)


@pytest.fixture
def told(config: Config, boxes: Mailboxes, hook: Hook) -> Config:
    """With both ways of telling."""
    return replace(config, smtp_host="127.0.0.1", smtp_port=boxes.port, webhook_targets=(hook.url,))


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def postman(store: Store, told: Config, clock: Clock) -> Postman:
    return Postman(store, told, clock)


@pytest.fixture
def end(store: Store, told: Config, alice: User) -> Ender:
    return Ender(store, told, alice)


class Ender:
    """Ends new runs whose owner wants to be told."""

    def __init__(self, store: Store, config: Config, alice: User) -> None:
        self.manager = RunManager(store, config)
        self.alice = alice

    def __call__(self, address: str, code: int = 0, **properties: str) -> str:
        store, config = self.manager.store, self.manager.config
        run = self.manager.create_run(self.alice, WORKFLOW)
        for name, value in {"notificationAddress": address, **properties}.items():
            self.manager.set_listener_property(self.alice, run.id, "io", name, value)
        self.manager.set_status(self.alice, run.id, RunStatus.OPERATING)
        notes = Telling(store, config).of_end(run, code, None)
        store.observe(run.id, RunStatus.FINISHED, code, datetime.now(UTC), notes)
        return run.id


def test_finished_runs_tell_by_mail_and_by_post(
    store: Store, told: Config, alice: User, boxes: Mailboxes, hook: Hook
) -> None:
    """Everything is real: engine, reconciler, postman, SMTP and HTTP."""
    house = InThread(RunManager(store, told), alice)
    addresses = [MAIL, f"{hook.url}/hook", MAIL, f"{hook.url}/hook"]
    house.open()
    try:
        for address in addresses:
            run_id = house.create("Ends")
            house.manager.set_listener_property(alice, run_id, "io", "notificationAddress", address)
            house.manager.set_status(alice, run_id, RunStatus.OPERATING)
            house.until_observed(run_id, RunStatus.FINISHED)
            until(lambda: boxes.mails and (hook.requests or len(house.made) < 2))
        until(lambda: len(store.due_messages(datetime.max.replace(tzinfo=UTC))) == 2)
    finally:
        house.close()
    said = f"Your job with ID={house.made[0]} has finished with exit code 0.\n"
    assert [mail.get_content() for mail in boxes.mails] == [said]
    assert [events[0]["run"]["id"] for events in hook.events()] == [house.made[1]]


def test_cooldown_holds_the_second_back_and_then_sends_what_came_together(
    postman: Postman, end: Ender, clock: Clock, boxes: Mailboxes
) -> None:
    for _ in range(3):
        end(MAIL)
        postman.deliver_due()
    assert len(boxes.mails) == 1
    clock.go(299)
    postman.deliver_due()
    assert len(boxes.mails) == 1
    clock.go(2)
    postman.deliver_due()
    assert [mail["Subject"] for mail in boxes.mails] == [
        "Workflow run finished executing", "Workflow run finished executing (and 1 more)"
    ]  # fmt: skip


def test_addresses_cool_down_by_themselves(
    postman: Postman, end: Ender, boxes: Mailboxes, hook: Hook
) -> None:
    end(MAIL)
    end("mailto:carol@example.org")
    end(hook.url)
    postman.deliver_due()
    assert (len(boxes.mails), len(hook.requests)) == (2, 1)


def test_what_does_not_arrive_is_tried_again_ever_later(
    postman: Postman, end: Ender, clock: Clock, store: Store, hook: Hook
) -> None:
    hook.statuses = [503, 503]
    end(hook.url)
    for pause in (0, 29, 2, 59, 2, 300):
        clock.go(pause)
        postman.deliver_due()
    assert len(hook.requests) == 3
    assert store.next_message() is None


def test_another_postman_goes_on_where_one_ended(
    postman: Postman, end: Ender, clock: Clock, store: Store, told: Config, hook: Hook
) -> None:
    hook.statuses = [503]
    end(hook.url)
    postman.deliver_due()
    successor = Postman(Store.open(told), told, clock)
    successor.deliver_due()
    assert len(hook.requests) == 1
    clock.go(31)
    successor.deliver_due()
    first, second = hook.requests
    assert first[1]["webhook-id"] == second[1]["webhook-id"]
    end(hook.url)
    Postman(Store.open(told), told, clock).deliver_due()
    assert len(hook.requests) == 2


def test_what_is_refused_for_good_is_given_up(
    postman: Postman, end: Ender, store: Store, hook: Hook, caplog: pytest.LogCaptureFixture
) -> None:
    hook.statuses = [410]
    run_id = end(hook.url)
    with caplog.at_level(logging.WARNING):
        postman.deliver_due()
    assert store.next_message() is None
    assert f"a message about {run_id} is given up: the receiver answered 410" in caplog.text


def test_tries_have_an_end(
    postman: Postman, end: Ender, clock: Clock, store: Store, hook: Hook
) -> None:
    hook.statuses = [503] * 100
    end(hook.url)
    for _ in range(20):
        clock.go(3601)
        postman.deliver_due()
    assert len(hook.requests) == 10
    assert store.next_message() is None


def test_defect_of_ours_is_not_tried_every_second(
    postman: Postman, end: Ender, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    tries = []

    def broken(*_: object) -> None:
        tries.append(1)
        raise ValueError("what nobody thought of")

    monkeypatch.setattr("taverna_server.manager.postman.deliver", broken)
    end(MAIL)
    postman.deliver_due()
    postman.deliver_due()
    assert len(tries) == 1
    assert store.next_message() is not None


def test_postman_who_waits_for_a_receiver_holds_up_no_end(
    store: Store, told: Config, end: Ender, monkeypatch: pytest.MonkeyPatch
) -> None:
    let_go = threading.Event()
    monkeypatch.setattr(
        "taverna_server.manager.postman.deliver", lambda *_: let_go.wait(60) and None
    )
    end(MAIL)
    postman = Postman(store, told)
    postman.start()
    time.sleep(1.5)
    began = time.monotonic()
    postman.stop()
    assert time.monotonic() - began < 4
    let_go.set()
    postman.stop()


def test_words_are_the_owners(postman: Postman, end: Ender, boxes: Mailboxes) -> None:
    run_id = end(
        MAIL, 3, notificationSubject="{name}: {code}", notificationText="{id} of {owner} {else}"
    )
    postman.deliver_due()
    (mail,) = boxes.mails
    assert mail["Subject"].startswith("Answer ")
    assert mail["Subject"].endswith(": 3")
    assert mail.get_content() == f"{run_id} of alice {{else}}\n"


def test_who_is_not_ready_is_not_told(
    postman: Postman, end: Ender, store: Store, boxes: Mailboxes
) -> None:
    end(MAIL, readyToNotify="false")
    end("xmpp:bob@example.org")
    end("")
    assert store.next_message() is None


def test_message_outlives_its_run(
    postman: Postman, end: Ender, store: Store, boxes: Mailboxes
) -> None:
    run_id = end(MAIL)
    store.request_delete(run_id)
    store.forget_run(run_id)
    postman.deliver_due()
    assert len(boxes.mails) == 1
