"""One reconciler acts at a time, however many servers share the database.

The holder of the lease is a process, named so that another one on the same
machine can see whether it is still there: a server that was killed is replaced
at once by its successor, one on another machine when its lease runs out.
"""

from __future__ import annotations

import os
import socket
import time
from contextlib import suppress
from datetime import timedelta
from pathlib import Path

from taverna_server.runner.processes import Process, boot_id, look_at
from taverna_server.store import Store

NAME = "reconciler"
TTL = timedelta(seconds=15)
RENEW_SECONDS = 4.0


class ReconcilerLease:
    """The right to act, taken and kept."""

    def __init__(self, store: Store) -> None:
        self.store = store
        self.holder = " ".join((*_machine(), *_process()))
        self._renewed = float("-inf")

    def take(self) -> bool:
        """Whether this process may act now; a dead holder on this machine is replaced."""
        held = self.store.lease(NAME)
        dead = held.holder if held and is_dead(held.holder) else ""
        self._renewed = time.monotonic()
        return self.store.take_lease(NAME, self.holder, TTL, replacing=dead)

    def keep(self) -> bool:
        """Renew when it is time to; False when somebody else acts by now."""
        if time.monotonic() - self._renewed < RENEW_SECONDS:
            return True
        return self.take()

    def release(self) -> None:
        self.store.release_lease(NAME, self.holder)


def is_dead(holder: str) -> bool:
    """Whether the holder is certainly gone; of another machine nobody knows."""
    *machine, pid, started = holder.split(" ")
    return tuple(machine) == _machine() and not Process(int(pid), int(started)).is_alive()


def _machine() -> tuple[str, str, str]:
    """Where process numbers mean the same: a machine since it was switched on, a container."""
    namespace = ""
    with suppress(OSError):
        namespace = str(Path("/proc/self/ns/pid").readlink())
    return socket.gethostname(), boot_id(), namespace


def _process() -> tuple[str, str]:
    seen = look_at(os.getpid())
    return str(os.getpid()), str(seen.process.started if seen else 0)
