"""Keeps the reconciler running beside the web processes."""

from __future__ import annotations

import logging
import os
import subprocess
import sys
import threading
import time
from collections.abc import Sequence

log = logging.getLogger("taverna_server.supervisor")

FIRST_DELAY, LAST_DELAY = 0.2, 10.0
STEADY = 30.0
"""Seconds after which a process that ends is no longer counted as failing at its start."""
GRACE = 10.0
"""Seconds to end after SIGTERM."""


class Supervisor:
    """A child process that is started again whenever it ends, until ``stop``."""

    def __init__(self, command: Sequence[str]) -> None:
        self._command = command
        self._stopping = threading.Event()
        self._lock = threading.Lock()
        self._child: subprocess.Popen[bytes] | None = None
        self._thread = threading.Thread(target=self._keep, name="supervisor", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        """End the child, by force after a while, and return when it has ended."""
        self._stopping.set()
        with self._lock:
            child = self._child
        if child is not None:
            child.terminate()
            try:
                child.wait(GRACE)
            except subprocess.TimeoutExpired:
                child.kill()
        self._thread.join()

    def _keep(self) -> None:
        delay = FIRST_DELAY
        while not self._stopping.is_set():
            began = time.monotonic()
            code = self._run()
            if self._stopping.is_set():
                return
            delay = FIRST_DELAY if time.monotonic() - began > STEADY else min(delay * 2, LAST_DELAY)
            log.error("the reconciler ended with %s; starting another in %.1f s", code, delay)
            self._stopping.wait(delay)

    def _run(self) -> int:
        with self._lock:
            if self._stopping.is_set():
                return 0
            # A group of its own: Ctrl-C is for the main process, which then ends it.
            self._child = subprocess.Popen(self._command, process_group=0)
        return self._child.wait()


def reconciler() -> Supervisor:
    """The reconciler of this process, configured by the environment."""
    module = [sys.executable, "-m", "taverna_server.cli", "reconcile"]
    return Supervisor([*module, "--parent", str(os.getpid())])
