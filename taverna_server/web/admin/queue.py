"""Runs that are at work or wait for their turn, of everybody (Player dossier 1.11)."""

from __future__ import annotations

from flask import Response

from taverna_server.model.library import RunQuery, Whose
from taverna_server.model.run import RunState
from taverna_server.player.states import status_message
from taverna_server.serving.context import manager
from taverna_server.web.admin.forms import administrator
from taverna_server.web.asking import page_asked_for, pages_of
from taverna_server.web.page import page
from taverna_server.web.routes import views

PER_PAGE = 50
_IN_IT = frozenset({RunState.PENDING, RunState.RUNNING, RunState.CANCELLING})


@views.get("/job_queue")
def get_queue() -> Response:
    """Oldest first: those that run were first, and the next one to be let in comes after them."""
    user, number = administrator(), page_asked_for()
    query = RunQuery(
        states=_IN_IT,
        whose=Whose.ALL,
        embedded=True,
        descending=False,
        page=number,
        per_page=PER_PAGE,
    )
    found = manager().find_runs(user, query)
    return page(
        "admin/queue.html",
        runs=found,
        message=status_message,
        number=number,
        pages=pages_of(found.total, PER_PAGE),
        figures=manager().figures(user),
        limit=manager().policy().operating_limit,
    )
