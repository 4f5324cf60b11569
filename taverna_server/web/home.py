"""The first page: what this is, and for those who are known, what to do next."""

from __future__ import annotations

from flask import Response

from taverna_server.model.library import EntryQuery, RunPage, RunQuery
from taverna_server.model.run import RunState
from taverna_server.serving.context import caller_or_none, manager
from taverna_server.web.notices import waiting_runs
from taverna_server.web.page import page
from taverna_server.web.routes import views

NEWEST = 5
EXAMPLES = 4
AT_WORK = frozenset({RunState.PENDING, RunState.RUNNING, RunState.CANCELLING})


@views.get("/")
def get_home() -> Response:
    """For everybody; those who are known have their runs on it."""
    user = caller_or_none()
    rules = manager()
    runs = rules.find_runs(user, RunQuery(per_page=NEWEST)) if user else RunPage((), {}, 0)
    library = rules.list_entries(user, EntryQuery(newest_first=True, per_page=EXAMPLES))
    return page(
        "home.html",
        runs=runs,
        waiting=waiting_runs(user) if user else [],
        active=_count(AT_WORK),
        failed=_count(frozenset({RunState.FAILED, RunState.TIMEOUT})),
        entries=library.entries,
        total=library.total,
        of_entry=rules.runs_of_entries(user, library.entries) if user else {},
    )


def _count(states: frozenset[RunState]) -> int:
    """How many of the caller's runs are in one of the states."""
    user = caller_or_none()
    if user is None:
        return 0
    return manager().find_runs(user, RunQuery(states=states, per_page=1)).total
