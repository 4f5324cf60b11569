"""``wd/logs/detail.log``: what the engine did, for people (execution-semantics 17).

The layout is that of Taverna's log file: level, time, where, text; a new file at
one megabyte, four old ones kept.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping
from logging.handlers import RotatingFileHandler
from pathlib import Path
from types import TracebackType

from taverna_server.data.values import Value, contains_errors
from taverna_server.engines.taverna.events import (
    Instruction,
    JobErred,
    JobRetried,
    OutputReady,
    ProcessorFinished,
    ProcessorStarted,
    RunCancelled,
    RunCompleted,
    RunStuck,
)
from taverna_server.engines.taverna.listening import Listener
from taverna_server.engines.taverna.words import cause_of, describe, plural, position

LARGEST = 1 << 20
OLD_FILES = 4
LAYOUT = "%(levelname)-5s %(asctime)s (%(name)s) - %(message)s"

logging.addLevelName(logging.WARNING, "WARN")


class DetailLog(Listener):
    """Writes the log of one run; a context manager that closes it."""

    def __init__(self, path: Path) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        self._handler = RotatingFileHandler(
            path, maxBytes=LARGEST, backupCount=OLD_FILES, encoding="utf-8", errors="replace"
        )
        self._handler.setFormatter(logging.Formatter(LAYOUT))
        self._logger = logging.Logger("taverna_server.engine", logging.INFO)
        self._logger.addHandler(self._handler)

    def __enter__(self) -> DetailLog:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._handler.close()

    def started(self, workflow: str, inputs: Mapping[str, Value]) -> None:
        """The run begins."""
        self._logger.info("Workflow '%s' started", workflow)
        for port, value in inputs.items():
            self._logger.info("Input '%s': %s", port, describe(value))

    def problem(self, text: str) -> None:
        """Something the user should know, although the run goes on."""
        self._logger.warning("%s", text)

    def refused(self, problems: tuple[str, ...]) -> None:
        """The run cannot begin."""
        for problem in problems:
            self._logger.error("%s", problem)

    def said(self, instruction: Instruction) -> None:
        match instruction:
            case ProcessorStarted(label):
                self._logger.info("Processor '%s' started", label)
            case ProcessorFinished(label, jobs, errors):
                counts = plural(jobs, "iteration") + (
                    f", {plural(errors, 'error')}" if errors else ""
                )
                self._logger.info("Processor '%s' finished: %s", label, counts)
            case JobErred(label, index, error):
                place = f", iteration {position(index)}" if index else ""
                self._logger.warning("Processor '%s'%s failed: %s", label, place, cause_of(error))
            case JobRetried(label, index, failure, seconds):
                place = f", iteration {position(index)}" if index else ""
                self._logger.warning(
                    "Processor '%s'%s failed and is tried again in %g s: %s",
                    label, place, seconds, failure.message,
                )  # fmt: skip
            case OutputReady(port, value):
                level = logging.WARNING if contains_errors(value) else logging.INFO
                self._logger.log(level, "Output '%s': %s", port, describe(value))
            case RunCompleted():
                self._logger.info("Workflow completed")
            case RunCancelled():
                self._logger.warning("Workflow was cancelled")
            case RunStuck(waiting):
                self._logger.error("Workflow cannot go on: %s", "; ".join(waiting))
