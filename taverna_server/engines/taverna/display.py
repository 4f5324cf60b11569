"""Progress at the command line: a live table on a terminal, plain lines anywhere else."""

from __future__ import annotations

import shutil
from collections.abc import Mapping
from typing import TextIO

from taverna_server.data.values import contains_errors
from taverna_server.engines.taverna.events import (
    Instruction,
    JobErred,
    JobRetried,
    OutputReady,
    ProcessorFinished,
    ProcessorStarted,
    RunCancelled,
    RunStuck,
)
from taverna_server.engines.taverna.listening import Listener
from taverna_server.engines.taverna.tally import Tally
from taverna_server.engines.taverna.words import cause_of, counts, describe, plural, position

BAR = 20
MOST_ROWS = 20
UP, CLEAR_BELOW = "\x1b[{}A", "\x1b[J"


def make_display(stream: TextIO) -> Listener:
    """The one that suits the stream."""
    return LiveTable(stream) if stream.isatty() else PlainLines(stream)


def trouble(instruction: Instruction) -> str | None:
    """A sentence about what went wrong, if anything did."""
    match instruction:
        case JobErred(label, index, error):
            return f"{label}{position(index)} failed: {cause_of(error)}"
        case JobRetried(label, index, failure, seconds):
            place = f"{label}{position(index)}"
            return f"{place} failed, trying again in {seconds:g} s: {failure.message}"
        case OutputReady(port, value) if contains_errors(value):
            return f"output {port}: {describe(value)}"
        case RunStuck(waiting):
            return f"cannot go on: {'; '.join(waiting)}"
        case RunCancelled():
            return "cancelled"
    return None


class PlainLines(Listener):
    """A line when a processor starts, finishes or fails."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream

    def said(self, instruction: Instruction) -> None:
        match instruction:
            case ProcessorStarted(label):
                line: str | None = f"{label} started"
            case ProcessorFinished(label, jobs, errors):
                line = f"{label} finished: {counts(jobs, errors)}"
            case _:
                line = trouble(instruction)
        if line is not None:
            print(line, file=self._stream, flush=True)


class LiveTable(Listener):
    """A row for each processor, painted over and over; trouble scrolls away above it."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream
        self._rows = 0
        self._troubles: list[str] = []

    def said(self, instruction: Instruction) -> None:
        line = trouble(instruction)
        if line is not None:
            self._troubles.append(line)

    def progress(self, tallies: Mapping[str, Tally]) -> None:
        width = shutil.get_terminal_size().columns - 1
        rows = [_row(name, tally, tallies) for name, tally in tallies.items()]
        if len(rows) > MOST_ROWS:
            rows = [*rows[:MOST_ROWS], f"... and {len(rows) - MOST_ROWS} more"]
        painted = UP.format(self._rows) if self._rows else ""
        painted += CLEAR_BELOW + "".join(f"{line}\n" for line in self._troubles)
        painted += "".join(f"{row[:width]}\n" for row in rows)
        self._stream.write(painted)
        self._stream.flush()
        self._rows = len(rows)
        self._troubles.clear()


def _row(name: str, tally: Tally, tallies: Mapping[str, Tally]) -> str:
    longest = max(map(len, tallies))
    filled = BAR * tally.done // tally.arrived if tally.arrived else 0
    bar = "#" * filled + "." * (BAR - filled)
    state = f"{tally.done}/{tally.arrived}"
    if tally.running:
        state += f", {tally.running} running"
    if tally.errors:
        state += f", {plural(tally.errors, 'error')}"
    return f"{name:<{longest}}  {bar}  {state}"
