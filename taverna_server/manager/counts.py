"""How many requests this server has served, by all its processes and since its first day.

Each process counts in memory and adds what it has to the database now and then:
a transaction for every request would cost more than most requests.
"""

from __future__ import annotations

import logging
import threading
import time

from taverna_server.store import Store

log = logging.getLogger(__name__)

KEPT_SECONDS = 5.0
"""So much may be lost when the process ends."""


class RequestCount:
    """Safe to use from all threads of a process."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._lock = threading.Lock()
        self._pending = 0
        self._written = time.monotonic()

    def one(self) -> None:
        """There is a request."""
        with self._lock:
            self._pending += 1
            if time.monotonic() - self._written < KEPT_SECONDS:
                return
        self._write()

    def total(self) -> int:
        """All of them so far, but for the last few of other processes."""
        self._write()
        return self._store.request_count()

    def _write(self) -> None:
        with self._lock:
            more, self._pending = self._pending, 0
            self._written = time.monotonic()
        try:
            self._store.count_requests(more)
        except Exception:
            log.exception("%d requests are not counted yet", more)
            with self._lock:
                self._pending += more
