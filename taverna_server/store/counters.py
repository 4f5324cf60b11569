"""Counters: how many runs there are, without looking at them.

A counter is one row, moved inside the transaction that makes or ends a run. The
guarded update is the limit: two clients cannot both take the last place.
"""

from __future__ import annotations

import sqlalchemy as sa
from sqlalchemy import bindparam
from sqlalchemy.engine import Connection

from taverna_server.store.base import Part
from taverna_server.store.database import Database
from taverna_server.store.tables import counters

RUNS = "runs"
OPERATING = "operating"
REQUESTS = "requests"

_READ = sa.select(counters.c.value).where(counters.c.name == bindparam("counter"))
_UP = (
    sa.update(counters)
    .where(counters.c.name == bindparam("counter"), counters.c.value < bindparam("limit"))
    .values(value=counters.c.value + 1)
)
_DOWN = (
    sa.update(counters)
    .where(counters.c.name == bindparam("counter"))
    .values(value=counters.c.value - 1)
)
_ADD = (
    sa.update(counters)
    .where(counters.c.name == bindparam("counter"))
    .values(value=counters.c.value + bindparam("more"))
)


def count_up(connection: Connection, counter: str, limit: int) -> bool:
    """Add one unless that exceeds the limit; False when it would."""
    return connection.execute(_UP, {"counter": counter, "limit": limit}).rowcount == 1


def count_down(connection: Connection, counter: str) -> None:
    connection.execute(_DOWN, {"counter": counter})


class Counters(Part):
    """Reading the counters."""

    def run_count(self) -> int:
        """Runs that clients can see, in any state."""
        return _read(self._database, RUNS)

    def operating_count(self) -> int:
        """Runs between their start and their end, suspended ones too."""
        return _read(self._database, OPERATING)

    def request_count(self) -> int:
        """Requests served so far, by all processes, but for the last few seconds."""
        return _read(self._database, REQUESTS)

    def count_requests(self, more: int) -> None:
        with self._database.write() as connection:
            connection.execute(_ADD, {"counter": REQUESTS, "more": more})


def _read(database: Database, counter: str) -> int:
    with database.read() as connection:
        value: int = connection.execute(_READ, {"counter": counter}).scalar_one()
        return value
