"""The life of a run in the store, on every database."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from taverna_server.errors import TooManyOperating, TooManyRuns
from taverna_server.model.run import Run, RunInput, RunStatus
from taverna_server.store import Store

INITIALIZED, OPERATING, STOPPED, FINISHED = RunStatus
T1 = datetime(2026, 11, 21, 13, 0, 0, 1, tzinfo=UTC)
T2 = T1 + timedelta(minutes=1)
MakeRun = Callable[..., Run]


def finish(store: Store, run: Run) -> bool:
    return store.request_status(run.id, FINISHED, {INITIALIZED, OPERATING, STOPPED}, T2)


def current(store: Store, run: Run) -> Run:
    found = store.get_run(run.id)
    assert found is not None
    return found


def test_new_run_reads_back_as_it_was_created(store: Store, run: Run) -> None:
    assert store.get_run(run.id) == run == store.get_run_by_number(run.number)
    assert (run.status, run.number, run.started, run.exit_code) == (INITIALIZED, 1, None, None)


def test_unknown_run_is_none_and_refuses_every_change(store: Store) -> None:
    assert store.get_run("no") is None
    assert not store.is_known("no")
    assert not store.request_start("no", T1, 1)
    assert not store.request_status("no", FINISHED, {INITIALIZED}, T1)
    assert not store.request_delete("no")
    assert not store.observe("no", FINISHED)
    assert not store.set_name("no", "x")
    assert not store.set_input("no", RunInput("p", "v"))
    assert not store.set_runner_state("no", {})


def test_numbers_are_never_used_again(store: Store, make_run: MakeRun) -> None:
    first = make_run()
    store.request_delete(first.id)
    store.forget_run(first.id)
    assert make_run().number > first.number


def test_run_limit_counts_runs_in_any_state(store: Store, make_run: MakeRun) -> None:
    for _ in range(3):
        finish(store, make_run(limit=3))
    with pytest.raises(TooManyRuns, match="server load exceeded; please wait"):
        make_run(limit=3)
    assert store.run_count() == 3 == len(list(store.list_runs()))


def test_deletion_makes_room_at_once(store: Store, make_run: MakeRun) -> None:
    run = make_run(limit=1)
    assert store.request_delete(run.id)
    assert not store.request_delete(run.id)
    assert store.run_count() == 0
    make_run(limit=1)


def test_start_takes_a_slot_and_starts_the_clock(store: Store, run: Run) -> None:
    assert store.request_start(run.id, T1, 1)
    assert current(store, run) == replace(run, target=OPERATING, started=T1, start_seen=False)
    assert store.operating_count() == 1


def test_second_start_is_refused(store: Store, run: Run) -> None:
    store.request_start(run.id, T1, 5)
    assert not store.request_start(run.id, T2, 5)
    assert current(store, run).started == T1
    assert store.operating_count() == 1


def test_start_over_the_operating_limit_changes_nothing(store: Store, make_run: MakeRun) -> None:
    first, second = make_run(), make_run()
    store.request_start(first.id, T1, 1)
    with pytest.raises(TooManyOperating, match="server too busy; try later please"):
        store.request_start(second.id, T1, 1)
    assert current(store, second) == second
    assert store.operating_count() == 1


@pytest.mark.parametrize("ending", ["cancel", "end", "delete", "all"])
def test_slot_is_given_back_once_however_a_run_ends(
    store: Store, make_run: MakeRun, ending: str
) -> None:
    run, other = make_run(), make_run()
    store.request_start(run.id, T1, 2)
    store.request_start(other.id, T1, 2)
    if ending in ("cancel", "all"):
        assert finish(store, run)
    if ending in ("end", "all"):
        assert store.observe(run.id, FINISHED, 0, T2)
    if ending in ("delete", "all"):
        assert store.request_delete(run.id)
    assert store.operating_count() == 1


def test_suspended_run_keeps_its_slot(store: Store, run: Run) -> None:
    store.request_start(run.id, T1, 1)
    assert store.request_status(run.id, STOPPED, {OPERATING}, T2)
    assert store.operating_count() == 1
    assert store.request_status(run.id, OPERATING, {STOPPED}, T2)
    assert current(store, run).status == OPERATING


def test_status_is_changed_only_from_where_it_was_said(store: Store, run: Run) -> None:
    assert not store.request_status(run.id, STOPPED, {OPERATING}, T1)
    assert current(store, run) == run


def test_run_finished_before_its_start_has_no_times(store: Store, run: Run) -> None:
    assert finish(store, run)
    assert store.observe(run.id, FINISHED)
    over = current(store, run)
    assert (over.status, over.started, over.finished, over.exit_code) == (
        FINISHED,
        None,
        None,
        None,
    )


def test_time_of_a_requested_end_stays(store: Store, run: Run) -> None:
    store.request_start(run.id, T1, 1)
    finish(store, run)
    store.observe(run.id, FINISHED, 143, T2 + timedelta(seconds=1))
    assert (current(store, run).finished, current(store, run).exit_code) == (T2, 143)


def test_end_that_is_seen_ends_the_wish(store: Store, run: Run) -> None:
    store.request_start(run.id, T1, 1)
    assert store.observe(run.id, OPERATING)
    assert store.observe(run.id, FINISHED, 0, T2)
    over = current(store, run)
    assert (over.target, over.observed, over.exit_code, over.finished) == (
        FINISHED,
        FINISHED,
        0,
        T2,
    )


def test_end_is_final(store: Store, run: Run) -> None:
    store.request_start(run.id, T1, 1)
    store.observe(run.id, FINISHED, 0, T2)
    assert not store.observe(run.id, OPERATING)
    assert not store.observe(run.id, FINISHED, 1, T1)
    assert not store.request_status(run.id, OPERATING, set(RunStatus), T2)
    assert not finish(store, run)
    assert current(store, run).exit_code == 0


def test_observation_that_is_known_is_no_change(store: Store, run: Run) -> None:
    store.request_start(run.id, T1, 1)
    assert store.observe(run.id, OPERATING)
    assert not store.observe(run.id, OPERATING)


def test_start_is_shown_to_one_reader(store: Store, run: Run) -> None:
    assert not store.first_status_read(run.id)
    store.request_start(run.id, T1, 1)
    assert not current(store, run).start_seen
    assert store.first_status_read(run.id)
    assert not store.first_status_read(run.id)
    assert current(store, run).start_seen


def test_deleted_run_is_invisible_until_it_is_forgotten(store: Store, run: Run) -> None:
    store.set_input(run.id, RunInput("p", "v"))
    assert not store.forget_run(run.id)
    assert store.request_delete(run.id)
    assert store.get_run(run.id) is None
    assert list(store.list_runs("alice")) == []
    assert not store.set_name(run.id, "x")
    assert not store.request_start(run.id, T1, 1)
    assert store.is_known(run.id)
    assert store.forget_run(run.id)
    assert not store.is_known(run.id)
    assert store.inputs(run.id) == []


def test_reconciler_sees_what_is_wanted_alive_or_to_be_deleted(
    store: Store, make_run: MakeRun
) -> None:
    idle, started, alive, cancelled, over, deleted = (make_run() for _ in range(6))
    for run in (started, alive, cancelled, over):
        store.request_start(run.id, T1, 9)
    for run in (alive, cancelled, over):
        store.observe(run.id, OPERATING)
    finish(store, cancelled)
    store.observe(over.id, FINISHED, 0, T2)
    store.request_delete(deleted.id)
    found = {item.run.id: item for item in store.to_reconcile()}
    assert list(found) == [started.id, alive.id, cancelled.id, deleted.id]
    assert [item.deleting for item in found.values()] == [False, False, False, True]
    assert found[alive.id].run == current(store, alive)
    assert idle.id not in found


def test_runner_state_comes_back_as_it_was_kept(store: Store, run: Run) -> None:
    assert store.runner_state(run.id) is None
    state = {"pid": 7, "started": 1.5, "nested": {"list": [1, None, "é"]}}
    store.request_start(run.id, T1, 1)
    assert store.set_runner_state(run.id, state)
    assert store.runner_state(run.id) == state == store.to_reconcile()[0].runner_state
    store.set_runner_state(run.id, None)
    assert store.runner_state(run.id) is None


def test_list_is_of_one_owner_oldest_first_over_pages(store: Store, make_run: MakeRun) -> None:
    mine = [make_run("alice" if n % 3 else "bob") for n in range(650)]
    wanted = [run for run in mine if run.owner == "alice"]
    assert list(store.list_runs("alice")) == wanted
    assert [run.id for run in store.list_runs()] == [run.id for run in mine]


def test_list_goes_on_when_its_place_is_deleted(store: Store, make_run: MakeRun) -> None:
    runs = [make_run() for _ in range(250)]
    listing = store.list_runs("alice")
    seen = [next(listing).id]
    for run in runs[:200]:
        store.request_delete(run.id)
        store.forget_run(run.id)
    seen += [run.id for run in listing]
    assert seen == [run.id for run in runs]


def test_expired_runs_are_due_longest_past_first(store: Store, make_run: MakeRun) -> None:
    late, later, future = (make_run(expires=timedelta(minutes=m)) for m in (2, 1, 90))
    gone = make_run(expires=timedelta(0))
    store.request_delete(gone.id)
    assert store.due_for_purge(T1) == [later.id, late.id]
    assert store.due_for_purge(T1, limit=1) == [later.id]
    assert store.set_expiry(late.id, T2)
    assert store.due_for_purge(T1) == [later.id]
    assert store.due_for_purge(T2 + timedelta(1)) == [later.id, late.id, future.id]


def test_name_and_provenance_are_kept(store: Store, run: Run) -> None:
    assert store.set_name(run.id, "näme \U0001f9ec")
    assert store.set_provenance(run.id, True)
    found = current(store, run)
    assert (found.name, found.generate_provenance) == ("näme \U0001f9ec", True)


def test_inputs_come_back_sorted_and_replaced(store: Store, run: Run) -> None:
    assert store.set_input(run.id, RunInput("b", value=" text\n"))
    assert store.set_input(run.id, RunInput("b", value="", delimiter=","))
    assert store.set_input(run.id, RunInput("a", file="in/a.txt"))
    assert store.inputs(run.id) == [
        RunInput("a", file="in/a.txt"),
        RunInput("b", value="", delimiter=","),
    ]
    assert store.clear_inputs(run.id)
    assert store.inputs(run.id) == []


def test_baclava_input_and_single_inputs_replace_each_other(store: Store, run: Run) -> None:
    store.set_input(run.id, RunInput("a", "1"))
    assert store.set_baclava_input(run.id, "in.baclava")
    assert store.inputs(run.id) == []
    assert current(store, run).baclava_input == "in.baclava"
    store.set_input(run.id, RunInput("a", "1"))
    assert current(store, run).baclava_input is None


def test_started_run_refuses_inputs(store: Store, run: Run) -> None:
    store.set_input(run.id, RunInput("a", "1"))
    store.request_start(run.id, T1, 1)
    assert not store.set_input(run.id, RunInput("a", "2"))
    assert not store.clear_inputs(run.id)
    assert not store.set_baclava_input(run.id, "in")
    assert not store.set_baclava_output(run.id, "out")
    assert store.inputs(run.id) == [RunInput("a", "1")]


def test_baclava_output_is_set_and_reset(store: Store, run: Run) -> None:
    assert store.set_baclava_output(run.id, "out.xml")
    assert current(store, run).baclava_output == "out.xml"
    assert store.set_baclava_output(run.id, None)
    assert current(store, run).baclava_output is None
