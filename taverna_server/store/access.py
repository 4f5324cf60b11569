"""What hangs on a run beside its inputs: permissions and listener properties."""

from __future__ import annotations

import sqlalchemy as sa
from sqlalchemy import bindparam
from sqlalchemy.engine import Connection

from taverna_server.model.identity import Permission
from taverna_server.store.base import Part
from taverna_server.store.runs import VISIBLE
from taverna_server.store.tables import permissions, properties, runs

_PERMISSION = (
    sa.select(runs.c.owner, permissions.c.level)
    .select_from(
        runs.outerjoin(
            permissions,
            sa.and_(permissions.c.run_id == runs.c.id, permissions.c.user == bindparam("user")),
        )
    )
    .where(runs.c.id == bindparam("run"), VISIBLE)
)
_PERMISSIONS = (
    sa.select(permissions.c.user, permissions.c.level)
    .where(permissions.c.run_id == bindparam("run"))
    .order_by(permissions.c.user)
)
_SHARED = permissions.join(runs, runs.c.id == permissions.c.run_id)
_READABLE = sa.and_(VISIBLE, permissions.c.level >= Permission.READ)
_SHARERS = (
    sa.select(runs.c.owner)
    .select_from(_SHARED)
    .where(permissions.c.user == bindparam("of"), _READABLE)
    .distinct()
    .order_by(runs.c.owner)
)
_SHARED_TO = (
    sa.select(permissions.c.user)
    .select_from(_SHARED)
    .where(runs.c.owner == bindparam("of"), _READABLE)
    .distinct()
    .order_by(permissions.c.user)
)
_CLEAR_PERMISSION = sa.delete(permissions).where(
    permissions.c.run_id == bindparam("run"), permissions.c.user == bindparam("who")
)
_INSERT_PERMISSION = sa.insert(permissions)

_PROPERTIES = sa.select(properties.c.name, properties.c.value).where(
    properties.c.run_id == bindparam("run"), properties.c.listener == bindparam("of")
)
_CLEAR_PROPERTY = sa.delete(properties).where(
    properties.c.run_id == bindparam("run"),
    properties.c.listener == bindparam("of"),
    properties.c.name == bindparam("called"),
)
_INSERT_PROPERTY = sa.insert(properties)

# Touches the run so that two writers of the same row wait for each other.
_HOLD = sa.update(runs).where(runs.c.id == bindparam("run"), VISIBLE).values(owner=runs.c.owner)


class Access(Part):
    """Setters return False when there is no such run."""

    def permission(self, run_id: str, user: str) -> Permission:
        """What the user may do with the run; NONE also when there is no such run."""
        with self._database.read() as connection:
            row = connection.execute(_PERMISSION, {"run": run_id, "user": user}).first()
        if row is None:
            return Permission.NONE
        return Permission.DESTROY if row.owner == user else row.level or Permission.NONE

    def permissions(self, run_id: str) -> dict[str, Permission]:
        """What others than the owner were allowed, sorted by user."""
        with self._database.read() as connection:
            rows = connection.execute(_PERMISSIONS, {"run": run_id}).all()
        return {row.user: row.level for row in rows}

    def sharers(self, user: str) -> list[str]:
        """Who lets the user read a run of theirs."""
        with self._database.read() as connection:
            return list(connection.scalars(_SHARERS, {"of": user}))

    def shared_to(self, owner: str) -> list[str]:
        """Whom the owner lets read a run."""
        with self._database.read() as connection:
            return list(connection.scalars(_SHARED_TO, {"of": owner}))

    def set_permission(self, run_id: str, user: str, level: Permission) -> bool:
        """Allow a user this much and no more; NONE takes it back."""
        with self._database.write() as connection:
            if not _hold(connection, run_id):
                return False
            connection.execute(_CLEAR_PERMISSION, {"run": run_id, "who": user})
            if level > Permission.NONE:
                values = {"run_id": run_id, "user": user, "level": level}
                connection.execute(_INSERT_PERMISSION, values)
            return True

    def listener_properties(self, run_id: str, listener: str) -> dict[str, str]:
        """The properties that were set, by name."""
        with self._database.read() as connection:
            rows = connection.execute(_PROPERTIES, {"run": run_id, "of": listener}).all()
        return {row.name: row.value for row in rows}

    def set_listener_property(self, run_id: str, listener: str, name: str, value: str) -> bool:
        with self._database.write() as connection:
            if not _hold(connection, run_id):
                return False
            key = {"run": run_id, "of": listener, "called": name}
            connection.execute(_CLEAR_PROPERTY, key)
            values = {"run_id": run_id, "listener": listener, "name": name, "value": value}
            connection.execute(_INSERT_PROPERTY, values)
            return True


def _hold(connection: Connection, run_id: str) -> bool:
    return connection.execute(_HOLD, {"run": run_id}).rowcount == 1
