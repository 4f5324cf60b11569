"""Executes one command of a step to its end: its time, its memory, its stop.

Each command leads a process group, so all it starts can be ended with it; what
leaves the group is found when the run ends (``engines/descendants.py``).
"""

from __future__ import annotations

import contextlib
import os
import re
import shutil
import signal
import subprocess
import threading
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import IO

from taverna_server.engines.steps.places import DESCRIPTOR, Invocation

GRACE = 0.3
"""Seconds between a polite word and force."""
NOT_FOUND = 127
"""What a shell says when there is no such command."""


UNITS = {"": 1, "K": 10**3, "M": 10**6, "G": 10**9, "T": 10**12, "P": 10**15, "E": 10**18} | {
    f"{letter}i": 2 ** (10 * power) for power, letter in enumerate("KMGTPE", 1)
}
SIZE = re.compile(r"(\d{1,15}(?:\.\d{1,15})?)([KMGTPE]i?)?", re.ASCII)
MOST_MEMORY = 2**62
"""Bytes: as much as a limit can say."""


@dataclass(frozen=True, slots=True)
class Limits:
    """None: no limit."""

    seconds: float | None = None
    memory: int | None = None
    """Bytes that each of its processes may allocate. The address space would be the stricter
    limit, and too strict: numerical libraries reserve many times of what they use."""


def memory_of(text: str) -> int | None:
    """Bytes of ``256Mi``, ``2G``, ...; None when it is no size."""
    found = SIZE.fullmatch(text)
    return min(int(float(found[1]) * UNITS[found[2] or ""]), MOST_MEMORY) if found else None


@dataclass(frozen=True, slots=True)
class Streams:
    """Where a command reads and writes; None: into the log of its job."""

    stdin: int | IO[bytes] = subprocess.DEVNULL
    stdout: int | IO[bytes] | None = None
    stderr: int | IO[bytes] | None = None


class Leash:
    """Ends one command from outside, now or as soon as it has begun."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._end: Callable[[], None] | None = None
        self._cut = False

    def tie(self, end: Callable[[], None]) -> None:
        with self._lock:
            self._end = end
            cut = self._cut
        if cut:
            end()

    def cut(self) -> None:
        with self._lock:
            self._cut = True
            end = self._end
        if end is not None:
            end()


NO_LIMITS = Limits()


class Commands:
    """The commands of one run that are under way; ``stop`` ends all, and lets none begin."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._running: dict[subprocess.Popen[bytes], Invocation] = {}
        self.stopped = threading.Event()

    def run(
        self,
        invocation: Invocation,
        streams: Streams,
        limits: Limits = NO_LIMITS,
        leash: Leash | None = None,
    ) -> int:
        """The exit code, negative for a signal.

        Raises:
            TimeoutError: it took longer than it may, and was ended.
            OSError: it could not be started.
        """
        process = self._start(invocation, streams, limits)
        if leash is not None:
            leash.tie(lambda: _end(process, invocation))
        try:
            return process.wait(limits.seconds)
        except subprocess.TimeoutExpired:
            _end(process, invocation)
            raise TimeoutError from None
        finally:
            with self._lock:
                del self._running[process]

    def stop(self) -> None:
        """End what runs; called from a signal handler or any thread."""
        self.stopped.set()
        self.end()

    def end(self) -> None:
        """End what runs now, and let others begin."""
        for process, invocation in list(self._running.items()):
            threading.Thread(target=_end, args=(process, invocation), daemon=True).start()

    def _start(
        self, invocation: Invocation, streams: Streams, limits: Limits
    ) -> subprocess.Popen[bytes]:
        with _complete(invocation) as (command, descriptors):
            process = subprocess.Popen(
                _limited(command, limits),
                cwd=invocation.cwd,
                env=dict(invocation.environment),
                stdin=streams.stdin,
                stdout=streams.stdout,
                stderr=streams.stderr,
                process_group=0,
                pass_fds=descriptors,
            )
        with self._lock:
            self._running[process] = invocation
        if self.stopped.is_set():
            _end(process, invocation)
        return process


@contextlib.contextmanager
def _complete(invocation: Invocation) -> Iterator[tuple[Sequence[str], tuple[int, ...]]]:
    """The command, and the descriptor of what it is told where there is something.

    On a command line everybody on this machine could read it, and secrets are among it.
    """
    if not invocation.told:
        yield invocation.command, ()
        return
    with os.fdopen(os.memfd_create("told"), "w+b") as stream:
        stream.write(invocation.told)
        stream.seek(0)
        number = stream.fileno()
        words = [word.replace(DESCRIPTOR, str(number)) for word in invocation.command]
        yield words, (number,)


def _limited(command: Sequence[str], limits: Limits) -> list[str]:
    prlimit = shutil.which("prlimit") if limits.memory else None
    return [prlimit, f"--data={limits.memory}", "--", *command] if prlimit else list(command)


def _end(process: subprocess.Popen[bytes], invocation: Invocation) -> None:
    if invocation.on_stop:
        with contextlib.suppress(OSError, subprocess.TimeoutExpired):
            subprocess.run(invocation.on_stop, capture_output=True, timeout=5, check=False)
    for number in (signal.SIGTERM, signal.SIGKILL):
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(process.pid, number)
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(GRACE)
