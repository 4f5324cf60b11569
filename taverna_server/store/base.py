"""What the parts of the store share."""

from __future__ import annotations

from datetime import UTC, datetime

from taverna_server.store.database import Database


class Part:
    """A family of rows; ``Store`` is all of them together.

    Helpers are functions of the module, not methods: the parts share one object,
    and must not hide each other's.
    """

    def __init__(self, database: Database) -> None:
        self._database = database


def utc_now() -> datetime:
    """The time, aware, in UTC."""
    return datetime.now(UTC)
