"""Outputs are saved as they come: an engine that is killed leaves all that was finished."""

from __future__ import annotations

from pathlib import Path

from taverna_server.data.outputwriting import OutputWriter
from taverna_server.data.values import Value
from taverna_server.engines.taverna.events import (
    WHOLE,
    Index,
    Instruction,
    OutputItems,
    OutputReady,
)
from taverna_server.engines.taverna.listening import Listener
from taverna_server.errors import WorkflowInvalid


class OutputFiles(Listener):
    """Writes into a directory; what cannot be written is told at the end."""

    def __init__(self, out: Path) -> None:
        self._writer = OutputWriter(out)
        self._problems: dict[str, OSError] = {}
        """By port: what follows the first one is not tried."""
        self.begun = False
        """Whether there was anything to write."""

    def said(self, instruction: Instruction) -> None:
        if isinstance(instruction, OutputItems):
            for port, index, value in instruction.items:
                self._save(port, index, value)
        elif isinstance(instruction, OutputReady):
            self._save(instruction.port, WHOLE, instruction.value)

    def _save(self, port: str, index: Index, value: Value) -> None:
        self.begun = True
        if port not in self._problems:
            try:
                self._writer.token(port, index, value)
            except OSError as error:  # what is under way goes on; ``finish`` tells
                self._problems[port] = error

    def finish(self) -> None:
        """Also after a stop, with what was there.

        Raises:
            WorkflowInvalid: something lay where an output belongs (execution-semantics 15),
                or an output could not be written.
        """
        self._writer.close()
        if self._problems:
            raise WorkflowInvalid([_said(*problem) for problem in self._problems.items()])


def _said(port: str, problem: OSError) -> str:
    if isinstance(problem, FileExistsError):
        return f"There is already data saved to: {problem.filename}"
    return f"The output '{port}' could not be saved: {problem.strerror or problem}"


class BaclavaFile(Listener):
    """Writes one document with all outputs, at the end."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._outputs: dict[str, Value] = {}

    def said(self, instruction: Instruction) -> None:
        if isinstance(instruction, OutputReady):
            self._outputs[instruction.port] = instruction.value

    def finish(self) -> None:
        """Also after a stop, with what was whole.

        Raises:
            WorkflowInvalid: it could not be written.
        """
        from taverna_server.data.baclava import write_baclava  # few runs need it

        try:
            write_baclava(self._path, self._outputs)
        except OSError as problem:
            said = f"The outputs could not be saved to {self._path.name}"
            raise WorkflowInvalid([f"{said}: {problem.strerror or problem}"]) from problem
