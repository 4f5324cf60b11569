"""Lists of runs as people ask for them: filtered, sorted, page by page.

The owner's runs and those shared with a user are each found by an index; what
else is asked is looked at in these alone.
"""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

import sqlalchemy as sa

from taverna_server.model.identity import Permission, User
from taverna_server.model.library import RunOrder, RunPage, RunQuery, RunsOfEntry, Whose
from taverna_server.model.run import Run
from taverna_server.store.base import Part
from taverna_server.store.runs import RUN_COLUMNS, VISIBLE
from taverna_server.store.states import STATE
from taverna_server.store.tables import entries, permissions, runs

_SORTS: dict[RunOrder, sa.ColumnElement[Any]] = {
    RunOrder.NUMBER: runs.c.number,
    RunOrder.NAME: sa.func.lower(runs.c.name),
    RunOrder.STATE: STATE,
    RunOrder.STARTED: runs.c.started,
    RunOrder.FINISHED: runs.c.finished,
}


class Finding(Part):
    """What a user may see by the rows; the rules are the manager's."""

    def find_runs(self, viewer: User, query: RunQuery) -> RunPage:
        """A page of the runs of the viewer, or shared with them by name."""
        wanted = [VISIBLE, *_whose(viewer, query), *_asked(query)]
        listing = sa.select(*RUN_COLUMNS).where(*wanted).order_by(*_order(query))
        page = listing.limit(query.per_page).offset((query.page - 1) * query.per_page)
        with self._database.read() as connection:
            found = tuple(Run(*row) for row in connection.execute(page))
            total = len(found)
            if query.counted:
                counting = sa.select(sa.func.count(runs.c.number)).where(*wanted)
                total = connection.scalar(counting) or 0
            rows = connection.execute(_titles({run.entry for run in found}))
            return RunPage(found, {row.number: row.title for row in rows}, total)

    def runs_of_entries(self, viewer: User, numbers: Collection[int]) -> dict[int, RunsOfEntry]:
        """Of each workflow the viewer's runs: how many, and the newest one."""
        mine = [VISIBLE, sa.not_(runs.c.embedded), *_whose(viewer, RunQuery())]
        counts = (
            sa.select(runs.c.entry, sa.func.count(), sa.func.max(runs.c.number))
            .where(runs.c.entry.in_(numbers), *mine)
            .group_by(runs.c.entry)
        )
        with self._database.read() as connection:
            found = connection.execute(counts).all()
            newest = sa.select(*RUN_COLUMNS).where(runs.c.number.in_([row[2] for row in found]))
            last = {run.number: run for run in (Run(*row) for row in connection.execute(newest))}
        return {row[0]: RunsOfEntry(row[1], last[row[2]]) for row in found if row[2] in last}


def _whose(viewer: User, query: RunQuery) -> list[sa.ColumnElement[bool]]:
    own = runs.c.owner == viewer.name
    granted = sa.select(permissions.c.run_id).where(
        permissions.c.user == viewer.name, permissions.c.level >= Permission.READ
    )
    shared = sa.and_(runs.c.id.in_(granted), runs.c.owner != viewer.name)
    if query.whose is Whose.OWN:
        return [own]
    if query.whose is Whose.SHARED:
        return [shared]
    if query.whose is Whose.ALL and viewer.admin:
        return []
    # By number: so the database finds both by their indexes, and has them in order.
    mine = sa.select(runs.c.number).where(own)
    theirs = sa.select(runs.c.number).where(shared)
    return [runs.c.number.in_(mine.union_all(theirs))]


def _asked(query: RunQuery) -> list[sa.ColumnElement[bool]]:
    wanted = [] if query.embedded else [sa.not_(runs.c.embedded)]
    if query.entry is not None:
        wanted.append(runs.c.entry == query.entry)
    if query.parent is not None:
        wanted.append(runs.c.parent == query.parent)
    if query.owner is not None:
        wanted.append(runs.c.owner == query.owner)
    if query.states:
        wanted.append(STATE.in_(sorted(query.states)))
    if query.text:
        titled = sa.select(entries.c.number).where(_contains(entries.c.title, query.text))
        wanted.append(sa.or_(_contains(runs.c.name, query.text), runs.c.entry.in_(titled)))
    return wanted


def _contains(column: sa.Column[str], text: str) -> sa.ColumnElement[bool]:
    return column.icontains(text, autoescape=True)


def _order(query: RunQuery) -> list[sa.UnaryExpression[Any]]:
    """What has no time yet comes last, whichever way the list is sorted."""
    column = _SORTS[query.sort]
    chosen = [column, *([runs.c.number] if query.sort is not RunOrder.NUMBER else [])]
    order = [it.desc() if query.descending else it.asc() for it in chosen]
    if query.sort in (RunOrder.STARTED, RunOrder.FINISHED):
        order[0] = order[0].nulls_last()
    return order


def _titles(numbers: set[int]) -> sa.Select[tuple[int, str]]:
    return sa.select(entries.c.number, entries.c.title).where(entries.c.number.in_(numbers))
