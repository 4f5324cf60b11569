"""``wd/logs/detail.log``: what the engine did, for people (execution-semantics 17).

The layout is that of Taverna's log file: level, time, where, text; a new file at
one megabyte, four old ones kept.
"""

from __future__ import annotations

import time
from collections.abc import Mapping
from pathlib import Path

from taverna_server.data.values import Value, contains_errors
from taverna_server.engines.taverna.events import (
    Index,
    Instruction,
    JobErred,
    JobRetried,
    OutputReady,
    ProcessorFinished,
    ProcessorStarted,
    RunCancelled,
    RunCompleted,
)
from taverna_server.engines.taverna.listening import Listener
from taverna_server.engines.taverna.tally import Tally
from taverna_server.engines.taverna.words import cause_of, counts, describe, position

LARGEST = 1 << 20
OLD_FILES = 4
WHERE = "taverna_server.engine"
ONE_LINE = str.maketrans({"\n": "\\n", "\r": "\\r"})
"""Messages of services may have line ends; a log line has one."""


class RollingFile:
    """Appends lines; the file before is ``.1``, the one before that ``.2``, and so on.

    Not ``logging.handlers``: that asks the operating system about the file with every
    line, and gives way to all other threads each time.
    """

    def __init__(self, path: Path, largest: int = LARGEST, old_files: int = OLD_FILES) -> None:
        self._path = path
        self._largest = largest
        self._old_files = old_files
        self._open()

    def _open(self) -> None:
        self._stream = self._path.open("a", encoding="utf-8", errors="replace")
        self._size = self._stream.tell()

    def write(self, line: str) -> None:
        """Add a line; ``flush`` makes it visible."""
        self._size += len(line) + 1
        if self._size > self._largest:
            self._roll()
            self._size += len(line) + 1
        self._stream.write(line + "\n")

    def flush(self) -> None:
        self._stream.flush()

    def close(self) -> None:
        self._stream.close()

    def _roll(self) -> None:
        self._stream.close()
        for number in range(self._old_files - 1, 0, -1):
            older = self._numbered(number)
            if older.exists():
                older.replace(self._numbered(number + 1))
        self._path.replace(self._numbered(1))
        self._open()

    def _numbered(self, number: int) -> Path:
        return self._path.with_name(f"{self._path.name}.{number}")


class DetailLog(Listener):
    """Writes the log of one run.

    Lines become visible with the progress, a few times a second.
    """

    def __init__(self, path: Path) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        self._file = RollingFile(path)
        self._second = (0, "")

    def close(self) -> None:
        """Everything written is in the file after this."""
        self._file.close()

    def _write(self, level: str, text: str) -> None:
        """One line, whatever is in the text."""
        now = time.time()
        if int(now) != self._second[0]:
            self._second = int(now), time.strftime("%Y-%m-%d %H:%M:%S", time.localtime(now))
        stamp = f"{self._second[1]},{int(now * 1000) % 1000:03}"
        self._file.write(f"{level:<5} {stamp} ({WHERE}) - {text.translate(ONE_LINE)}")

    def _info(self, text: str) -> None:
        self._write("INFO", text)

    def _warn(self, text: str) -> None:
        self._write("WARN", text)

    def started(self, workflow: str, inputs: Mapping[str, Value]) -> None:
        """The run begins."""
        self._info(f"Workflow '{workflow}' started")
        for port, value in inputs.items():
            self._info(f"Input '{port}': {describe(value)}")

    def problem(self, text: str) -> None:
        """Something the user should know, although the run goes on."""
        self._warn(text)

    def refused(self, problems: tuple[str, ...]) -> None:
        """The run cannot begin, or cannot go on."""
        for problem in problems:
            self._write("ERROR", problem)

    def progress(self, tallies: Mapping[str, Tally]) -> None:
        self._file.flush()

    def said(self, instruction: Instruction) -> None:
        match instruction:
            case ProcessorStarted(label):
                self._info(f"Processor '{label}' started")
            case ProcessorFinished(label, jobs, errors):
                self._info(f"Processor '{label}' finished: {counts(jobs, errors)}")
            case JobErred(label, index, error):
                self._warn(f"{_place(label, index)} failed: {cause_of(error)}")
            case JobRetried(label, index, failure, seconds):
                again = f"is tried again in {seconds:g} s"
                self._warn(f"{_place(label, index)} failed and {again}: {failure.message}")
            case OutputReady(port, value):
                level = "WARN" if contains_errors(value) else "INFO"
                self._write(level, f"Output '{port}': {describe(value)}")
            case RunCompleted():
                self._info("Workflow completed")
            case RunCancelled():
                self._warn("Workflow was cancelled")


def _place(label: str, index: Index) -> str:
    return f"Processor '{label}'" + (f", iteration {position(index)}" if index else "")
