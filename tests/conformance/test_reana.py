"""Records of REANA workflows and secrets of users, on every database."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy.exc import IntegrityError

from taverna_server.model.analysis import Analysis, AnalysisQuery, NewRecord
from taverna_server.model.events import Notes, Usage
from taverna_server.model.identity import Permission
from taverna_server.model.run import Run, RunStatus
from taverna_server.store import Store
from taverna_server.store.reana import CLAIMED
from taverna_server.store.secrets import Sealed

INITIALIZED, OPERATING, STOPPED, FINISHED = RunStatus
T1 = datetime(2026, 11, 21, 13, 0, 0, 1, tzinfo=UTC)
T2 = T1 + timedelta(minutes=1)
MakeRun = Callable[..., Run]


def record(store: Store, run: Run, name: str = "demo", major: int | None = None) -> str:
    """Its full name."""
    new = NewRecord(
        run_id=run.id, owner=run.owner, name=name, type="serial", specification={"a": [1]},
        created=run.created, major=major,
    )  # fmt: skip
    return f"{name}.{'.'.join(map(str, store.add_record(new)))}"


def found(store: Store, run: Run) -> Analysis:
    analysis = store.find_analysis(run_id=run.id)
    assert analysis is not None
    return analysis


def names(store: Store, user: str, **query: object) -> list[str]:
    items, total = store.analyses(AnalysisQuery(user=user, **query))  # type: ignore[arg-type]
    assert query.get("size") or total == len(items)
    return [it.full_name for it in items]


def end(store: Store, run: Run, code: int | None, disk: int = 7) -> None:
    used = Usage(run.id, run.owner, T2, "", "", "", disk, cpu_user=1.5, cpu_system=0.5)
    assert store.observe(run.id, FINISHED, code, T2, Notes(usage=used))


def test_record_reads_back_as_it_was_kept(store: Store, run: Run) -> None:
    assert store.record(run.id) is None
    assert record(store, run) == "demo.1.0"
    assert store.claim_start(run.id, T1, {"x": "1"}, {"x": 1}, {"FROM": "a"})
    kept = store.record(run.id)
    assert kept is not None
    assert (kept.specification, kept.given) == ({"a": [1]}, {"x": "1"})
    assert (kept.parameters, kept.options) == ({"x": 1}, {"FROM": "a"})
    with pytest.raises(IntegrityError):
        record(store, run)


def test_start_is_claimed_once_until_it_is_given_back_or_abandoned(store: Store, run: Run) -> None:
    record(store, run)
    assert store.claim_start(run.id, T1, {}, {"x": 1}, {})
    assert not store.claim_start(run.id, T1 + CLAIMED, {}, {"x": 2}, {})
    kept = store.record(run.id)
    assert kept is not None
    assert kept.parameters == {"x": 1}
    store.unclaim_start(run.id)
    assert store.claim_start(run.id, T1, {}, {}, {})
    assert store.claim_start(run.id, T1 + 2 * CLAIMED, {}, {}, {})


def test_numbers_differ_also_when_many_come_at_once(store: Store, make_run: MakeRun) -> None:
    made = [make_run() for _ in range(12)]
    with ThreadPoolExecutor(6) as threads:
        given = list(threads.map(lambda run: record(store, run), made))
    assert sorted(given) == sorted(f"demo.{number}.0" for number in range(1, 13))
    assert record(store, make_run(), "other") == "other.1.0"
    assert [record(store, make_run(), major=3) for _ in range(2)] == ["demo.3.1", "demo.3.2"]


@pytest.mark.parametrize(
    ("target", "code", "status"),
    [(FINISHED, None, "stopped"), (OPERATING, 143, "stopped"), (OPERATING, 0, "finished"),
     (OPERATING, 1, "failed"), (OPERATING, 137, "failed")],
)  # fmt: skip
def test_state_has_a_word(
    store: Store, run: Run, target: RunStatus, code: int | None, status: str
) -> None:
    record(store, run)
    assert found(store, run).status == "created"
    store.request_start(run.id, T1, 10)
    assert found(store, run).status == "queued"
    store.observe(run.id, OPERATING)
    assert found(store, run).status == "running"
    if target == FINISHED:
        store.request_status(run.id, FINISHED, {OPERATING}, T2)
    end(store, run, code)
    assert found(store, run).status == status
    assert (found(store, run).started, found(store, run).finished) == (T1, T2)


def test_waiting_run_is_queued(store: Store, run: Run) -> None:
    store.enqueue(run.id, T1)
    assert found(store, run).status == "queued"
    store.request_status(run.id, FINISHED, {INITIALIZED}, T2)
    assert found(store, run).status == "stopped"


def test_record_outlives_its_run(store: Store, make_run: MakeRun) -> None:
    run, other = make_run(), make_run()
    record(store, run)
    store.request_start(run.id, T1, 10)
    end(store, run, 0)
    for it in (run, other):
        store.request_delete(it.id)
        store.forget_run(it.id)
    left = found(store, run)
    assert (left.status, left.size, left.expiry) == ("deleted", 0, None)
    assert (left.started, left.finished, left.cpu) == (T1, T2, 2.0)
    assert store.find_analysis(run_id=other.id) is None
    assert names(store, run.owner) == ["demo.1"]


def test_run_without_a_record_takes_part(store: Store, run: Run) -> None:
    assert names(store, run.owner) == [f"run.{run.number}"]
    assert not found(store, run).recorded
    named = store.find_analysis(user=run.owner, name="run", numbers=(run.number, 0))
    assert named == found(store, run)


def test_name_means_the_newest_that_is_there(store: Store, make_run: MakeRun) -> None:
    made = [make_run() for _ in range(3)]
    for run in made:
        record(store, run)
    store.request_delete(made[2].id)
    newest = store.find_analysis(user=made[0].owner, name="demo")
    assert newest is not None
    assert newest.full_name == "demo.2"
    gone = store.find_analysis(user=made[0].owner, name="demo", numbers=(3, 0))
    assert gone is not None
    assert gone.status == "deleted"
    assert store.find_analysis(user="nobody", name="demo") is None


def test_list_is_filtered_sorted_and_paged(store: Store, make_run: MakeRun) -> None:
    made = [make_run() for _ in range(3)]
    for run, name in zip(made, ("Apple", "pear", "a%le"), strict=True):
        record(store, run, name)
    owner = made[0].owner
    end(store, made[1], 1, disk=50)
    assert sorted(names(store, owner, text="LE")) == ["Apple.1", "a%le.1"]
    assert names(store, owner, text="%") == ["a%le.1"]
    assert names(store, owner, statuses=("failed", "finished")) == ["pear.1"]
    assert names(store, owner, name="pear") == ["pear.1"]
    assert names(store, owner, run_id=made[0].id) == ["Apple.1"]
    assert names(store, owner, sort="disk-desc")[0] == "pear.1"
    assert names(store, owner, sort="cpu-desc")[0] == "pear.1"
    assert names(store, owner, sort="asc") == names(store, owner)[::-1]
    assert names(store, owner, size=2, page=2) == names(store, owner)[2:]


def test_shares_have_lists_of_their_own(store: Store, run: Run) -> None:
    record(store, run)
    for scope in ("shared", "received"):
        assert names(store, "friend", scope=scope) == []
    store.set_permission(run.id, "friend", Permission.READ)
    assert names(store, "friend", scope="received", owner=run.owner) == ["demo.1"]
    assert names(store, "friend", scope="shared") == names(store, run.owner, scope="shared")
    assert names(store, run.owner, shared_with="friend") == ["demo.1"]
    assert names(store, run.owner, shared_with="nobody") == []
    assert (store.sharers("friend"), store.shared_to(run.owner)) == ([run.owner], ["friend"])
    shared = store.find_analysis(user="friend", name="demo")
    assert shared is not None
    assert shared.owner == run.owner


def test_sizes_and_times_are_added_up(store: Store, make_run: MakeRun) -> None:
    first, second = make_run(), make_run()
    record(store, first)
    store.add_workspace_size(5, first.id)
    assert (store.disk_used(first.owner), store.cpu_used(first.owner)) == (5, 0)
    end(store, first, 0, disk=100)
    end(store, second, 0, disk=20)
    assert (store.disk_used(first.owner), store.cpu_used(first.owner)) == (120, 4.0)
    store.set_workspace_size(1, first.id)
    assert store.disk_used(first.owner) == 21


def test_secrets_are_kept_all_or_none(store: Store) -> None:
    one, two = Sealed("a", "env", b"1"), Sealed("b", "file", b"2")
    assert store.keep_secrets("ann", {"a": one}, False) == ()
    assert list(store.keep_secrets("ann", {"a": one, "b": two}, False)) == ["a"]
    assert store.secrets("ann") == [one]
    store.keep_secrets("ann", {"a": Sealed("a", "env", b"3"), "b": two}, True)
    assert [it.content for it in store.secrets("ann")] == [b"3", b"2"]
    assert store.remove_secrets("ann", ["a", "c"]) == ["c"]
    assert not store.remove_secrets("ann", ["a", "b"])
    assert store.secrets("ann") == store.secrets("bob") == []


def test_removed_account_leaves_nothing(store: Store, run: Run) -> None:
    record(store, run)
    store.keep_secrets(run.owner, {"a": Sealed("a", "env", b"1")}, False)
    store.request_delete(run.id)
    store.forget_run(run.id)
    assert store.remove_user(run.owner)
    assert store.secrets(run.owner) == []
    assert store.find_analysis(run_id=run.id) is None


def test_retention_is_due_some_days_after_the_end(store: Store, make_run: MakeRun) -> None:
    run, other = make_run(), make_run()
    new = NewRecord(
        run_id=run.id, owner=run.owner, name="demo", type="serial", specification={},
        created=run.created, retention=2,
    )  # fmt: skip
    store.add_record(new)
    record(store, other)
    assert store.retention_due(T2 + timedelta(days=99)) == []
    for it in (run, other):
        end(store, it, 0)
    assert store.retention_due(T2 + timedelta(days=1)) == []
    assert store.retention_due(T2 + timedelta(days=2)) == [run.id]
    store.set_retention(run.id, None)
    assert store.retention_due(T2 + timedelta(days=99)) == []
