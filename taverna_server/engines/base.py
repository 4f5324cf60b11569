"""The contract between ``executeworkflow`` and an engine."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping
from typing import Any

from taverna_server.data.rundir import RunDirectory, RunOrder

Report = Callable[[str, Mapping[str, Any]], None]
"""Takes the kind of an event and its fields; appends a line to ``events.jsonl``.

Kinds: ``started``, ``processor`` (``name`` as a path, ``queued``, ``running``,
``done``, ``errors``), ``log``, ``interaction``, ``ended``.
"""


class Engine(ABC):
    """Executes the workflow of one run directory, once."""

    @abstractmethod
    def execute(self, directory: RunDirectory, order: RunOrder, report: Report) -> int:
        """Run to the end and return the exit code: 0 when the workflow completed.

        Outputs lie in ``wd/out`` (or the Baclava document asked for) before this
        returns. Errors among the outputs are not failures of the run.

        Raises:
            WorkflowInvalid: it cannot run; nothing was executed.
        """

    @abstractmethod
    def stop(self) -> None:
        """End as soon as possible; ``execute`` then returns 143. Called from another thread."""
