"""``/runs``: the list."""

from __future__ import annotations

from urllib.parse import urlencode

from flask import Response, request

from taverna_server.errors import UnknownWorkflow
from taverna_server.model.library import Entry, EntryQuery
from taverna_server.serving.context import caller, caller_or_none, manager
from taverna_server.serving.sessions import is_secure
from taverna_server.web.page import page, redirect
from taverna_server.web.routes import views
from taverna_server.web.runs.filters import COOKIE, GROUPS, PER_PAGE, WAITING, WHOSE, Filters
from taverna_server.web.runs.rows import rows

_A_YEAR = 365 * 24 * 3600


@views.get("/runs")
def get_runs() -> Response:
    """A page of the runs that the caller may see, as they want them."""
    kept = Filters.remembered(request.cookies.get(COOKIE, "")).written()
    if kept and not request.args:
        return redirect(f"/runs?{kept}")
    response = _listed(Filters.read(request.args))
    kept = Filters.read(request.args).written()
    response.set_cookie(
        COOKIE, kept, max_age=_A_YEAR if kept else 0, samesite="Lax", httponly=True,
        secure=is_secure(),
    )  # fmt: skip
    return response


@views.get("/workflows/<int:number>/runs")
def get_runs_of_workflow(number: int) -> Response:
    """The same of one workflow."""
    return _listed(Filters.read(request.args | {"workflow_id": str(number)}))


def _listed(filters: Filters) -> Response:
    user = caller()
    found = manager().find_runs(user, filters.query())
    shown = rows(manager(), user, found.runs, found.titles)
    total = found.total
    if filters.state == WAITING:
        shown = [row for row in shown if row.badge == WAITING]
        total = len(shown)
    pages = max(-(-total // filters.per_page), 1) if filters.state != WAITING else 1
    if filters.page > pages:
        return redirect(f"/runs?{urlencode(filters.values())}")
    return page(
        "runs/list.html",
        rows=shown,
        total=total,
        pages=pages,
        filters=filters,
        groups=GROUPS,
        whose={key: it for key, it in WHOSE.items() if key != "all" or user.admin},
        per_page=PER_PAGE,
        entry=_entry(filters.entry),
        library=_library(total, filters),
    )


def _entry(number: int | None) -> Entry | None:
    """The workflow whose runs are wanted, for the title."""
    if number is None:
        return None
    try:
        return manager().entry(caller_or_none(), number)
    except UnknownWorkflow:
        return None


def _library(total: int, filters: Filters) -> bool:
    """Whether somebody without runs has workflows to begin with."""
    if total or not filters.is_plain:
        return True
    return bool(manager().list_entries(caller_or_none(), EntryQuery(per_page=1)).total)
