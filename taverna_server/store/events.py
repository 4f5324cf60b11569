"""Events of the feeds and usage records: written with the change they tell of, read by people."""

from __future__ import annotations

from dataclasses import asdict, fields
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy import bindparam
from sqlalchemy.engine import Connection

from taverna_server.model.events import Event, Notes, Usage
from taverna_server.store.base import Part
from taverna_server.store.messages import add_message
from taverna_server.store.tables import events, reana, runs, usage

_COLUMNS = [events.c[item.name] for item in fields(Event)]
_USAGE_COLUMNS = [usage.c[item.name] for item in fields(Usage)]

_INSERT = sa.insert(events)
_OF_OWNER = (
    sa.select(*_COLUMNS)
    .where(events.c.owner == bindparam("user"), events.c.number < bindparam("before"))
    .order_by(events.c.number.desc())
    .limit(bindparam("most"))
)
_ONE = sa.select(*_COLUMNS).where(
    events.c.owner == bindparam("user"), events.c.id == bindparam("event")
)
_CLEAR = sa.delete(events).where(events.c.published < bindparam("before"))

_INSERT_USAGE = sa.insert(usage)
_MEASURED = (
    sa.update(reana)
    .where(
        sa.or_(
            reana.c.run_id == bindparam("run"),
            reana.c.run_id.in_(sa.select(runs.c.workspace).where(runs.c.id == bindparam("run"))),
        )
    )
    .values(size=bindparam("bytes"))
)
"""A run has made its workspace that large, be it its own or another's."""
_USAGE = sa.select(*_USAGE_COLUMNS).where(usage.c.run_id == bindparam("run"))
_USAGES = sa.select(*_USAGE_COLUMNS).order_by(usage.c.created, usage.c.run_id)
_CLEAR_USAGE = sa.delete(usage).where(usage.c.created < bindparam("before"))

_LAST = 2**31 - 1


class Events(Part):
    """What happened, and what it took."""

    def events(self, owner: str, most: int, before: int = _LAST) -> list[Event]:
        """The newest events of a user's runs, newest first; ``before`` is a number."""
        values = {"user": owner, "most": most, "before": before}
        with self._database.read() as connection:
            return [Event(*row) for row in connection.execute(_OF_OWNER, values)]

    def event(self, owner: str, event_id: str) -> Event | None:
        with self._database.read() as connection:
            row = connection.execute(_ONE, {"user": owner, "event": event_id}).first()
        return None if row is None else Event(*row)

    def clear_events(self, before: datetime) -> int:
        """Forget those published earlier; how many they were."""
        with self._database.write() as connection:
            return connection.execute(_CLEAR, {"before": before}).rowcount

    def usage(self, run_id: str) -> Usage | None:
        """What a run used; None before its end."""
        with self._database.read() as connection:
            row = connection.execute(_USAGE, {"run": run_id}).first()
        return None if row is None else Usage(*row)

    def usages(self) -> list[Usage]:
        """Those of all runs that ended, also of runs that are gone; oldest first."""
        with self._database.read() as connection:
            return [Usage(*row) for row in connection.execute(_USAGES)]

    def clear_usages(self, before: datetime) -> int:
        with self._database.write() as connection:
            return connection.execute(_CLEAR_USAGE, {"before": before}).rowcount


def write_notes(connection: Connection, notes: Notes) -> None:
    """Write what is told of a change, in the transaction of the change."""
    if notes.event is not None:
        values = asdict(notes.event)
        del values["number"]
        connection.execute(_INSERT, values)
    if notes.message is not None:
        add_message(connection, notes.message)
    if notes.usage is not None:
        connection.execute(_INSERT_USAGE, asdict(notes.usage))
        measured = {"run": notes.usage.run_id, "bytes": notes.usage.disk}
        connection.execute(_MEASURED, measured)
