"""Holds jobs while the run is suspended, and swallows them once it is cancelled (7.6)."""

from __future__ import annotations

from taverna_server.engines.taverna.dispatch.base import Layer, RunState
from taverna_server.engines.taverna.events import Job


class Stop(Layer):
    """The last gate before an activity."""

    def __init__(self, state: RunState) -> None:
        self._state = state
        self._holding: list[Job] = []
        self._held: list[list[Job]] = []

    def job(self, job: Job) -> None:
        if self._state.cancelled:
            return
        if self._state.suspended:
            self._holding.append(job)
        else:
            self.below.job(job)

    def flush(self) -> None:
        if self._holding:
            self._held.append(self._holding)
            self._holding = []
        self.below.flush()

    def resume(self) -> None:
        held, self._held = self._held, []
        for batch in held:
            for job in batch:
                self.below.job(job)
            self.below.flush()
