"""``/job_queue`` in JSON: everybody's runs that wait or are at work, for administrators (1.11)."""

from __future__ import annotations

from flask import Response

from taverna_server.errors import NotPermitted
from taverna_server.model.library import MOST_PER_PAGE, RunQuery, Whose
from taverna_server.model.run import RunState
from taverna_server.player.answers import document, page_asked_for, page_headers
from taverna_server.player.documents import People, moment, run_summary
from taverna_server.player.face import views
from taverna_server.player.states import status_message
from taverna_server.serving.context import caller, manager

IN_IT = frozenset({RunState.PENDING, RunState.RUNNING, RunState.CANCELLING})


@views.get("/job_queue")
def get_queue() -> Response:
    """Oldest first; ``queued_at`` says since when a run waits for a place."""
    user = caller()
    if not user.admin:
        raise NotPermitted("the queue is for administrators")
    page, per_page = page_asked_for()
    found = manager().find_runs(
        user,
        RunQuery(
            states=IN_IT,
            whose=Whose.ALL,
            embedded=True,
            descending=False,
            page=page,
            per_page=per_page or MOST_PER_PAGE,
        ),
    )
    people = People.of(run.owner for run in found.runs)
    listed = [
        run_summary(run, people)
        | {"status_message": status_message(run), "queued_at": moment(run.queued)}
        for run in found.runs
    ]
    return document(listed, headers=page_headers(page, per_page or MOST_PER_PAGE, found.total))
