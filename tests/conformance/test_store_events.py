"""What is told of runs, and what administrators keep, on every database."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from taverna_server.errors import TooManyOperating
from taverna_server.model.events import Event, Message, Notes, Usage
from taverna_server.model.identity import Permission
from taverna_server.model.run import Run, RunStatus
from taverna_server.store import NewWorkflow, Store

T1 = datetime(2026, 11, 21, 13, 0, 0, 1, tzinfo=UTC)
HOUR = timedelta(hours=1)
MakeRun = Callable[..., Run]


def event(run: Run, name: str = "start.1", published: datetime = T1) -> Event:
    return Event(name, run.owner, run.id, "title", "content", published)


def message(run: Run, address: str = "mailto:a@example.org", due: datetime = T1) -> Message:
    return Message(
        owner=run.owner, address=address, event_id="finish.1", run_id=run.id, run_name="n",
        exit_code=0, subject="s", body="b", created=T1, due=due,
    )  # fmt: skip


def usage(run: Run, created: datetime = T1) -> Usage:
    return Usage(
        run_id=run.id, owner=run.owner, created=created, status="Completed", local_user="u",
        host="h", disk=2**40, cpu_user=1.5, started=T1, finished=T1 + HOUR, exit_code=0,
    )  # fmt: skip


def end(store: Store, run: Run, notes: Notes) -> bool:
    return store.observe(run.id, RunStatus.FINISHED, 0, T1, notes)


def test_notes_are_written_with_the_change(store: Store, run: Run) -> None:
    assert store.request_start(run.id, T1, 1, Notes(event(run)))
    assert end(store, run, Notes(event(run, "finish.1"), message(run), usage(run)))
    assert [it.id for it in store.events("alice", 10)] == ["finish.1", "start.1"]
    assert store.event("alice", "start.1") == replace(event(run), number=1)
    assert store.due_messages(T1) == [replace(message(run), number=1)]
    assert store.usage(run.id) == usage(run)
    assert store.usages() == [usage(run)]


def test_nothing_is_told_of_what_did_not_happen(store: Store, run: Run, make_run: MakeRun) -> None:
    end(store, run, Notes())
    assert not end(store, run, Notes(event(run), message(run), usage(run)))
    with pytest.raises(TooManyOperating):
        store.request_start(make_run().id, T1, 0, Notes(event(run)))
    assert store.request_delete(run.id)
    assert not store.request_delete(run.id, Notes(event(run)))
    assert store.events("alice", 10) == []
    assert (store.next_message(), store.usage(run.id)) == (None, None)


def test_what_was_told_outlives_the_run(store: Store, run: Run) -> None:
    end(store, run, Notes(event(run), message(run), usage(run)))
    store.request_delete(run.id)
    store.forget_run(run.id)
    assert (len(store.events("alice", 10)), len(store.usages())) == (1, 1)
    assert store.next_message() == T1


def test_events_come_in_pages_and_to_their_owner(store: Store, make_run: MakeRun) -> None:
    for number in range(5):
        run = make_run()
        store.request_start(run.id, T1, 9, Notes(event(run, f"start.{number}")))
    newest = store.events("alice", 2)
    assert [it.id for it in newest] == ["start.4", "start.3"]
    assert store.events("alice", 9, newest[-1].number)[0].id == "start.2"
    assert (store.events("bob", 9), store.event("bob", "start.1")) == ([], None)


def test_old_events_and_records_are_forgotten(store: Store, make_run: MakeRun) -> None:
    for number, when in enumerate((T1 - HOUR, T1)):
        run = make_run()
        end(store, run, Notes(event(run, str(number), when), usage=usage(run, when)))
    assert (store.clear_events(T1), store.clear_usages(T1)) == (1, 1)
    assert [it.id for it in store.events("alice", 9)] == ["1"]
    assert len(store.usages()) == 1


def test_messages_wait_until_they_are_due(store: Store, run: Run) -> None:
    end(store, run, Notes(message=message(run)))
    (waiting,) = store.due_messages(T1)
    store.put_off_messages([waiting.number], T1 + HOUR, failed=True)
    assert store.due_messages(T1) == []
    assert store.next_message() == T1 + HOUR
    store.put_off_messages([waiting.number], T1)
    assert store.due_messages(T1)[0].attempts == 1
    store.give_up_messages([waiting.number])
    assert store.next_message() is None


def test_address_cools_down_when_something_was_sent(store: Store, run: Run) -> None:
    end(store, run, Notes(message=message(run)))
    (waiting,) = store.due_messages(T1)
    assert store.cooldown(waiting.address) is None
    for later in (T1 + HOUR, T1 + 2 * HOUR):
        store.sent_messages([waiting.number], waiting.address, T1, later)
        assert store.cooldown(waiting.address) == later
    assert store.next_message() is None
    store.sent_messages([], "mailto:b@example.org", T1 + 3 * HOUR, T1 + 4 * HOUR)
    assert store.cooldown(waiting.address) is None  # of no interest any more


def test_settings_are_found_by_their_beginning(store: Store) -> None:
    for name in ("admin.a", "admin.b", "admin", "administrator", "factory.a"):
        store.set_setting(name, name)
    assert store.settings("admin.") == {"a": "admin.a", "b": "admin.b"}


def test_requests_are_counted(store: Store) -> None:
    store.count_requests(3)
    store.count_requests(4)
    assert store.request_count() == 7


def test_account_goes_with_what_is_its_own(store: Store, run: Run) -> None:
    store.add_token("bob", "hash", "token")
    workflow = store.put_workflow(b"<bobs/>", NewWorkflow(owner="bob"))
    store.set_permission(run.id, "bob", Permission.READ)
    assert store.remove_user("bob")
    assert not store.remove_user("bob")
    assert (store.get_user("bob"), store.user_of_token("hash")) == (None, None)
    assert store.permission(run.id, "bob") == Permission.NONE
    kept = store.get_workflow(workflow)
    assert kept is not None
    assert kept.owner is None


def test_account_with_runs_stays(store: Store, run: Run) -> None:
    assert not store.remove_user("alice")
    assert store.get_user("alice") is not None
