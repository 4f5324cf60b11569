"""Secrets of users, as bytes that mean nothing without the server's key."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy import bindparam

from taverna_server.store.base import Part, utc_now
from taverna_server.store.tables import secrets

_OF_OWNER = secrets.c.owner == bindparam("of")
_AMONG = sa.and_(_OF_OWNER, secrets.c.name.in_(bindparam("names", expanding=True)))
_ALL = (
    sa.select(secrets.c.name, secrets.c.type, secrets.c.content)
    .where(_OF_OWNER)
    .order_by(secrets.c.name)
)
_KNOWN = sa.select(secrets.c.name).where(_AMONG)
_REMOVE = sa.delete(secrets).where(_AMONG)
_INSERT = sa.insert(secrets)


@dataclass(frozen=True, slots=True)
class Sealed:
    """One secret; ``type`` is ``env`` or ``file``."""

    name: str
    type: str
    content: bytes


class Secrets(Part):
    """All or nothing: of several, none changes where one cannot."""

    def secrets(self, owner: str) -> list[Sealed]:
        """By name."""
        with self._database.read() as connection:
            return [Sealed(*row) for row in connection.execute(_ALL, {"of": owner})]

    def keep_secrets(
        self, owner: str, given: Mapping[str, Sealed], overwrite: bool
    ) -> Collection[str]:
        """Keep them and return nothing; or return those that are there already, and keep none."""
        key = {"of": owner, "names": list(given)}
        with self._database.write() as connection:
            known = list(connection.scalars(_KNOWN, key))
            if known and not overwrite:
                return known
            connection.execute(_REMOVE, key)
            now = utc_now()
            rows = [
                {"owner": owner, "name": it.name, "type": it.type, "content": it.content}
                | {"added": now}
                for it in given.values()
            ]
            connection.execute(_INSERT, rows)
        return ()

    def remove_secrets(self, owner: str, names: Collection[str]) -> Collection[str]:
        """Remove them and return nothing; or return those that are missing, and remove none."""
        key = {"of": owner, "names": list(names)}
        with self._database.write() as connection:
            missing = set(names) - set(connection.scalars(_KNOWN, key))
            if not missing:
                connection.execute(_REMOVE, key)
        return sorted(missing)
