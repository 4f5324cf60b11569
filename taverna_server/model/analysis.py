"""What REANA calls workflows: runs with a name, a number and a specification."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any


@dataclass(frozen=True, slots=True, kw_only=True)
class Analysis:
    """What REANA calls a workflow: a record and its run, or what is left of it."""

    run_id: str
    owner: str
    name: str
    major: int
    minor: int
    type: str
    status: str
    """``created queued running finished failed stopped deleted``."""
    size: int
    """Bytes in the workspace when it was last measured; -1: never was."""
    cpu: float
    """Seconds."""
    workspace: str
    """The id of the run whose ``wd`` it works in."""
    created: datetime
    expiry: datetime | None
    started: datetime | None
    finished: datetime | None
    recorded: bool
    """False for a run of another face."""

    @property
    def run_number(self) -> str:
        return f"{self.major}.{self.minor}" if self.minor else str(self.major)

    @property
    def full_name(self) -> str:
        return f"{self.name}.{self.run_number}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Record:
    """What clients said of a workflow."""

    specification: Mapping[str, Any]
    given: Mapping[str, Any]
    """Input parameters of the start request."""
    parameters: Mapping[str, Any]
    """Those that count."""
    options: Mapping[str, Any]
    """Operational options that count."""


@dataclass(frozen=True, slots=True, kw_only=True)
class NewRecord:
    """A workflow as it is created. ``major`` None: the next free one."""

    run_id: str
    owner: str
    name: str
    type: str
    specification: Mapping[str, Any]
    created: datetime
    major: int | None = None
    retention: int | None = None
    """Days from the end until the first of its retention rules is due; None: it has none."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AnalysisQuery:
    """Which ones, in which order."""

    user: str
    scope: str = "own"
    """``own``, ``received`` (of others that the user may read), or ``shared``: those, and the
    user's own that others may read."""
    owner: str | None = None
    """Only this user's."""
    shared_with: str | None = None
    """Of the user's own: only those shared with this user, ``anybody`` or ``nobody``."""
    statuses: tuple[str, ...] = ()
    text: str = ""
    """Part of the name, whatever its case."""
    name: str | None = None
    run_id: str | None = None
    sort: str = "desc"
    page: int = 1
    size: int | None = None
