"""How far a step has come, as a drawing shows it: a state for the colour and the sign, and words.

The counts are those of ``processor`` events (``engines/base.py``).
"""

from __future__ import annotations

from typing import NamedTuple


class Counts(NamedTuple):
    """Jobs of one step."""

    queued: int = 0
    running: int = 0
    done: int = 0
    errors: int = 0
    """Of those done, the jobs that failed."""


NONE = Counts()


def state_of(counts: Counts) -> str:
    """``waiting``, ``running``, ``failed`` or ``done``; a failure shows at once."""
    if counts.errors:
        return "failed"
    if counts.queued or counts.running:
        return "running"
    return "done" if counts.done else "waiting"


def words_of(counts: Counts) -> str:
    """``3 of 10 done, 1 failed``."""
    total = counts.queued + counts.running + counts.done
    if not total:
        return "waiting"
    rest = counts.queued + counts.running
    words = f"{counts.done} of {total}" if rest else f"{counts.done} done"
    return f"{words}, {counts.errors} failed" if counts.errors else words
