"""Records of REANA workflows: a name, a number and what is left when the run is gone.

A record stands beside its run and outlives it, so a number is never given twice.
Runs that other faces made have no record; in lists they appear as ``run.<number>``.
Both together are ``_ALL``, one row each, with REANA's word for the state
(REANA dossier 4).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import fields
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy import bindparam
from sqlalchemy.engine import Connection
from sqlalchemy.exc import IntegrityError

from taverna_server.model.analysis import Analysis, AnalysisQuery, NewRecord, Record
from taverna_server.model.identity import Permission
from taverna_server.model.run import TOLD_TO_STOP, RunStatus
from taverna_server.store.base import Part
from taverna_server.store.columns import microseconds
from taverna_server.store.tables import permissions, reana, runs, usage

OTHERS = "run"
"""The name of what other faces made; the number of the run is that of the workflow."""
CLAIMED = timedelta(minutes=1)
"""Far longer than a start takes."""
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
# As long as the run is there, its own times count: here is when somebody was about to start it.
_CLAIM = _THIS.where(
    sa.or_(reana.c.started.is_(None), reana.c.started < bindparam("abandoned"))
).values(
    started=bindparam("now"),
    given=bindparam("gave"),
    parameters=bindparam("set"),
    options=bindparam("chose"),
)
_UNCLAIM = _THIS.values(started=None)
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
_DAY = 86_400_000_000
"""Microseconds, as times are kept."""
_OTHERS = runs.alias("others")
_AT_WORK = sa.exists(
    sa.select(_OTHERS.c.id).where(
        sa.func.coalesce(_OTHERS.c.workspace, _OTHERS.c.id)
        == sa.func.coalesce(runs.c.workspace, runs.c.id),
        _OTHERS.c.observed != RunStatus.FINISHED,
        sa.not_(_OTHERS.c.deleting),
    )
)
_RETENTION_DUE = (
    sa.select(reana.c.run_id)
    .join(runs, runs.c.id == reana.c.run_id)
    .where(
        reana.c.retention.is_not(None),
        runs.c.observed == RunStatus.FINISHED,
        sa.not_(runs.c.deleting),
        sa.type_coerce(runs.c.finished, sa.BigInteger)
        + sa.cast(reana.c.retention, sa.BigInteger) * sa.literal(_DAY, sa.BigInteger)
        <= bindparam("microseconds", type_=sa.BigInteger),
        sa.not_(_AT_WORK),
    )
    .limit(100)
)
_SET_RETENTION = _THIS.values(retention=bindparam("days"))
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

    def claim_start(
        self, run_id: str, now: datetime, given: Mapping[str, Any],
        parameters: Mapping[str, Any], options: Mapping[str, Any],
    ) -> bool:  # fmt: skip
        """Keep what the start was given and what counts; False while another start is under way.

        A claim that was not followed by a start, because the server was killed, is worth
        nothing after ``CLAIMED``.
        """
        values = {"gave": dict(given), "set": dict(parameters), "chose": dict(options)}
        times = {"now": now, "abandoned": now - CLAIMED}
        with self._database.write() as connection:
            return connection.execute(_CLAIM, values | times | {"run": run_id}).rowcount == 1

    def unclaim_start(self, run_id: str) -> None:
        """The start did not come about."""
        with self._database.write() as connection:
            connection.execute(_UNCLAIM, {"run": run_id})

    def set_workspace_size(self, size: int, *runs: str) -> None:
        """Of these runs, which share it."""
        with self._database.write() as connection:
            connection.execute(_SIZE, {"runs": runs, "bytes": size})

    def add_workspace_size(self, size: int, *runs: str) -> None:
        """So many bytes more (or fewer) than before."""
        with self._database.write() as connection:
            connection.execute(_ADD_SIZE, {"runs": runs, "bytes": size})

    def retention_due(self, now: datetime) -> list[str]:
        """Ended runs with a retention rule that is due, in workspaces where nothing works."""
        with self._database.read() as connection:
            values = {"microseconds": microseconds(now)}
            return list(connection.scalars(_RETENTION_DUE, values))

    def set_retention(self, run_id: str, days: int | None) -> None:
        """When the next rule is due, in days from the end; None: no more are."""
        with self._database.write() as connection:
            connection.execute(_SET_RETENTION, {"run": run_id, "days": days})

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
        if run_id:
            return self._first([_ONE], {"run": run_id})
        if numbers is None:
            return self._first(_BY_NAME, {"user": user, "called": name})
        key = {"user": user, "called": name, "major": numbers[0], "minor": numbers[1]}
        return self._first(_BY_NUMBERS, key)

    def _first(self, statements: Sequence[sa.Executable], key: dict[str, Any]) -> Analysis | None:
        with self._database.read() as connection:
            for statement in statements:
                if row := connection.execute(statement, key).first():
                    return _analysis(row)
        return None

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
        "retention": new.retention,
    }


_USER: sa.BindParameter[str] = bindparam("user")
_SHARED = sa.select(permissions.c.run_id).where(
    permissions.c.user == _USER, permissions.c.level >= Permission.READ
)
_GRANTED = sa.select(permissions.c.run_id).where(permissions.c.level >= Permission.READ)
_GIVEN = _GRANTED.join(runs, runs.c.id == permissions.c.run_id).where(runs.c.owner == _USER)

# The conditions stand inside: databases do not carry all of them into a union by themselves.
_ONE = sa.union_all(
    _LIVE.where(runs.c.id == bindparam("run")), _GONE.where(reana.c.run_id == bindparam("run"))
)
_SCOPES = {
    "own": sa.union_all(
        _LIVE.where(runs.c.owner == _USER), _GONE.where(reana.c.owner == _USER)
    ).subquery("every"),
    "received": _LIVE.where(runs.c.id.in_(_SHARED), runs.c.owner != _USER).subquery("every"),
    "shared": _LIVE.where(runs.c.id.in_(sa.union(_SHARED, _GIVEN))).subquery("every"),
}


def _named(scope: str) -> sa.Select[Any]:
    """The newest of a name that is there, else the newest."""
    every = _SCOPES[scope].c
    return (
        sa.select(_SCOPES[scope])
        .where(every.name == bindparam("called"))
        .order_by(sa.case((every.status == "deleted", 1), else_=0))
        .order_by(every.major.desc(), every.minor.desc())
        .limit(1)
    )


def _numbered(scope: str) -> sa.Select[Any]:
    every = _SCOPES[scope].c
    return _named(scope).where(every.major == bindparam("major"), every.minor == bindparam("minor"))


_BY_NAME = [_named("own"), _named("received")]
_BY_NUMBERS = [_numbered("own"), _numbered("received")]


def _matching(query: AnalysisQuery) -> sa.Select[Any]:
    every = _SCOPES[query.scope].c
    conditions = {
        every.owner: query.owner,
        every.name: query.name,
        every.run_id: query.run_id,
    }
    found = sa.select(_SCOPES[query.scope]).where(
        *(column == value for column, value in conditions.items() if value is not None)
    )
    if query.shared_with is not None:
        found = found.where(_is_shared_with(every.run_id, query.shared_with))
    if query.statuses:
        found = found.where(every.status.in_(query.statuses))
    if query.text:
        text = query.text.lower()
        found = found.where(sa.func.lower(every.name).contains(text, autoescape=True))
    return found


def _is_shared_with(run_id: sa.ColumnElement[str], user: str) -> sa.ColumnElement[bool]:
    if user == "nobody":
        return run_id.not_in(_GRANTED)
    granted = _GRANTED if user == "anybody" else _GRANTED.where(permissions.c.user == user)
    return run_id.in_(granted)


def _page(found: sa.Select[Any], query: AnalysisQuery) -> sa.Select[Any]:
    every = _SCOPES[query.scope].c
    newest_first = (every.created.desc(), every.place.desc())
    orders: dict[str, tuple[Any, ...]] = {
        "asc": (every.created, every.place),
        "disk-desc": (every.size.desc(), *newest_first),
        "cpu-desc": (every.cpu.desc(), *newest_first),
    }
    found = found.order_by(*orders.get(query.sort, newest_first))
    if query.size is None:
        return found
    return found.limit(query.size).offset((query.page - 1) * query.size)


def _analysis(row: sa.Row[Any]) -> Analysis:
    values = row._asdict()
    return Analysis(**{key: values[key] for key in _KEYS} | {"recorded": bool(row.recorded)})
