from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from taverna_server.config import Config
from taverna_server.manager import RunManager
from taverna_server.manager.queue import let_in, stop_overdue
from taverna_server.model.identity import User
from taverna_server.model.run import RunState, RunStatus
from taverna_server.store import Store
from tests.manager.conftest import WORKFLOW


def test_run_without_a_place_waits_for_its_turn(
    store: Store, config: Config, alice: User, bob: User
) -> None:
    """First come, first served, whoever it is."""
    config = replace(config, operating_limit=1)
    manager = RunManager(store, config)
    runs = [manager.create_run(user, WORKFLOW) for user in (alice, bob, alice)]
    for run, user in zip(runs, (alice, bob, alice), strict=True):
        manager.start_or_queue(user, run.id)
    states = [manager.run_by_number(User("root", admin=True), run.number) for run in runs]
    assert [run.status for run in states] == [
        RunStatus.OPERATING,
        RunStatus.INITIALIZED,
        RunStatus.INITIALIZED,
    ]
    assert [run.state for run in states] == [RunState.PENDING] * 3
    assert let_in(store, config) == 0
    manager.set_status(alice, runs[0].id, RunStatus.FINISHED)
    assert let_in(store, config) == 1
    assert manager.get_run(bob, runs[1].id).status is RunStatus.OPERATING
    assert manager.get_run(alice, runs[2].id).queued is not None


def test_run_that_was_deleted_while_it_waited_is_not_let_in(
    store: Store, config: Config, alice: User
) -> None:
    manager = RunManager(store, replace(config, operating_limit=0))
    run = manager.create_run(alice, WORKFLOW)
    manager.start_or_queue(alice, run.id)
    manager.delete_run(alice, run.id)
    assert let_in(store, config) == 0


def test_run_that_takes_too_long_is_stopped(
    manager: RunManager, store: Store, config: Config, alice: User
) -> None:
    """Check D10."""
    run = manager.create_run(alice, WORKFLOW)
    long_ago = datetime.now(UTC) - timedelta(minutes=61)
    store.request_start(run.id, long_ago, 9)
    store.observe(run.id, RunStatus.OPERATING)
    assert stop_overdue(store, config) == 0
    assert stop_overdue(store, replace(config, run_time_limit=60)) == 1
    store.observe(run.id, RunStatus.FINISHED, 143, datetime.now(UTC))
    assert manager.get_run(alice, run.id).state is RunState.TIMEOUT
