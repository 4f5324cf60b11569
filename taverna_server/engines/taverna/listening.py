"""Who is told what the engine does: the log, the events file, a display, provenance."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Protocol

from taverna_server.data.values import Value
from taverna_server.engines.taverna.events import Index, Instruction, Values
from taverna_server.engines.taverna.tally import Tally


class Listener:
    """Hears everything in the driver's thread; a listener overrides what it is there for."""

    def said(self, instruction: Instruction) -> None:
        """The scheduler said this."""

    def progress(self, tallies: Mapping[str, Tally]) -> None:
        """How far the processors are, by path; a few times a second while there is news."""


class Witness(Protocol):
    """Sees every result with its index, in the driver's thread: what provenance needs.

    A listener hears of batches and errors only; a witness is called inside the
    scheduler, once for each job. ``label`` is the processor's, unique among those at
    work; ``prefix`` is what the labels of an instance's processors begin with.
    """

    def began(
        self, number: int, dataflow: str, prefix: str, caller: tuple[str, Index], inputs: Values
    ) -> None:
        """An instance of a dataflow; ``caller`` is the job of a nested one."""

    def ended(self, number: int, outputs: Values) -> None:
        """All of an instance is done."""

    def answered(self, times: tuple[float, float]) -> None:
        """What is seen from now on follows from an invocation with these times."""

    def idle(self) -> None:
        """What is seen from now on follows from no invocation."""

    def result(self, label: str, index: Index, inputs: Values, outputs: Values) -> None:
        """A job is done; its outputs may be errors."""

    def gathered(self, label: str, port: str, index: Index, value: Value) -> None:
        """Iteration has put results together: a list, or the error in place of one."""
