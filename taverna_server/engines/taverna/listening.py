"""Who is told what the engine does: the log, the events file, a display."""

from __future__ import annotations

from collections.abc import Mapping

from taverna_server.engines.taverna.events import Instruction
from taverna_server.engines.taverna.tally import Tally


class Listener:
    """Hears everything in the driver's thread; a listener overrides what it is there for."""

    def said(self, instruction: Instruction) -> None:
        """The scheduler said this."""

    def progress(self, tallies: Mapping[str, Tally]) -> None:
        """How far the processors are, by path; a few times a second while there is news."""
