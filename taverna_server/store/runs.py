"""Runs: created, read, listed, named.

What becomes of a run is in ``changes.py``; what it is given in ``inputs.py``.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict, fields
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy import bindparam

from taverna_server.errors import TooManyRuns
from taverna_server.model.identity import Permission
from taverna_server.model.run import Run, RunStatus
from taverna_server.store.base import Part
from taverna_server.store.counters import RUNS, count_up
from taverna_server.store.database import Database
from taverna_server.store.rows import NewRun
from taverna_server.store.tables import permissions, runs

PAGE = 200
RUN_COLUMNS = [runs.c[item.name] for item in fields(Run)]
VISIBLE = sa.not_(runs.c.deleting)

_INSERT = sa.insert(runs).returning(runs.c.number)
_GET = sa.select(*RUN_COLUMNS).where(runs.c.id == bindparam("id"), VISIBLE)
_GET_BY_NUMBER = sa.select(*RUN_COLUMNS).where(runs.c.number == bindparam("number"), VISIBLE)
_KNOWN = sa.select(runs.c.number).where(runs.c.id == bindparam("id"))
_NEXT = (
    sa.select(*RUN_COLUMNS)
    .where(VISIBLE, runs.c.number > bindparam("after"))
    .order_by(runs.c.number)
    .limit(PAGE)
)
_NEXT_OF_OWNER = _NEXT.where(runs.c.owner == bindparam("user"))
_NEXT_SHARED = _NEXT.join(permissions, permissions.c.run_id == runs.c.id).where(
    permissions.c.user == bindparam("user"),
    permissions.c.level >= Permission.READ,
    runs.c.owner != bindparam("user"),
)
_SET = sa.update(runs).where(runs.c.id == bindparam("run"), VISIBLE)
_SET_EXPIRY = _SET.values(expiry=bindparam("to"))
_SET_NAME = _SET.values(name=bindparam("to"))
_SET_PUBLISHED = _SET.values(published=bindparam("to"))
_SET_PUBLISHED = _SET.values(published=bindparam("to"))
_SET_PROVENANCE = _SET.values(generate_provenance=bindparam("to"))
_DUE = (
    sa.select(runs.c.id)
    .where(runs.c.expiry <= bindparam("now"), VISIBLE)
    .order_by(runs.c.expiry)
    .limit(bindparam("most"))
)


_AT_FIRST = {
    "target": RunStatus.INITIALIZED,
    "observed": RunStatus.INITIALIZED,
    "start_seen": True,
    "holds_slot": False,
    "deleting": False,
}


class Runs(Part):
    """Every method that takes a run's id ignores runs that are being deleted."""

    def create_run(self, new: NewRun, run_limit: int) -> Run:
        """Add a run, Initialized.

        Raises:
            TooManyRuns: there are ``run_limit`` runs already (protocol dossier 2.11).
        """
        values = asdict(new) | _AT_FIRST
        with self._database.write() as connection:
            if not count_up(connection, RUNS, run_limit):
                raise TooManyRuns("server load exceeded; please wait")
            number: int = connection.execute(_INSERT, values).scalar_one()
        return Run(
            number=number,
            target=RunStatus.INITIALIZED,
            observed=RunStatus.INITIALIZED,
            **asdict(new),
        )

    def get_run(self, run_id: str) -> Run | None:
        with self._database.read() as connection:
            row = connection.execute(_GET, {"id": run_id}).first()
        return None if row is None else Run(*row)

    def get_run_by_number(self, number: int) -> Run | None:
        with self._database.read() as connection:
            row = connection.execute(_GET_BY_NUMBER, {"number": number}).first()
        return None if row is None else Run(*row)

    def is_known(self, run_id: str) -> bool:
        """There is a row, be it of a run that is being deleted: its directory is not stray."""
        with self._database.read() as connection:
            return connection.execute(_KNOWN, {"id": run_id}).first() is not None

    def list_runs(self, owner: str | None = None) -> Iterator[Run]:
        """A user's runs (or everybody's), oldest first, read page by page."""
        if owner is None:
            return _pages(self._database, _NEXT, {})
        return _pages(self._database, _NEXT_OF_OWNER, {"user": owner})

    def list_shared_runs(self, user: str) -> Iterator[Run]:
        """Runs of others that the user may read, oldest first."""
        return _pages(self._database, _NEXT_SHARED, {"user": user})

    def set_expiry(self, run_id: str, expiry: datetime) -> bool:
        """False when there is no such run; so the other setters."""
        return _set(self._database, _SET_EXPIRY, run_id, expiry)

    def set_name(self, run_id: str, name: str) -> bool:
        return _set(self._database, _SET_NAME, run_id, name)

    def set_published(self, run_id: str, wanted: bool) -> bool:
        return _set(self._database, _SET_PUBLISHED, run_id, wanted)

    def set_provenance(self, run_id: str, wanted: bool) -> bool:
        return _set(self._database, _SET_PROVENANCE, run_id, wanted)

    def publish_run(self, run_id: str, wanted: bool) -> bool:
        """Let everybody view it, or no more."""
        return _set(self._database, _SET_PUBLISHED, run_id, wanted)

    def due_for_purge(self, now: datetime, limit: int = 100) -> list[str]:
        """Ids of runs past their expiry, longest past first."""
        with self._database.read() as connection:
            return list(connection.scalars(_DUE, {"now": now, "most": limit}))


def _pages(
    database: Database, statement: sa.Select[Any], parameters: dict[str, str]
) -> Iterator[Run]:
    after = 0
    while True:
        with database.read() as connection:
            page = connection.execute(statement, parameters | {"after": after}).all()
        yield from (Run(*row) for row in page)
        if len(page) < PAGE:
            return
        after = page[-1].number


def _set(database: Database, statement: sa.Update, run_id: str, value: object) -> bool:
    with database.write() as connection:
        return connection.execute(statement, {"run": run_id, "to": value}).rowcount == 1
