"""What a runner promises."""

from __future__ import annotations

import enum
from abc import ABC, abstractmethod
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, TypeAlias

RunnerState: TypeAlias = Mapping[str, Any]
"""What a runner must remember of a run: only what JSON can hold."""


class Observation(enum.Enum):
    """What a runner sees of a run."""

    ALIVE = "alive"
    GONE = "gone"
    """Ended, by itself or killed; nothing it started is left."""
    UNKNOWN = "unknown"
    """Cannot be told now (the scheduler is silent): ask again, assume nothing."""


class Runner(ABC):
    """Starts exactly one command in exactly one directory; needs nothing else."""

    can_suspend: bool = False

    @abstractmethod
    def start(self, run_id: str, directory: Path, state: RunnerState) -> Iterator[RunnerState]:
        """Start ``executeworkflow directory``, yielding the state after each step.

        Each state is stored before the next step is taken. After the last one
        ``poll`` reports everything that happens to the run. If this raises,
        ``stop`` is called with the last state yielded. Called again with a state
        that was stored before a crash, it goes on from there and never starts a
        second command.

        Raises:
            RunnerUnavailable: the engine did not start; later it may.
            RunRefused: the engine did not start and never will.
        """

    @abstractmethod
    def poll(self, state: RunnerState) -> Observation:
        """What can be seen of the run now. Never raises; may be called any number of times."""

    @abstractmethod
    def stop(self, state: RunnerState, grace: float = 1.0) -> None:
        """End everything the run started, politely for ``grace`` seconds, then by force.

        Does nothing when it has ended. Afterwards ``poll`` says GONE.
        """

    def suspend(self, state: RunnerState) -> None:
        """Hold the run. Only where ``can_suspend``."""
        raise NotImplementedError

    def resume(self, state: RunnerState) -> None:
        """Let a held run go on. Only where ``can_suspend``."""
        raise NotImplementedError
