"""Executes one command of a step to its end: its time, its memory, its stop.

Each command leads a process group, so all it starts can be ended with it; what
leaves the group is found when the run ends (``engines/descendants.py``).
"""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
import subprocess
import threading
from collections.abc import Sequence
from dataclasses import dataclass
from typing import IO

from taverna_server.engines.steps.places import Invocation

GRACE = 0.3
"""Seconds between a polite word and force."""
NOT_FOUND = 127
"""What a shell says when there is no such command."""


@dataclass(frozen=True, slots=True)
class Limits:
    """None: no limit."""

    seconds: float | None = None
    memory: int | None = None
    """Bytes of address space."""


@dataclass(frozen=True, slots=True)
class Streams:
    """File descriptors; those of a job's log by default."""

    stdin: int | IO[bytes]
    stdout: int | IO[bytes]
    stderr: int | IO[bytes]


NO_LIMITS = Limits()


class Commands:
    """The commands of one run that are under way; ``stop`` ends all, and lets none begin."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._running: dict[subprocess.Popen[bytes], Invocation] = {}
        self.stopped = threading.Event()

    def run(self, invocation: Invocation, streams: Streams, limits: Limits) -> int:
        """The exit code, negative for a signal.

        Raises:
            TimeoutError: it took longer than it may, and was ended.
            OSError: it could not be started.
        """
        process = self._start(invocation, streams, limits)
        try:
            return process.wait(limits.seconds)
        except subprocess.TimeoutExpired:
            _end(process, invocation)
            raise TimeoutError from None
        finally:
            with self._lock:
                del self._running[process]

    def stop(self) -> None:
        """End what runs; called from a signal handler's thread or any other."""
        self.stopped.set()
        for process, invocation in list(self._running.items()):
            threading.Thread(target=_end, args=(process, invocation), daemon=True).start()

    def _start(
        self, invocation: Invocation, streams: Streams, limits: Limits
    ) -> subprocess.Popen[bytes]:
        command = _limited(invocation.command, limits)
        process = subprocess.Popen(
            command,
            cwd=invocation.cwd,
            env=dict(invocation.environment),
            stdin=streams.stdin,
            stdout=streams.stdout,
            stderr=streams.stderr,
            process_group=0,
        )
        with self._lock:
            self._running[process] = invocation
        if self.stopped.is_set():
            _end(process, invocation)
        return process


def _limited(command: Sequence[str], limits: Limits) -> list[str]:
    prlimit = shutil.which("prlimit") if limits.memory else None
    return [prlimit, f"--as={limits.memory}", "--", *command] if prlimit else list(command)


def _end(process: subprocess.Popen[bytes], invocation: Invocation) -> None:
    if invocation.on_stop:
        with contextlib.suppress(OSError, subprocess.TimeoutExpired):
            subprocess.run(invocation.on_stop, capture_output=True, timeout=5, check=False)
    for number in (signal.SIGTERM, signal.SIGKILL):
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(process.pid, number)
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(GRACE)
