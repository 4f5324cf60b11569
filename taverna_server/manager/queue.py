"""Runs that wait for a place among the operating ones, and those that take too long.

A client of the Player interface wants its run executed, and does not come back
to ask again (Player dossier 1.5: ``busy``). So a run that finds no place waits in
the queue, first come, first served; the reconciler lets in whoever there is room
for. It also ends the runs that operate longer than ``run_time_limit`` allows,
and gives runs that repeat others the answers that people gave before.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from taverna_server.config import Config
from taverna_server.errors import TooManyOperating
from taverna_server.manager.questions import Questions
from taverna_server.manager.settings import policy
from taverna_server.manager.telling import Telling
from taverna_server.model.run import RunStatus, Stopper
from taverna_server.store import Store


def let_in(store: Store, config: Config) -> int:
    """Start the runs that have waited longest, as many as there is room for; how many."""
    count = 0
    for run in store.queued_runs():
        limit = policy(store, config).operating_limit
        notes = Telling(store, config).of_start(run)
        try:
            count += store.request_start(run.id, datetime.now(UTC), limit, notes)
        except TooManyOperating:
            break
    return count


def answer_children(store: Store, config: Config) -> int:
    """Answer what runs ask that repeat others, as it was answered there (1.10); how many."""
    count = 0
    for run in store.operating_children():
        parent = store.get_run_by_number(run.parent or 0)
        if parent is not None:
            count += Questions(store, config).answer_as_before(run, parent)
    return count


def stop_overdue(store: Store, config: Config) -> int:
    """End the runs that have taken too long; how many."""
    if not config.run_time_limit:
        return 0
    now = datetime.now(UTC)
    overdue = store.overdue_runs(now - timedelta(minutes=config.run_time_limit))
    at_work = {RunStatus.OPERATING, RunStatus.STOPPED}
    return sum(
        store.request_status(run_id, RunStatus.FINISHED, at_work, now, Stopper.LIMIT)
        for run_id in overdue
    )
