"""Runs that wait for somebody's answer: told on every page, wherever that person is.

The pages ask for it from a script, so that none of them waits for it; the first
page says it also without scripts.
"""

from __future__ import annotations

from flask import Response, json

from taverna_server.model.identity import User
from taverna_server.model.library import RunQuery, Whose
from taverna_server.model.run import Run, RunState
from taverna_server.serving.context import caller_or_none, manager
from taverna_server.serving.negotiation import JSON
from taverna_server.web.page import url
from taverna_server.web.routes import views

MOST = 20
"""Runs at work that are looked at, the newest first."""
_AT_WORK = RunQuery(states=frozenset({RunState.RUNNING}), whose=Whose.OWN, per_page=MOST)


@views.get("/users/notices")
def get_notices() -> Response:
    """``{"waiting": [{"name", "address"}]}``; nothing for those who are not known."""
    user = caller_or_none()
    found = waiting_runs(user) if user else []
    told = [{"name": run.name, "address": url(f"/runs/{run.number}")} for run in found]
    headers = {"Cache-Control": "no-store"}
    return Response(json.dumps({"waiting": told}), headers=headers, content_type=JSON)


def waiting_runs(user: User) -> list[Run]:
    """The caller's own runs that ask something."""
    at_work = manager().find_runs(user, _AT_WORK).runs
    return [run for run in at_work if manager().open_questions(user, run.id)]
