"""Credentials and trusts of runs, as bytes that mean nothing without the server's key.

Given and taken back only while the run is Initialized; erased once the engine
has them (protocol dossier 10.4). As in ``inputs.py`` the guarded update of the
run comes first, so a start never sees half of a change.
"""

from __future__ import annotations

import sqlalchemy as sa
from sqlalchemy import bindparam
from sqlalchemy.engine import Connection

from taverna_server.model.run import RunStatus
from taverna_server.store.base import Part, utc_now
from taverna_server.store.runs import VISIBLE
from taverna_server.store.tables import runs, sealed

CREDENTIAL, TRUST = "credential", "trust"
"""The kinds there are."""

_HOLD = (
    sa.update(runs)
    .where(runs.c.id == bindparam("run"), VISIBLE, runs.c.target == RunStatus.INITIALIZED)
    .values(owner=runs.c.owner)
)
_OF_RUN = sealed.c.run_id == bindparam("run")
_OF_KIND = sa.and_(_OF_RUN, sealed.c.kind == bindparam("of"))
_THIS = sa.and_(_OF_KIND, sealed.c.id == bindparam("called"))
_ALL = sa.select(sealed.c.id, sealed.c.content).where(_OF_KIND).order_by(sealed.c.added)
_ADDED = sa.select(sealed.c.added).where(_THIS)
_INSERT = sa.insert(sealed)
_REMOVE_ONE = sa.delete(sealed).where(_THIS)
_REMOVE_KIND = sa.delete(sealed).where(_OF_KIND)
_ANY = sa.select(sealed.c.id).where(_OF_RUN).limit(1)
_ERASE = sa.delete(sealed).where(_OF_RUN)


class Sealed(Part):
    """The setters return False when the run is gone or no longer Initialized."""

    def sealed(self, run_id: str, kind: str) -> dict[str, bytes]:
        """Contents by id, in the order in which they were first given."""
        with self._database.read() as connection:
            rows = connection.execute(_ALL, {"run": run_id, "of": kind}).all()
        return {row.id: row.content for row in rows}

    def keep_sealed(self, run_id: str, kind: str, id: str, content: bytes) -> bool:
        """Keep a content under an id; what was there is replaced and keeps its place."""
        key = {"run": run_id, "of": kind, "called": id}
        with self._database.write() as connection:
            if not _hold(connection, run_id):
                return False
            added = connection.scalar(_ADDED, key) or utc_now()
            connection.execute(_REMOVE_ONE, key)
            values = {"run_id": run_id, "kind": kind, "id": id}
            connection.execute(_INSERT, values | {"content": content, "added": added})
            return True

    def remove_sealed(self, run_id: str, kind: str, id: str | None = None) -> bool:
        """Forget one, or all of a kind; True also when there was nothing to forget."""
        with self._database.write() as connection:
            if not _hold(connection, run_id):
                return False
            if id is None:
                connection.execute(_REMOVE_KIND, {"run": run_id, "of": kind})
            else:
                connection.execute(_REMOVE_ONE, {"run": run_id, "of": kind, "called": id})
            return True

    def erase_sealed(self, run_id: str) -> None:
        """Forget everything of a run, in any state: the engine has it, or never will."""
        with self._database.read() as connection:
            if connection.execute(_ANY, {"run": run_id}).first() is None:
                return  # as most runs: no transaction for them
        with self._database.write() as connection:
            connection.execute(_ERASE, {"run": run_id})


def _hold(connection: Connection, run_id: str) -> bool:
    return connection.execute(_HOLD, {"run": run_id}).rowcount == 1
