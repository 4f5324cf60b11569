"""Outputs are saved as soon as they are whole: an engine that is killed leaves those it had."""

from __future__ import annotations

from collections.abc import Mapping

from taverna_server.data.outputs import write_output
from taverna_server.data.rundir import RunDirectory, RunOrder
from taverna_server.data.values import Value
from taverna_server.engines.taverna.events import Instruction, OutputReady
from taverna_server.engines.taverna.inputs import below
from taverna_server.engines.taverna.listening import Listener
from taverna_server.errors import WorkflowInvalid


class OutputFiles(Listener):
    """Writes into ``wd/out``; a Baclava document is one file, and written at the end."""

    def __init__(self, directory: RunDirectory, order: RunOrder) -> None:
        self._directory = directory
        self._baclava = order.baclava_output
        self._problem: OSError | None = None

    def said(self, instruction: Instruction) -> None:
        if not isinstance(instruction, OutputReady) or self._baclava is not None:
            return
        try:
            write_output(self._directory.out, instruction.port, instruction.value)
        except OSError as error:  # what is under way goes on; ``finish`` tells
            self._problem = self._problem or error

    def finish(self, outputs: Mapping[str, Value]) -> None:
        """Also after a stop, with what was ready.

        Raises:
            WorkflowInvalid: something lay where an output belongs (execution-semantics 15).
            OSError: an output could not be written.
        """
        if self._baclava is not None:
            from taverna_server.data.baclava import write_baclava  # few runs need it

            write_baclava(below(self._directory.wd, self._baclava), outputs)
        elif isinstance(self._problem, FileExistsError):
            said = f"There is already data saved to: {self._problem.filename}"
            raise WorkflowInvalid([said]) from self._problem
        elif self._problem is not None:
            raise self._problem
