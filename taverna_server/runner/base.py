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
    """The command has ended, by itself or killed. What it left behind is ended by ``stop``."""
    UNKNOWN = "unknown"
    """Cannot be told now (the scheduler is silent): ask again, assume nothing."""


class Runner(ABC):
    """Starts exactly one command in exactly one directory; needs nothing else."""

    can_suspend: bool = False

    @abstractmethod
    def start(self, run_id: str, directory: Path, state: RunnerState) -> Iterator[RunnerState]:
        """Start ``executeworkflow directory``, yielding the state after each step.

        Each state is stored before the next step is taken. After the last one
        ``poll`` reports everything that happens to the run. Called again with a
        state that was stored before a crash, it goes on from there and never
        starts a second command. After ``RunnerUnavailable`` nothing runs and it
        may be called again; whoever gives up instead calls ``stop`` with the
        last state yielded, after which nothing of the run ever starts.

        Raises:
            RunnerUnavailable: the engine did not start; later it may.
            RunRefused: the engine did not start and never will.
        """

    @abstractmethod
    def poll(self, state: RunnerState) -> Observation:
        """What can be seen of the run now. Never raises; may be called any number of times.

        UNKNOWN for a start that was not carried to its end: call ``start`` again.
        """

    def wait_handle(self, state: RunnerState) -> int | None:
        """A file descriptor that becomes readable when the command ends; the caller closes it.

        None when it has ended, or where the platform has no such thing: then ``poll``.
        """
        return None

    @abstractmethod
    def stop(self, state: RunnerState, grace: float = 1.0) -> None:
        """End everything the run started, politely for ``grace`` seconds, then by force.

        Also what a command that ended by itself left behind. Afterwards ``poll`` says GONE.
        """

    def suspend(self, state: RunnerState) -> None:
        """Hold the run. Only where ``can_suspend``."""
        raise NotImplementedError

    def resume(self, state: RunnerState) -> None:
        """Let a held run go on. Only where ``can_suspend``."""
        raise NotImplementedError
