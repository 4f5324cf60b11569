"""Why a run failed, in the order in which a person wants to know.

First what the engine says of the whole run, then the steps with errors and what
they said, then the values that are errors, each a click away.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from taverna_server.manager.progress import Progress
from taverna_server.model.run import RunState
from taverna_server.web.runs.context import Viewed
from taverna_server.web.runs.logs import end_of, find_log
from taverna_server.web.runs.shown import Shown
from taverna_server.web.runs.steps import Step

MOST_STEPS = 10
MOST_SAID = 5
LAST_WORDS = 2000
"""Bytes of the log of a run that says nothing else of why it failed."""

_WORDS = {
    RunState.TIMEOUT: "It took longer than runs may here, and was stopped.",
    RunState.FAILED: "The engine ended with exit code {}.",
}


@dataclass(frozen=True, slots=True)
class Reasons:
    """What went wrong; all of it may be empty."""

    summary: str
    """Of the whole run; empty for one that came to its end."""
    said: Sequence[tuple[str, Sequence[str]]]
    """What the engine told while it ran: each cause once, with the places where it showed."""
    steps: Sequence[Step]
    """Those with errors."""
    values: Sequence[Shown]
    """Outputs that are errors, or lists with some."""
    last_words: str
    """The end of the engine's log, where nothing else tells."""

    def __bool__(self) -> bool:
        return bool(self.summary or self.steps or self.values)


def reasons_of(
    viewed: Viewed, progress: Progress, steps: Sequence[Step], outputs: Sequence[Shown]
) -> Reasons:
    """For a run in any state."""
    summary = _summary(viewed, progress) if viewed.is_over else ""
    said = _gathered(progress, viewed.run.workflow_type == "taverna")
    wrong = [(path, counts) for path, counts in steps if counts.errors]
    values = [it for it in outputs if it.errors or it.is_error]
    silent = summary and not (said or wrong or values)
    words = _last_words(viewed) if silent else ""
    return Reasons(summary, said, wrong[:MOST_STEPS], values, words)


def _gathered(progress: Progress, with_places: bool) -> list[tuple[str, list[str]]]:
    """Taverna's engine writes ``place: cause``, for every job that failed; others a sentence."""
    found: dict[str, list[str]] = {}
    for told in progress.messages:
        if told["level"] in ("warning", "error"):
            place, colon, cause = told["message"].partition(": ")
            split = colon and with_places
            found.setdefault(cause if split else told["message"], [])
            found[cause if split else told["message"]].append(place if split else "")
    return list(found.items())[:MOST_SAID]


def _summary(viewed: Viewed, progress: Progress) -> str:
    """Empty for a run that finished, or was cancelled."""
    run = viewed.run
    if run.state not in _WORDS:
        return ""
    told = viewed.manager.failure(viewed.user, run.id)
    code = run.exit_code if run.exit_code is not None else progress.exit_code
    return told or _WORDS[run.state].format(code)


def _last_words(viewed: Viewed) -> str:
    log = find_log(viewed.manager, viewed.user, viewed.run, "stderr")
    return end_of(log, LAST_WORDS).text
