"""The processes of this machine, as far as a runner needs to know them.

Linux only: it reads ``/proc``. A process is known by its pid *and* its start
time in clock ticks since boot, because pids are used again; ticks do not move
when somebody sets the clock. What belongs to a run is found in three ways, all
in one pass over ``/proc``: the members of its session, the descendants of those
already known, and every process whose environment carries the run's marker
(which finds what left the session with ``setsid`` and lost its parent).
"""

from __future__ import annotations

import os
import select
import signal
import time
from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from functools import cache
from pathlib import Path

PROC = Path("/proc")
MARKER = "TAVERNA_RUN_ID"
ENDED_STATES = ("Z", "X")
"""Zombies and the dead: nothing of them runs any more."""

KERNEL_THREADS = 2
"""The parent of all threads of the kernel."""


@dataclass(frozen=True, slots=True)
class Process:
    """A process that can be told from a later one with the same pid."""

    pid: int
    started: int

    def is_alive(self) -> bool:
        """Whether it still runs; a zombie does not."""
        seen = look_at(self.pid)
        return seen is not None and seen.process == self and seen.state not in ENDED_STATES

    def handle(self) -> int | None:
        """A pidfd, readable once the process has ended; None when it already has.

        The caller closes it.
        """
        try:
            handle = os.pidfd_open(self.pid)
        except OSError:
            return None
        # The handle holds on to whatever has the pid now: look again, and there is no race.
        if self.is_alive():
            return handle
        os.close(handle)
        return None

    def signal(self, number: signal.Signals) -> None:
        """Send the signal, unless the process is gone or is somebody else's."""
        handle = self.handle()
        if handle is None:
            return
        with suppress(ProcessLookupError, PermissionError):
            signal.pidfd_send_signal(handle, number)
        os.close(handle)


@dataclass(frozen=True, slots=True)
class Seen:
    """A line of the process table."""

    process: Process
    state: str
    parent: int
    session: int


def look_at(pid: int) -> Seen | None:
    """What the table says of a pid now."""
    try:
        text = (PROC / str(pid) / "stat").read_text("utf-8", "replace")
    except (FileNotFoundError, ProcessLookupError):
        return None
    # The name in brackets may hold spaces and brackets itself: cut after the last one.
    fields = text[text.rindex(")") + 2 :].split()
    return Seen(Process(pid, int(fields[19])), fields[0], int(fields[1]), int(fields[3]))


def has_marker(pid: int, run_id: str) -> bool:
    """Whether the process was started on behalf of the run."""
    return f"{MARKER}={run_id}".encode() in _environment(pid).split(b"\0")


def _environment(pid: int) -> bytes:
    """Empty when the process is gone or somebody else's."""
    for pause in (0.0005, 0.002, 0):
        try:
            environment = (PROC / str(pid) / "environ").read_bytes()
        except OSError:
            break
        if environment:
            return environment
        # In the middle of ``exec`` a process has no environment yet: look again.
        time.sleep(pause)
    return b""


def family(run_id: str, known: Iterable[Process], since: int = 0) -> set[Process]:
    """Every living process of a run: one pass over the process table.

    ``known`` are processes seen before; those still alive lead to their sessions
    and descendants also where these wiped their environment. A dead one leads
    nowhere: its number may be another session by now. ``since`` is the start of
    the run's first process: older ones need not be looked into.
    """
    table = {seen.process.pid: seen for seen in _living()}
    alive = {process.pid for process in known if _still(table, process)}
    ours = alive | {pid for pid, seen in table.items() if seen.session in alive}
    young = {pid for pid, seen in table.items() if seen.process.started >= since}
    ours |= {pid for pid in young - ours if has_marker(pid, run_id)}
    return {table[pid].process for pid in ours | _descendants(table, ours)}


def _living() -> Iterator[Seen]:
    for entry in os.scandir(PROC):
        if entry.name.isdigit():
            seen = look_at(int(entry.name))
            if seen is None or seen.state in ENDED_STATES or seen.parent == KERNEL_THREADS:
                continue
            yield seen


def _still(table: dict[int, Seen], process: Process) -> bool:
    return process.pid in table and table[process.pid].process == process


def _descendants(table: dict[int, Seen], roots: set[int]) -> set[int]:
    children: dict[int, list[int]] = {}
    for pid, seen in table.items():
        children.setdefault(seen.parent, []).append(pid)
    found: set[int] = set()
    pending = list(roots)
    while pending:
        for pid in children.get(pending.pop(), ()):
            if pid not in found:
                found.add(pid)
                pending.append(pid)
    return found


def signal_all(processes: Iterable[Process], number: signal.Signals) -> None:
    """Send the signal to each of them that is still there."""
    for process in processes:
        process.signal(number)


def wait_readable(handle: int, seconds: float) -> bool:
    """Whether the handle became readable in that time."""
    waiting = select.poll()
    waiting.register(handle, select.POLLIN)
    return bool(waiting.poll(seconds * 1000))


@cache
def boot_id() -> str:
    """Which start of the machine this is: pids and ticks mean nothing after the next."""
    with suppress(OSError):
        return (PROC / "sys/kernel/random/boot_id").read_text().strip()
    return ""
