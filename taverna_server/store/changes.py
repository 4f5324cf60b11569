"""What becomes of a run: every change of state, each a guarded update.

::

    client   request_start   Initialized -> target Operating; takes a slot, starts the clock
             request_status  suspend, go on, finish
             request_delete  invisible from now on; the reconciler removes what is left
    reconciler  observe      what was seen; an end is final and ends the wish too
                forget_run   nothing is left

A method returns False when its guard did not hold: somebody else was first, and
the caller reads the run again to see what it is now.

``Notes`` that come with a change (events, messages, usage records) are written in
its transaction: they tell of what happened, and of all that happened.

A run holds a slot of the operating limit from its start until its end or its
deletion is asked for or seen, suspended or not. The engine of a cancelled run
may live for the moment that killing it takes; clients who cancel one run may
start the next at once.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy import bindparam
from sqlalchemy.engine import Connection

from taverna_server.errors import TooManyOperating
from taverna_server.model.events import Notes
from taverna_server.model.run import Run, RunStatus, Stopper
from taverna_server.store.base import Part, utc_now
from taverna_server.store.counters import OPERATING, RUNS, count_down, count_up
from taverna_server.store.events import write_notes
from taverna_server.store.reana import leave_record
from taverna_server.store.rows import UnsettledRun
from taverna_server.store.runs import RUN_COLUMNS, VISIBLE
from taverna_server.store.tables import runs

_THIS = runs.c.id == bindparam("run")
_NOT_OVER = runs.c.observed != RunStatus.FINISHED
_AT = bindparam("at", type_=runs.c.finished.type)
_FROM = runs.c.target.in_(bindparam("among", expanding=True))

_START = (
    sa.update(runs)
    .where(_THIS, VISIBLE, runs.c.target == RunStatus.INITIALIZED, _NOT_OVER)
    .values(
        target=RunStatus.OPERATING,
        started=bindparam("at"),
        start_seen=False,
        holds_slot=True,
        queued=sa.null(),
    )
)
_TARGET = sa.update(runs).where(_THIS, VISIBLE, _FROM, _NOT_OVER).values(target=bindparam("to"))
_FINISH = _TARGET.values(
    finished=sa.case((runs.c.target == RunStatus.INITIALIZED, sa.null()), else_=_AT),
    queued=sa.null(),
    stopped_by=bindparam("by"),
)
_QUEUE = (
    sa.update(runs)
    .where(_THIS, VISIBLE, runs.c.target == RunStatus.INITIALIZED, _NOT_OVER)
    .values(queued=bindparam("at"))
)
_QUEUED = (
    sa.select(*RUN_COLUMNS)
    .where(VISIBLE, runs.c.queued.is_not(None))
    .order_by(runs.c.queued, runs.c.number)
    .limit(bindparam("most"))
)
_OVERDUE = sa.select(runs.c.id).where(
    runs.c.unsettled,
    VISIBLE,
    runs.c.target.in_((RunStatus.OPERATING, RunStatus.STOPPED)),
    runs.c.started < bindparam("before"),
)
_DELETE = sa.update(runs).where(_THIS, VISIBLE).values(deleting=True)
_ORPHAN = (
    sa.update(runs)
    .where(runs.c.parent == sa.select(runs.c.number).where(_THIS).scalar_subquery())
    .values(parent=sa.null())
)
_GIVE_BACK_SLOT = sa.update(runs).where(_THIS, runs.c.holds_slot).values(holds_slot=False)
_SEE_START = sa.update(runs).where(_THIS, sa.not_(runs.c.start_seen)).values(start_seen=True)
_OBSERVE = (
    sa.update(runs)
    .where(_THIS, _NOT_OVER, runs.c.observed != bindparam("seen"))
    .values(observed=bindparam("seen"))
)
_OBSERVE_END = (
    sa.update(runs)
    .where(_THIS, _NOT_OVER)
    .values(
        observed=RunStatus.FINISHED,
        target=RunStatus.FINISHED,
        exit_code=bindparam("code"),
        finished=sa.func.coalesce(runs.c.finished, _AT),
    )
)
_SET_STATE = sa.update(runs).where(_THIS).values(runner_state=bindparam("state"))
_GET_STATE = sa.select(runs.c.runner_state).where(_THIS)
_ANY_UNSETTLED = sa.select(*RUN_COLUMNS, runs.c.deleting, runs.c.runner_state).where(
    runs.c.unsettled
)
_UNSETTLED = _ANY_UNSETTLED.order_by(runs.c.number)
_UNSETTLED_ONE = _ANY_UNSETTLED.where(_THIS)
_NOTHING = Notes()
_FORGET = sa.delete(runs).where(_THIS, runs.c.deleting)


class Changes(Part):
    """The moves of a run."""

    def request_start(
        self, run_id: str, now: datetime, operating_limit: int, notes: Notes = _NOTHING
    ) -> bool:
        """Want an Initialized run to operate.

        Raises:
            TooManyOperating: ``operating_limit`` runs operate already; nothing changed.
        """
        with self._database.write() as connection:
            if connection.execute(_START, {"run": run_id, "at": now}).rowcount == 0:
                return False
            if not count_up(connection, OPERATING, operating_limit):
                raise TooManyOperating("server too busy; try later please")
            write_notes(connection, notes)
            return True

    def request_status(
        self,
        run_id: str,
        target: RunStatus,
        from_: Collection[RunStatus],
        now: datetime,
        by: Stopper = Stopper.CLIENT,
    ) -> bool:
        """Want another state than any of ``from_``; starting is ``request_start``.

        Finishing notes ``now`` as the end, unless the run never started, and who wants it.
        """
        values = {"run": run_id, "to": target, "among": list(from_)}
        with self._database.write() as connection:
            if target != RunStatus.FINISHED:
                return connection.execute(_TARGET, values).rowcount == 1
            if connection.execute(_FINISH, values | {"at": now, "by": by}).rowcount == 0:
                return False
            _give_back_slot(connection, run_id)
            return True

    def enqueue(self, run_id: str, now: datetime) -> bool:
        """Let an Initialized run wait until it may operate."""
        with self._database.write() as connection:
            return connection.execute(_QUEUE, {"run": run_id, "at": now}).rowcount == 1

    def queued_runs(self, most: int = 100) -> list[Run]:
        """Runs that wait to operate, longest first."""
        with self._database.read() as connection:
            return [Run(*row) for row in connection.execute(_QUEUED, {"most": most})]

    def overdue_runs(self, before: datetime) -> list[str]:
        """Ids of runs that were started before then and still are to operate."""
        with self._database.read() as connection:
            return list(connection.scalars(_OVERDUE, {"before": before}))

    def request_delete(self, run_id: str, notes: Notes = _NOTHING) -> bool:
        """Make the run invisible; it counts for no limit any more."""
        with self._database.write() as connection:
            if connection.execute(_DELETE, {"run": run_id}).rowcount == 0:
                return False
            _give_back_slot(connection, run_id)
            connection.execute(_ORPHAN, {"run": run_id})
            count_down(connection, RUNS)
            leave_record(connection, run_id, utc_now())
            write_notes(connection, notes)
            return True

    def first_status_read(self, run_id: str) -> bool:
        """True for one caller after each start: the one who reads the status first."""
        with self._database.write() as connection:
            return connection.execute(_SEE_START, {"run": run_id}).rowcount == 1

    def observe(
        self,
        run_id: str,
        observed: RunStatus,
        exit_code: int | None = None,
        finished: datetime | None = None,
        notes: Notes = _NOTHING,
    ) -> bool:
        """Note what was seen. False when it was known, or the run is over or gone.

        ``exit_code`` and ``finished`` belong to the end; an earlier time of the
        end (when it was asked for) stays.
        """
        with self._database.write() as connection:
            if observed != RunStatus.FINISHED:
                return connection.execute(_OBSERVE, {"run": run_id, "seen": observed}).rowcount == 1
            values = {"run": run_id, "code": exit_code, "at": finished}
            if connection.execute(_OBSERVE_END, values).rowcount == 0:
                return False
            _give_back_slot(connection, run_id)
            write_notes(connection, notes)
            return True

    def runner_state(self, run_id: str) -> Mapping[str, Any] | None:
        """What the runner wants to remember of a run; None before the start."""
        with self._database.read() as connection:
            state: Mapping[str, Any] | None = connection.scalar(_GET_STATE, {"run": run_id})
            return state

    def set_runner_state(self, run_id: str, state: Mapping[str, Any] | None) -> bool:
        """Keep what the runner wants to remember: only what JSON can hold."""
        with self._database.write() as connection:
            values = {"run": run_id, "state": state if state is None else dict(state)}
            return connection.execute(_SET_STATE, values).rowcount == 1

    def to_reconcile(self) -> list[UnsettledRun]:
        """Runs where wanted and observed differ, that are alive or being deleted; oldest first.

        Reads an index of those alone, however many others there are.
        """
        with self._database.read() as connection:
            rows = connection.execute(_UNSETTLED).all()
        return [_unsettled(row) for row in rows]

    def unsettled_run(self, run_id: str) -> UnsettledRun | None:
        """The same of one run; None when there is nothing to do or to watch."""
        with self._database.read() as connection:
            row = connection.execute(_UNSETTLED_ONE, {"run": run_id}).first()
        return None if row is None else _unsettled(row)

    def forget_run(self, run_id: str) -> bool:
        """Remove the row of a run that is being deleted, and all that hangs on it."""
        with self._database.write() as connection:
            return connection.execute(_FORGET, {"run": run_id}).rowcount == 1


def _unsettled(row: Sequence[Any]) -> UnsettledRun:
    width = len(RUN_COLUMNS)
    return UnsettledRun(Run(*row[:width]), *row[width:])


def _give_back_slot(connection: Connection, run_id: str) -> None:
    if connection.execute(_GIVE_BACK_SLOT, {"run": run_id}).rowcount == 1:
        count_down(connection, OPERATING)
