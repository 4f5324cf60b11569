"""How far each processor has come."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(slots=True)
class Tally:
    """Counts of one processor over all instances of its dataflow (execution-semantics 13)."""

    arrived: int = 0
    running: int = 0
    done: int = 0
    errors: int = 0
    """Of those done, the jobs whose outputs are errors."""

    @property
    def queued(self) -> int:
        """Jobs that wait for their turn."""
        return self.arrived - self.done - self.running
