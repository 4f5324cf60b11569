"""Runs as rows of a list: what is known of each at a glance."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from taverna_server.errors import Unknown
from taverna_server.manager import RunManager
from taverna_server.model.identity import User
from taverna_server.model.run import COMPLETE, Run, RunState
from taverna_server.web.runs.watching import how_far


@dataclass(frozen=True, slots=True)
class Row:
    """One run of a list."""

    run: Run
    title: str
    """Of its workflow."""
    badge: str
    """The state as the pages show it: a run that asks is ``waiting``."""
    done: int
    total: int
    """Jobs that are done and known of; zeros where nothing is to be told."""

    @property
    def lasted(self) -> timedelta | None:
        """So far, or from start to end."""
        return lasted(self.run)

    @property
    def is_over(self) -> bool:
        return self.run.state in COMPLETE


def rows(
    manager: RunManager, user: User, runs: Iterable[Run], titles: Mapping[int, str]
) -> list[Row]:
    """In the order given; only runs at work are looked at more closely."""
    return [_row(manager, user, run, titles.get(run.entry, "")) for run in runs]


def _row(manager: RunManager, user: User, run: Run, title: str) -> Row:
    if run.state != RunState.RUNNING:
        return Row(run, title, run.state, 0, 0)
    try:
        asks = any(not it.is_note for it in manager.open_questions(user, run.id))
        done, total = how_far(manager.progress(user, run.id))
    except Unknown:  # deleted since it was listed
        return Row(run, title, run.state, 0, 0)
    return Row(run, title, "waiting" if asks else run.state, done, total)


def lasted(run: Run) -> timedelta | None:
    """From the start to the end, or until now; None before the start."""
    if run.started is None:
        return None
    return (run.finished or datetime.now(UTC)) - run.started
