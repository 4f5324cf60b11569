"""The processes of a run: none outlives the engine.

Linux only: the engine becomes the parent of every orphan below it, so all that
was started is found from here, also what left its session.
"""

from __future__ import annotations

import contextlib
import ctypes
import os
import signal
import time
from collections.abc import Iterator
from pathlib import Path

PR_SET_CHILD_SUBREAPER = 36
PATIENCE = 2.0
"""Seconds for the kernel to end what was killed."""


def adopt_orphans() -> None:
    """Processes below this one whose parent ends become its children."""
    ctypes.CDLL(None).prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)


def descendants(pid: int) -> Iterator[int]:
    """The processes below one, children before theirs."""
    for child in _children(pid):
        yield child
        yield from descendants(child)


def _children(pid: int) -> list[int]:
    found: list[int] = []
    with contextlib.suppress(OSError):
        for task in Path(f"/proc/{pid}/task").iterdir():
            with contextlib.suppress(OSError):
                found += map(int, (task / "children").read_text().split())
    return found


def end_descendants(patience: float = PATIENCE) -> None:
    """Kill all processes below this one, and wait for them, so that their usage counts."""
    deadline = time.monotonic() + patience
    while time.monotonic() < deadline:
        found = list(descendants(os.getpid()))
        for pid in found:
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        if not _reap() and not found:
            return
        time.sleep(0.002)


def _reap() -> bool:
    """Take what has ended out of the process table; whether there are children left."""
    while True:
        try:
            pid, _ = os.waitpid(-1, os.WNOHANG)
        except ChildProcessError:
            return False
        if not pid:
            return True
