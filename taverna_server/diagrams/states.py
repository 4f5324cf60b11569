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
    """``3 of 10, 1 failed``. Failed jobs may be told of without being counted as done."""
    ended, rest = max(counts.done, counts.errors), counts.queued + counts.running
    words = []
    if rest:
        words.append(f"{ended} of {ended + rest}")
    elif counts.done:
        words.append(f"{counts.done} done")
    if counts.errors:
        words.append(f"{counts.errors} failed")
    return ", ".join(words) or "waiting"
