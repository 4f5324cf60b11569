"""How far a run has come, read from what its engine reports (``engines/base.py``).

Theory of operation. ``events.jsonl`` only grows. A reader keeps the offset behind
the last whole line and goes on from there, so looking often costs what is new, not
what is there. ``Progress`` folds events into the newest counts of each processor,
the newest word on each job and the last messages; what it keeps is bounded, however
long the file. The newest progress of the runs looked at lately stays in the process:
a page opened late reads the file once, and others after it only its end.

The file is in the hands of the run's user: a line that is no event is passed over,
and so is one longer than any engine writes.
"""

from __future__ import annotations

import json
import threading
from collections import OrderedDict, deque
from collections.abc import Iterator
from copy import copy
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, BinaryIO

from taverna_server.data.paths import WorkDirectory
from taverna_server.errors import BadPath, UnknownEntry
from taverna_server.manager.permissions import Guarded
from taverna_server.model.identity import Permission, User

LONGEST_LINE = 1 << 20
MOST_MESSAGES = 100
MOST_PROCESSORS = 5_000
MOST_JOBS = 5_000
MOST_REMEMBERED = 64
"""Runs whose progress one process keeps."""

OVER = frozenset({"finished", "failed", "stopped"})
"""Job states that nothing follows."""


@dataclass(frozen=True, slots=True)
class Counts:
    """Jobs of one processor; ``errors`` are among those ``done``."""

    queued: int = 0
    running: int = 0
    done: int = 0
    errors: int = 0

    @property
    def state(self) -> str:
        """``waiting``, ``running``, ``failed`` or ``done``; a failure shows at once."""
        if self.errors:
            return "failed"
        if self.running or self.queued:
            return "running"
        return "done" if self.done else "waiting"

    @property
    def total(self) -> int:
        """Jobs known so far."""
        return self.queued + self.running + self.done


@dataclass(slots=True)
class Progress:
    """What the events up to ``offset`` say."""

    offset: int = 0
    begun: bool = False
    exit_code: int | None = None
    """Of the engine, once it has ended."""
    planned: int | None = None
    """How many jobs there will be, where the engine knows."""
    steps: tuple[str, ...] = ()
    """In their order, where the engine told."""
    processors: dict[str, Counts] = field(default_factory=dict)
    """By path (``Outer/Inner``), in the order in which they were heard of."""
    jobs: dict[str, dict[str, Any]] = field(default_factory=dict)
    """The newest event of each job by its id, in the order in which they began."""
    messages: deque[dict[str, str]] = field(default_factory=lambda: deque(maxlen=MOST_MESSAGES))
    """The last ones: ``time``, ``level``, ``message``."""

    @property
    def counts(self) -> Counts:
        """Of all processors together."""
        all_of = self.processors.values()
        return Counts(
            sum(it.queued for it in all_of),
            sum(it.running for it in all_of),
            sum(it.done for it in all_of),
            sum(it.errors for it in all_of),
        )

    def copied(self) -> Progress:
        """One that further events may change."""
        other = copy(self)
        other.processors, other.jobs = dict(self.processors), dict(self.jobs)
        other.messages = self.messages.copy()
        return other

    def hear(self, event: dict[str, Any]) -> None:
        """Take one event in; those of unknown kinds say nothing here."""
        kind = event.get("event")
        if kind == "processor":
            _put(self.processors, str(event.get("name", "")), _counts(event), MOST_PROCESSORS)
        elif kind == "job":
            _put(self.jobs, str(event.get("id", "")), event, MOST_JOBS)
        elif kind == "log":
            said = {key: str(event.get(key, "")) for key in ("time", "level", "message")}
            self.messages.append(said)
        elif kind == "planned":
            self.planned = _number(event.get("total"))
        elif kind == "started":
            self.begun = True
            self.steps = tuple(map(str, event.get("steps") or ()))[:MOST_PROCESSORS]
        elif kind == "ended":
            self.exit_code = _number(event.get("exit_code"))


class Watching(Guarded):
    """For everybody who may read the run, at any time of its life."""

    def progress(self, caller: User, run_id: str) -> Progress:
        """Up to now; nothing is in it before the start. Not to be changed."""
        run = self.run_for(caller, run_id, Permission.READ)
        return newest(self.directory(run).events)

    def log_of_job(self, caller: User, run_id: str, job_id: str) -> tuple[WorkDirectory, str]:
        """Where what a job wrote lies: a directory and the name in it.

        Raises:
            UnknownEntry: the engine told of no such job.
        """
        run = self.run_for(caller, run_id, Permission.READ)
        job = newest(self.directory(run).events).jobs.get(job_id)
        if job is None or not job.get("log"):
            raise UnknownEntry(job_id)
        return WorkDirectory(self.directory(run).root / "jobs"), str(job["log"])

    def events_after(
        self, caller: User, run_id: str, offset: int, most: int = 1 << 20
    ) -> tuple[list[dict[str, Any]], int]:
        """The events from an offset on, of about ``most`` bytes, and the offset to go on from."""
        run = self.run_for(caller, run_id, Permission.READ)
        return read_events(self.directory(run).events, offset, most)


def read_events(path: Path, offset: int, most: int) -> tuple[list[dict[str, Any]], int]:
    """Whole lines from the offset on, and the offset behind them."""
    events: list[dict[str, Any]] = []
    end = offset
    for end, event in _events(path, offset):
        events.append(event)
        if end - offset >= most:
            break
    return events, end


class _Remembered:
    """The newest progress of the runs looked at lately."""

    def __init__(self) -> None:
        self._by_path: OrderedDict[Path, Progress] = OrderedDict()
        self._lock = threading.Lock()

    def get(self, path: Path) -> Progress:
        with self._lock:
            return self._by_path.get(path) or Progress()

    def put(self, path: Path, progress: Progress) -> None:
        with self._lock:
            known = self._by_path.pop(path, None)
            further = known if known and known.offset > progress.offset else progress
            self._by_path[path] = further
            if len(self._by_path) > MOST_REMEMBERED:
                self._by_path.popitem(last=False)


_remembered = _Remembered()


def newest(path: Path) -> Progress:
    """What all events of the file say; read from where this process last stopped."""
    progress = _remembered.get(path)
    ahead = progress.copied()
    for end, event in _events(path, ahead.offset):
        ahead.hear(event)
        ahead.offset = end
    if ahead.offset == progress.offset:
        return progress
    _remembered.put(path, ahead)
    return ahead


def _events(path: Path, offset: int) -> Iterator[tuple[int, dict[str, Any]]]:
    """Each event with the offset behind its line; nothing for a file that is not there."""
    try:
        stream, found = WorkDirectory(path.parent).open_file(path.name)
    except (UnknownEntry, BadPath):
        return
    with stream:
        if offset < found.st_size:
            stream.seek(offset)
            yield from _parsed(stream, offset)


def _parsed(stream: BinaryIO, offset: int) -> Iterator[tuple[int, dict[str, Any]]]:
    rest = b""
    while piece := stream.read(1 << 16):
        *lines, rest = (rest + piece).split(b"\n")
        for line in lines:
            offset += len(line) + 1
            event = _event(line)
            if event is not None:
                yield offset, event
        if len(rest) > LONGEST_LINE:  # no engine writes such a line; its end may come or not
            offset += len(rest)
            rest = b""


def _event(line: bytes) -> dict[str, Any] | None:
    try:
        found = json.loads(line)
    except (ValueError, RecursionError):
        return None
    return found if isinstance(found, dict) else None


def _put(known: dict[str, Any], key: str, value: Any, most: int) -> None:
    if key in known or len(known) < most:
        known[key] = value


def _counts(event: dict[str, Any]) -> Counts:
    words = ("queued", "running", "done", "errors")
    return Counts(*(_number(event.get(word)) or 0 for word in words))


def _number(value: object) -> int | None:
    return value if isinstance(value, int) else None
