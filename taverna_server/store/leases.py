"""Leases (who may act) and settings (what an administrator changed at run time)."""

from __future__ import annotations

from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlalchemy import bindparam
from sqlalchemy.exc import IntegrityError

from taverna_server.store.base import Part, utc_now
from taverna_server.store.database import Database
from taverna_server.store.rows import Lease
from taverna_server.store.tables import leases, settings

_THIS = leases.c.name == bindparam("lease")
_TAKE_OVER = (
    sa.update(leases)
    .where(
        _THIS,
        leases.c.holder.in_([bindparam("by"), bindparam("dead")])
        | (leases.c.expires <= bindparam("at")),
    )
    .values(holder=bindparam("by"), expires=bindparam("until"))
)
_TAKE_NEW = sa.insert(leases).values(
    name=bindparam("lease"), holder=bindparam("by"), expires=bindparam("until")
)
_READ = sa.select(leases.c.holder, leases.c.expires).where(_THIS)
_GIVE_BACK = sa.delete(leases).where(_THIS, leases.c.holder == bindparam("by"))

_GET = sa.select(settings.c.value).where(settings.c.name == bindparam("setting"))
_GET_ALL = sa.select(settings.c.name, settings.c.value).where(
    settings.c.name >= bindparam("first"), settings.c.name < bindparam("end")
)
_CHANGE = (
    sa.update(settings).where(settings.c.name == bindparam("setting")).values(value=bindparam("to"))
)
_ADD = sa.insert(settings).values(name=bindparam("setting"), value=bindparam("to"))


class Leases(Part):
    """At most one holder at a time, in all processes on this database."""

    def take_lease(
        self,
        name: str,
        holder: str,
        ttl: timedelta,
        *,
        replacing: str = "",
        now: datetime | None = None,
    ) -> bool:
        """Take or prolong a lease that is free, run out, ours, or ``replacing``'s.

        ``replacing`` is a holder of which the caller knows that it is dead.
        """
        moment = now or utc_now()
        values = {"lease": name, "by": holder, "until": moment + ttl}
        try:
            with self._database.write() as connection:
                given = values | {"at": moment, "dead": replacing}
                if connection.execute(_TAKE_OVER, given).rowcount == 1:
                    return True
                connection.execute(_TAKE_NEW, values)
                return True
        except IntegrityError:  # there is one, and it is somebody else's
            return False

    def lease(self, name: str) -> Lease | None:
        """Who holds it, run out or not; None when nobody took it or it was given back."""
        with self._database.read() as connection:
            row = connection.execute(_READ, {"lease": name}).first()
        return None if row is None else Lease(*row)

    def release_lease(self, name: str, holder: str) -> bool:
        """Give it back; False when it was somebody else's."""
        with self._database.write() as connection:
            return connection.execute(_GIVE_BACK, {"lease": name, "by": holder}).rowcount == 1


class Settings(Part):
    """Texts by name."""

    def get_setting(self, name: str) -> str | None:
        with self._database.read() as connection:
            value: str | None = connection.scalar(_GET, {"setting": name})
            return value

    def settings(self, prefix: str) -> dict[str, str]:
        """Those whose names begin so, by the rest of their names."""
        bounds = {"first": prefix, "end": prefix[:-1] + chr(ord(prefix[-1]) + 1)}
        with self._database.read() as connection:
            rows = connection.execute(_GET_ALL, bounds).all()
        return {row.name.removeprefix(prefix): row.value for row in rows}

    def set_setting(self, name: str, value: str) -> None:
        if _change(self._database, name, value) or _add(self._database, name, value):
            return
        _change(self._database, name, value)  # another process added it in between


def _change(database: Database, name: str, value: str) -> bool:
    with database.write() as connection:
        return connection.execute(_CHANGE, {"setting": name, "to": value}).rowcount == 1


def _add(database: Database, name: str, value: str) -> bool:
    try:
        with database.write() as connection:
            connection.execute(_ADD, {"setting": name, "to": value})
            return True
    except IntegrityError:
        return False
