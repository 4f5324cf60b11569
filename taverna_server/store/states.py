"""``Run.state`` as the database works it out, for lists that are filtered or sorted by it."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa

from taverna_server.model.run import TOLD_TO_STOP, RunState, RunStatus, Stopper
from taverna_server.store.tables import runs

_NOT_WANTED = sa.and_(runs.c.target == RunStatus.INITIALIZED, runs.c.queued.is_(None))

_AT_THE_END: sa.Case[Any] = sa.case(
    (runs.c.exit_code == 0, RunState.FINISHED),
    (runs.c.stopped_by == Stopper.LIMIT, RunState.TIMEOUT),
    (runs.c.exit_code.is_(None), RunState.CANCELLED),
    (runs.c.exit_code == TOLD_TO_STOP, RunState.CANCELLED),
    (runs.c.stopped_by.is_not(None), RunState.CANCELLED),
    else_=RunState.FAILED,
)
_BEFORE_THE_START: sa.Case[Any] = sa.case(
    (runs.c.target == RunStatus.FINISHED, RunState.CANCELLED),
    (_NOT_WANTED, RunState.INITIALIZED),
    else_=RunState.PENDING,
)
STATE: sa.Case[Any] = sa.case(
    (runs.c.observed == RunStatus.FINISHED, _AT_THE_END),
    (runs.c.observed == RunStatus.INITIALIZED, _BEFORE_THE_START),
    (runs.c.target == RunStatus.FINISHED, RunState.CANCELLING),
    else_=RunState.RUNNING,
)
"""The word, as text."""
