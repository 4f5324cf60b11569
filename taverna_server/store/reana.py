"""Records of REANA workflows: a name, a number and what is left when the run is gone.

A record stands beside its run and outlives it, so a number is never given twice.
Runs that other faces made have no record; in lists they appear as ``run.<number>``.
Both together are ``_ALL``, one row each, with REANA's word for the state
(REANA dossier 4).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy import bindparam
from sqlalchemy.engine import Connection
from sqlalchemy.exc import IntegrityError

from taverna_server.model.analysis import Analysis, AnalysisQuery, NewRecord, Record
from taverna_server.model.identity import Permission
from taverna_server.model.run import TOLD_TO_STOP, RunStatus
from taverna_server.store.base import Part
from taverna_server.store.tables import permissions, reana, runs, usage

OTHERS = "run"
"""The name of what other faces made; the number of the run is that of the workflow."""
SORTS = ("desc", "asc", "disk-desc", "cpu-desc")
_OVER = sa.or_(runs.c.target == RunStatus.FINISHED, runs.c.observed == RunStatus.FINISHED)
_WORD = sa.case(
    (sa.and_(_OVER, runs.c.stopped_by.is_not(None)), "stopped"),
    (sa.and_(_OVER, runs.c.exit_code.is_(None)), "stopped"),
    (sa.and_(_OVER, runs.c.exit_code == TOLD_TO_STOP), "stopped"),
    (sa.and_(_OVER, runs.c.exit_code == 0), "finished"),
    (_OVER, "failed"),
    (runs.c.queued.is_not(None), "queued"),
    (runs.c.target == RunStatus.INITIALIZED, "created"),
    (runs.c.observed == RunStatus.INITIALIZED, "queued"),
    else_="running",
)
_CPU = sa.func.coalesce(usage.c.cpu_user, 0.0) + sa.func.coalesce(usage.c.cpu_system, 0.0)
_LIVE = (
    sa.select(
        runs.c.id.label("run_id"),
        runs.c.owner,
        sa.func.coalesce(reana.c.name, OTHERS).label("name"),
        sa.func.coalesce(reana.c.major, runs.c.number).label("major"),
        sa.func.coalesce(reana.c.minor, 0).label("minor"),
        runs.c.workflow_type.label("type"),
        _WORD.label("status"),
        sa.func.coalesce(reana.c.size, usage.c.disk, -1).label("size"),
        _CPU.label("cpu"),
        sa.func.coalesce(runs.c.workspace, runs.c.id).label("workspace"),
        runs.c.created,
        runs.c.expiry,
        runs.c.started,
        runs.c.finished,
        reana.c.number.is_not(None).label("recorded"),
        runs.c.number.label("place"),
    )
    .select_from(
        runs.outerjoin(reana, reana.c.run_id == runs.c.id).outerjoin(
            usage, usage.c.run_id == runs.c.id
        )
    )
    .where(sa.not_(runs.c.deleting))
)
_GONE = (
    sa.select(
        reana.c.run_id,
        reana.c.owner,
        reana.c.name,
        reana.c.major,
        reana.c.minor,
        reana.c.type,
        sa.literal("deleted").label("status"),
        sa.literal(0).label("size"),
        _CPU.label("cpu"),
        reana.c.run_id.label("workspace"),
        reana.c.created,
        sa.null().label("expiry"),
        reana.c.started,
        reana.c.finished,
        sa.true().label("recorded"),
        reana.c.number.label("place"),
    )
    .select_from(reana.outerjoin(usage, usage.c.run_id == reana.c.run_id))
    .where(reana.c.deleted.is_not(None))
)
_KEYS = [item.name for item in fields(Analysis)]
_SHARED = sa.select(permissions.c.run_id).where(
    permissions.c.user == bindparam("user"), permissions.c.level >= Permission.READ
)
_RECORD = sa.select(
    reana.c.specification, reana.c.given, reana.c.parameters, reana.c.options
).where(reana.c.run_id == bindparam("run"))
_HIGHEST_MAJOR = sa.select(sa.func.coalesce(sa.func.max(reana.c.major), 0)).where(
    reana.c.owner == bindparam("of"), reana.c.name == bindparam("called")
)
_HIGHEST_MINOR = sa.select(sa.func.coalesce(sa.func.max(reana.c.minor), 0)).where(
    reana.c.owner == bindparam("of"),
    reana.c.name == bindparam("called"),
    reana.c.major == bindparam("below"),
)
_INSERT = sa.insert(reana)
_THIS = sa.update(reana).where(reana.c.run_id == bindparam("run"))
_THESE = sa.update(reana).where(reana.c.run_id.in_(bindparam("runs", expanding=True)))
_START = _THIS.values(
    given=bindparam("gave"), parameters=bindparam("set"), options=bindparam("chose")
)
_SIZE = _THESE.values(size=bindparam("bytes"))
_ADD_SIZE = _THESE.values(size=reana.c.size + bindparam("bytes"))
_LEAVE = (
    sa.update(reana)
    .where(reana.c.run_id == bindparam("run"), reana.c.deleted.is_(None))
    .values(
        deleted=bindparam("at", type_=reana.c.deleted.type),
        size=0,
        started=sa.select(runs.c.started).where(runs.c.id == bindparam("run")).scalar_subquery(),
        finished=sa.select(runs.c.finished).where(runs.c.id == bindparam("run")).scalar_subquery(),
    )
)
_DISK = (
    sa.select(sa.func.coalesce(sa.func.sum(sa.func.coalesce(reana.c.size, usage.c.disk, 0)), 0))
    .select_from(
        runs.outerjoin(reana, reana.c.run_id == runs.c.id).outerjoin(
            usage, usage.c.run_id == runs.c.id
        )
    )
    .where(runs.c.owner == bindparam("of"), sa.not_(runs.c.deleting), runs.c.workspace.is_(None))
)
_CPU_OF = sa.select(sa.func.coalesce(sa.func.sum(_CPU), 0.0)).where(
    usage.c.owner == bindparam("of")
)


class Analyses(Part):
    """Rows of workflows as REANA lists them."""

    def add_record(self, new: NewRecord) -> tuple[int, int]:
        """Give the workflow its numbers: a new major one, or the next below ``major``."""
        while True:
            try:
                return self._add_record(new)
            except IntegrityError:  # PostgreSQL, and somebody else at the same moment
                if self.record(new.run_id) is not None:
                    raise

    def _add_record(self, new: NewRecord) -> tuple[int, int]:
        key = {"of": new.owner, "called": new.name}
        with self._database.write() as connection:
            if new.major is None:
                numbers = (connection.execute(_HIGHEST_MAJOR, key).scalar_one() + 1, 0)
            else:
                below = connection.execute(_HIGHEST_MINOR, key | {"below": new.major})
                numbers = (new.major, below.scalar_one() + 1)
            connection.execute(_INSERT, _values(new, numbers))
        return numbers

    def record(self, run_id: str) -> Record | None:
        with self._database.read() as connection:
            row = connection.execute(_RECORD, {"run": run_id}).first()
        return None if row is None else Record(**row._asdict())

    def set_record_start(
        self, run_id: str, given: Mapping[str, Any], parameters: Mapping[str, Any],
        options: Mapping[str, Any],
    ) -> None:  # fmt: skip
        """Keep what the start was given and what counts."""
        values = {"gave": dict(given), "set": dict(parameters), "chose": dict(options)}
        with self._database.write() as connection:
            connection.execute(_START, values | {"run": run_id})

    def set_workspace_size(self, size: int, *runs: str) -> None:
        """Of these runs, which share it."""
        with self._database.write() as connection:
            connection.execute(_SIZE, {"runs": runs, "bytes": size})

    def add_workspace_size(self, size: int, *runs: str) -> None:
        """So many bytes more (or fewer) than before."""
        with self._database.write() as connection:
            connection.execute(_ADD_SIZE, {"runs": runs, "bytes": size})

    def analyses(self, query: AnalysisQuery) -> tuple[list[Analysis], int]:
        """A page of them, and how many there are on all pages."""
        found = _matching(query)
        values = {"user": query.user}
        with self._database.read() as connection:
            count = sa.select(sa.func.count()).select_from(found.subquery())
            total: int = connection.execute(count, values).scalar_one()
            rows = connection.execute(_page(found, query), values).all()
        return [_analysis(row) for row in rows], total

    def find_analysis(
        self,
        run_id: str = "",
        user: str = "",
        name: str = "",
        numbers: tuple[int, int] | None = None,
    ) -> Analysis | None:
        """By its id, or by a user's name for it: those numbers, else the highest ones.

        A name means the user's own workflow before one that somebody shares, and one
        that is there before one that was deleted.
        """
        with self._database.read() as connection:
            if run_id:
                row = connection.execute(_BY_ID, {"run": run_id}).first()
            elif numbers:
                key = {"user": user, "called": name, "major": numbers[0], "minor": numbers[1]}
                row = connection.execute(_BY_NUMBERS, key).first()
            else:
                row = connection.execute(_BY_NAME, {"user": user, "called": name}).first()
        return None if row is None else _analysis(row)

    def disk_used(self, owner: str) -> int:
        """Bytes in the workspaces of an account, as last measured."""
        with self._database.read() as connection:
            return int(connection.execute(_DISK, {"of": owner}).scalar_one())

    def cpu_used(self, owner: str) -> float:
        """Seconds of all runs that the usage records tell of."""
        with self._database.read() as connection:
            return float(connection.execute(_CPU_OF, {"of": owner}).scalar_one())


def leave_record(connection: Connection, run_id: str, now: datetime) -> None:
    """The run goes: its record keeps the last that was known. Part of the same transaction."""
    connection.execute(_LEAVE, {"run": run_id, "at": now})


def _values(new: NewRecord, numbers: tuple[int, int]) -> dict[str, Any]:
    return {
        "run_id": new.run_id,
        "owner": new.owner,
        "name": new.name,
        "major": numbers[0],
        "minor": numbers[1],
        "type": new.type,
        "specification": dict(new.specification),
        "given": {},
        "parameters": {},
        "options": {},
        "size": 0,
        "created": new.created,
    }


_EVERY = sa.union_all(_LIVE, _GONE).subquery("every")
_VISIBLE = sa.or_(_EVERY.c.owner == bindparam("user"), _EVERY.c.run_id.in_(_SHARED))
_BY_ID = sa.select(_EVERY).where(_EVERY.c.run_id == bindparam("run"))
_NAMED = (
    sa.select(_EVERY)
    .where(_VISIBLE, _EVERY.c.name == bindparam("called"))
    .order_by(
        sa.case((_EVERY.c.owner == bindparam("user"), 0), else_=1),
        sa.case((_EVERY.c.status == "deleted", 1), else_=0),
        _EVERY.c.major.desc(),
        _EVERY.c.minor.desc(),
    )
    .limit(1)
)
_BY_NAME = _NAMED
_BY_NUMBERS = _NAMED.where(
    _EVERY.c.major == bindparam("major"), _EVERY.c.minor == bindparam("minor")
)


_OWN = _EVERY.c.owner == bindparam("user")
_RECEIVED = sa.and_(_EVERY.c.run_id.in_(_SHARED), sa.not_(_OWN))
_GRANTED = sa.select(permissions.c.run_id).where(permissions.c.level >= Permission.READ)
_SCOPES = {
    "own": _OWN,
    "received": _RECEIVED,
    "shared": sa.or_(_RECEIVED, sa.and_(_OWN, _EVERY.c.run_id.in_(_GRANTED))),
}


def _matching(query: AnalysisQuery) -> sa.Select[Any]:
    found = sa.select(_EVERY).where(_SCOPES[query.scope])
    if query.shared_with is not None:
        found = _shared_with(found, query.shared_with)
    if query.owner is not None:
        found = found.where(_EVERY.c.owner == query.owner)
    if query.statuses:
        found = found.where(_EVERY.c.status.in_(query.statuses))
    if query.name is not None:
        found = found.where(_EVERY.c.name == query.name)
    if query.run_id is not None:
        found = found.where(_EVERY.c.run_id == query.run_id)
    if query.text:
        found = found.where(
            sa.func.lower(_EVERY.c.name).contains(query.text.lower(), autoescape=True)
        )
    return found


def _shared_with(found: sa.Select[Any], user: str) -> sa.Select[Any]:
    granted = _GRANTED
    if user == "nobody":
        return found.where(_EVERY.c.run_id.not_in(granted))
    if user != "anybody":
        granted = granted.where(permissions.c.user == user)
    return found.where(_EVERY.c.run_id.in_(granted))


def _page(found: sa.Select[Any], query: AnalysisQuery) -> sa.Select[Any]:
    newest_first = (_EVERY.c.created.desc(), _EVERY.c.place.desc())
    orders: dict[str, tuple[Any, ...]] = {
        "asc": (_EVERY.c.created, _EVERY.c.place),
        "disk-desc": (_EVERY.c.size.desc(), *newest_first),
        "cpu-desc": (_EVERY.c.cpu.desc(), *newest_first),
    }
    found = found.order_by(*orders.get(query.sort, newest_first))
    if query.size is None:
        return found
    return found.limit(query.size).offset((query.page - 1) * query.size)


def _analysis(row: sa.Row[Any]) -> Analysis:
    values = row._asdict()
    return Analysis(**{key: values[key] for key in _KEYS} | {"recorded": bool(row.recorded)})
