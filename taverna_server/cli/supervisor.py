"""Keeps the reconciler running beside the web processes.

Unlovely: ``os.posix_spawn`` and not ``subprocess``. That one learns through a
pipe whether the program could be started, and web workers forked from another
thread at that moment keep the pipe open: it would wait for as long as they live.
"""

from __future__ import annotations

import logging
import os
import signal
import sys
import threading
import time
from collections.abc import Sequence

from taverna_server.config import PREFIX

log = logging.getLogger("taverna_server.supervisor")

LAST_EXIT_CODE = PREFIX + "LAST_EXIT_CODE"
"""Where a child finds how its predecessor ended."""
FIRST_DELAY, LAST_DELAY = 0.2, 10.0
STEADY = 30.0
"""Seconds after which a process that ends is no longer counted as failing at its start."""
GRACE = 10.0
"""Seconds to end after SIGTERM."""


class Supervisor:
    """A child process that is started again whenever it ends, until ``stop``."""

    def __init__(self, command: Sequence[str]) -> None:
        self._command = tuple(command)
        self._stopping = threading.Event()
        self._lock = threading.Lock()
        self._child: int | None = None
        """Its pid, set for as long as it has not been waited for: it is nobody else's."""
        self._environment = dict(os.environ)
        self._thread = threading.Thread(target=self._keep, name="supervisor", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        """End the child, by force after a while, and return when it has ended."""
        self._stopping.set()
        self._signal(signal.SIGTERM)
        self._thread.join(GRACE)
        self._signal(signal.SIGKILL)
        self._thread.join()

    def _keep(self) -> None:
        delay = FIRST_DELAY
        while not self._stopping.is_set():
            began = time.monotonic()
            code = self._run()
            self._environment[LAST_EXIT_CODE] = str(code)
            if self._stopping.is_set():
                return
            delay = FIRST_DELAY if time.monotonic() - began > STEADY else min(delay * 2, LAST_DELAY)
            log.error("the reconciler ended with %s; starting another in %.1f s", code, delay)
            self._stopping.wait(delay)

    def _run(self) -> int:
        """Start the child, and return its exit code when it has ended."""
        with self._lock:
            if self._stopping.is_set():
                return 0
            # A group of its own: Ctrl-C is for the main process, which then ends it.
            child = os.posix_spawn(self._command[0], self._command, self._environment, setpgroup=0)
            self._child = child
        os.waitid(os.P_PID, child, os.WEXITED | os.WNOWAIT)
        with self._lock:
            self._child = None
            return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])

    def _signal(self, number: int) -> None:
        with self._lock:
            if self._child is not None:
                os.kill(self._child, number)


def reconciler() -> Supervisor:
    """The reconciler of this process, configured by the environment."""
    module = [sys.executable, "-m", "taverna_server.cli", "reconcile"]
    return Supervisor([*module, "--parent", str(os.getpid())])
