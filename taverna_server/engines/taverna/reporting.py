"""Progress as events for the server: a line of ``events.jsonl`` for each processor that moved."""

from __future__ import annotations

from collections.abc import Mapping

from taverna_server.engines.base import Report
from taverna_server.engines.taverna.events import Instruction, JobErred, RunStuck
from taverna_server.engines.taverna.listening import Listener
from taverna_server.engines.taverna.tally import Tally
from taverna_server.engines.taverna.words import cause_of, position

MOST_FAILURES = 20
"""Told one by one; the counts and the log tell of the others."""


class EventReport(Listener):
    """Tells what changed since it last told."""

    def __init__(self, report: Report) -> None:
        self._report = report
        self._told: dict[str, tuple[int, int, int, int]] = {}
        self._failures = 0

    def said(self, instruction: Instruction) -> None:
        if isinstance(instruction, JobErred) and self._failures < MOST_FAILURES:
            self._failures += 1
            place = instruction.label + position(instruction.index)
            self._log("warning", f"{place}: {cause_of(instruction.error)}")
        elif isinstance(instruction, RunStuck):
            self._log("error", "; ".join(instruction.waiting))

    def _log(self, level: str, message: str) -> None:
        self._report("log", {"level": level, "message": message})

    def progress(self, tallies: Mapping[str, Tally]) -> None:
        for name, tally in tallies.items():
            counts = (tally.queued, tally.running, tally.done, tally.errors)
            if self._told.get(name) != counts:
                self._told[name] = counts
                words = zip(("queued", "running", "done", "errors"), counts, strict=True)
                self._report("processor", {"name": name, **dict(words)})
