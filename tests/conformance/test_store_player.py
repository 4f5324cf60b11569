"""What the Player interface keeps in the store, on every database."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

from taverna_server.model.run import Run, RunInput, RunStatus, Stopper
from taverna_server.store import Store

T1 = datetime(2026, 11, 22, 3, 0, tzinfo=UTC)
MakeRun = Callable[..., Run]


def test_question_is_answered_once(store: Store, run: Run) -> None:
    assert store.keep_answer(run.id, "Ask-0", "OK", '{"a": 1}')
    assert not store.keep_answer(run.id, "Ask-0", "Cancelled", "{}")
    assert store.answer(run.id, "Ask-0") == ("OK", '{"a": 1}')
    assert store.answer(run.id, "Ask-1") is None
    assert list(store.answered(run.id)) == ["Ask-0"]
    assert store.answers(run.id) == {"Ask-0": ("OK", '{"a": 1}')}
    assert not store.keep_answer("no", "Ask-0", "OK", "{}")


def test_answers_go_with_their_run(store: Store, run: Run) -> None:
    store.keep_answer(run.id, "Ask-0", "OK", "{}")
    store.request_delete(run.id)
    assert store.forget_run(run.id)
    assert store.answers(run.id) == {}


def test_children_at_work_are_found(store: Store, make_run: MakeRun) -> None:
    parent = make_run()
    child, waiting = make_run(parent=parent.number), make_run(parent=parent.number)
    store.request_start(child.id, T1, 9)
    store.observe(child.id, RunStatus.OPERATING)
    assert [run.id for run in store.operating_children()] == [child.id]
    assert waiting.parent == parent.number


def test_overdue_runs_are_those_that_still_operate(store: Store, make_run: MakeRun) -> None:
    old, new, over = make_run(), make_run(), make_run()
    for run, started in ((old, T1), (new, T1 + timedelta(hours=2)), (over, T1)):
        store.request_start(run.id, started, 9)
        store.observe(run.id, RunStatus.OPERATING)
    store.observe(over.id, RunStatus.FINISHED, 0, T1)
    assert store.overdue_runs(T1 + timedelta(hours=1)) == [old.id]
    at_work = {RunStatus.OPERATING}
    store.request_status(old.id, RunStatus.FINISHED, at_work, T1, Stopper.LIMIT)
    assert store.overdue_runs(T1 + timedelta(hours=1)) == []
    found = store.get_run(old.id)
    assert found is not None
    assert found.stopped_by is Stopper.LIMIT


def test_input_says_how_deep_its_list_is(store: Store, run: Run) -> None:
    given = RunInput("words", file="in/1-words", depth=2)
    assert store.set_input(run.id, given)
    assert store.inputs(run.id) == [given]


def test_users_are_known_by_numbers(store: Store) -> None:
    numbers = store.user_numbers(["alice", "bob", "nobody"])
    assert numbers.keys() == {"alice", "bob"}
    assert store.user_name(numbers["bob"]) == "bob"
    assert store.user_name(99) is None
    assert store.user_numbers([]) == {}


def test_service_credentials_are_kept_by_owner(store: Store) -> None:
    mine = store.add_service_credential("alice", "n", "d", "https://x/", "me")
    for_all = store.add_service_credential(None, "", "", "https://y/", "us")
    assert [it.number for it in store.service_credentials("alice")] == [mine]
    assert [it.number for it in store.service_credentials(None)] == [for_all]
    assert store.sealed_password(mine) == b""
    assert store.change_service_credential(mine, password=b"\0\xff", login="you")
    found = store.service_credential(mine)
    assert found is not None
    assert (found.login, store.sealed_password(mine)) == ("you", b"\0\xff")
    assert store.remove_user("alice")
    assert store.service_credential(mine) is None
    assert store.remove_service_credential(for_all)
    assert not store.remove_service_credential(for_all)
    assert not store.change_service_credential(for_all, login="x")
