"""What changes on a run's page while it works, as server-sent events.

Theory of operation. A stream looks at its run twice a second and tells what is new
since the place that the browser names (``Last-Event-ID``): an offset in the events
of the engine and a mark of everything else. So no stream needs to live long. One
ends after a few seconds and the browser comes back by itself; a thread is never
bound to a viewer. At a time, only a part of a process's threads is lent to streams:
who comes when all are out is told what is new and sent away at once, to come back a
little later, and so polls. The page is the same to both; the difference is a delay
of two seconds.
"""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from hashlib import blake2b
from typing import Any

from taverna_server.diagrams.states import Counts as Drawn
from taverna_server.diagrams.states import words_of
from taverna_server.errors import BadPath, NotAuthenticated, NotPermitted, Unknown
from taverna_server.manager import RunManager
from taverna_server.manager.progress import Counts, Progress
from taverna_server.model.identity import User
from taverna_server.model.run import COMPLETE, Run
from taverna_server.player.states import status_message
from taverna_server.web.runs.logs import logs_of

HOLD = 5.0
"""Seconds that one stream lives: also how long it may hold up the end of the server."""
LOOK = 0.5
RETRY, RETRY_WHEN_FULL = 300, 2000
"""Milliseconds after which a browser comes back."""
SHARE = 4
"""One thread in so many may be lent to streams."""


class Seats:
    """The threads of a process that streams may have."""

    def __init__(self, threads: int) -> None:
        self._free = threading.BoundedSemaphore(max(1, threads // SHARE))

    def take(self) -> bool:
        """Whether there was one left; whoever got it gives it back."""
        return self._free.acquire(blocking=False)

    def give_back(self) -> None:
        self._free.release()


@dataclass(frozen=True, slots=True)
class Place:
    """Where a viewer has got to: the offset in the events, and the mark of what else was told."""

    offset: int = 0
    mark: str = ""

    @classmethod
    def read(cls, text: str) -> Place:
        """Of ``Last-Event-ID``; the beginning for anything else."""
        offset, _, mark = text.partition("-")
        is_number = offset.isascii() and offset.isdigit() and len(offset) < 16
        return cls(int(offset), mark) if is_number else cls()

    def __str__(self) -> str:
        return f"{self.offset}-{self.mark}"


@dataclass(frozen=True, slots=True)
class Sight:
    """What there is to see of a run at a moment, beside its progress."""

    state: str
    message: str
    is_over: bool
    outputs: tuple[str, ...]
    questions: tuple[str, ...]
    logs: Mapping[str, int]

    @property
    def mark(self) -> str:
        """Another one when anything has changed."""
        return blake2b(json.dumps(self.told()).encode(), digest_size=6).hexdigest()

    def told(self) -> dict[str, Any]:
        """As the page gets it."""
        return {
            "state": self.state,
            "message": self.message,
            "over": self.is_over,
            "outputs": list(self.outputs),
            "questions": list(self.questions),
            "logs": dict(self.logs),
        }


def sight_of(manager: RunManager, user: User, run: Run) -> Sight:
    """Look at a run now."""
    asked = manager.open_questions(user, run.id)
    questions = tuple(it.serial for it in asked if not it.is_note)
    wd = manager.working_directory(user, run.id)
    outputs = tuple(it.name for it in wd.list("out")) if wd.is_dir("out") else ()
    logs = {log.name: log.size for log in logs_of(manager, user, run)}
    is_over = run.state in COMPLETE
    message = status_message(run, bool(questions))
    return Sight(run.state, message, is_over, outputs, questions, logs)


Look = Callable[[], tuple[Sight, Progress]]
"""Raises what the manager raises when the run is gone, or no longer to be seen."""


def place_now(sight: Sight, progress: Progress) -> Place:
    """Of a page that shows all this."""
    return Place(progress.offset, sight.mark)


def stream(look: Look, place: Place, seats: Seats, hold: float = HOLD) -> Iterator[str]:
    """The text of one answer: what is new, now and for a while."""
    seated = seats.take()
    try:
        yield f"retry: {RETRY if seated else RETRY_WHEN_FULL}\n\n"
        end = time.monotonic() + (hold if seated else 0)
        yield from _told(look, place, end)
    except (Unknown, NotPermitted, NotAuthenticated, BadPath):
        yield _event("gone", {}, place)
    finally:
        if seated:
            seats.give_back()


def _told(look: Look, place: Place, end: float) -> Iterator[str]:
    while True:
        sight, progress = look()
        news = list(_news(sight, progress, place))
        place = place_now(sight, progress)
        yield from (_event(kind, what, place) for kind, what in news)
        if sight.is_over:
            yield _event("over", {}, place)
            return
        if time.monotonic() >= end:
            return
        time.sleep(LOOK)


def _news(sight: Sight, progress: Progress, place: Place) -> Iterator[tuple[str, dict[str, Any]]]:
    if progress.offset != place.offset:
        yield "progress", told_progress(progress)
    if sight.mark != place.mark:
        yield "change", sight.told()


def told_progress(progress: Progress) -> dict[str, Any]:
    """As the page gets it: everything, so that nothing is lost where an event was."""
    processors = {path: _told_counts(it) for path, it in progress.processors.items()}
    done, total = how_far(progress)
    messages = list(progress.messages)
    return {"processors": processors, "done": done, "total": total, "messages": messages[-20:]}


def how_far(progress: Progress) -> tuple[int, int]:
    """Jobs that are done, and jobs known of, or planned."""
    counts = progress.counts
    return counts.done, max(counts.total, progress.planned or 0)


def _told_counts(counts: Counts) -> dict[str, Any]:
    numbers = (counts.queued, counts.running, counts.done, counts.errors)
    return {"state": counts.state, "words": words_of(Drawn(*numbers)), "counts": numbers}


def _event(kind: str, what: Mapping[str, Any], place: Place) -> str:
    return f"id: {place}\nevent: {kind}\ndata: {json.dumps(what)}\n\n"
