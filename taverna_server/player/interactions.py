"""Questions of a run: told, shown, answered (Player dossier 1.3, 1.8).

The page of a question is made by the workflow's engine and lies in the run's
directory; what it may do in a browser is in ``serving/pages.py``. Here it stands in a
frame of ours, which may do nothing at all, at the address that clients know.
"""

from __future__ import annotations

import json
from html import escape
from typing import Any
from urllib.parse import unquote

from flask import Response, request

from taverna_server.errors import BadRequest, UnknownEntry
from taverna_server.manager.questions import LARGEST_ANSWER, Question
from taverna_server.model.identity import Permission, User
from taverna_server.model.run import Run, RunState
from taverna_server.player.answers import place
from taverna_server.player.callers import KEY, run_of
from taverna_server.player.face import views
from taverna_server.serving import bodies
from taverna_server.serving.context import config, manager, services
from taverna_server.serving.links import entry_url, segment
from taverna_server.serving.negotiation import JSON
from taverna_server.serving.views import HTML

REPLY_STATUS = "X-Taverna-Interaction-Reply"
LONGEST_STATUS = 200
_FRAME = """<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>{title}</title>
<meta name="viewport" content="width=device-width, initial-scale=1">
<style>html, body, iframe {{ margin: 0; border: 0; width: 100%; height: 100% }}</style></head>
<body><iframe title="{title}" src="{address}" sandbox="{sandbox}"></iframe></body></html>
"""
_SANDBOX = "allow-scripts allow-forms allow-modals allow-popups"
_POLICY = "default-src 'none'; frame-src 'self' http: https:; style-src 'unsafe-inline'"


def open_question(user: User, run: Run) -> dict[str, Any] | None:
    """The first that waits for an answer, as JSON; None where nobody is asked."""
    if run.state is not RunState.RUNNING:
        return None
    asked = (it for it in manager().open_questions(user, run.id) if not it.is_note)
    question = next(asked, None)
    return None if question is None else _document(user, run, question)


@views.get("/runs/<int:number>/interaction/<path:serial>")
def get_interaction(number: int, serial: str) -> Response:
    """The page of a question."""
    user, run = run_of(number)
    question = manager().question(user, run.id, serial)
    content = _FRAME.format(
        title=escape(f"{run.name}: {question.path}"),
        address=escape(_page_address(user, run, question)),
        sandbox=_SANDBOX,
    )
    ancestors = config().embedding if run.embedded else "'self'"
    headers = {
        "Content-Security-Policy": f"{_POLICY}; frame-ancestors {ancestors}",
        "Referrer-Policy": "no-referrer",
        "Cache-Control": "no-store",
    }
    return Response(content, headers=headers, content_type=f"{HTML}; charset=utf-8")


@views.post("/runs/<int:number>/interaction/<path:serial>")
def post_interaction(number: int, serial: str) -> Response:
    """Answer a question: the body is JSON, the header says ``OK`` or ``Cancelled``."""
    user, run = run_of(number, Permission.UPDATE)
    content = bodies.whole(LARGEST_ANSWER)
    status = unquote(request.headers.get(REPLY_STATUS, "OK")).strip() or "OK"
    if len(status) > LONGEST_STATUS or not status.isprintable():
        raise BadRequest(f"{REPLY_STATUS} is one line of at most {LONGEST_STATUS} characters")
    try:
        json.loads(content)
    except (ValueError, RecursionError) as error:
        raise BadRequest("an answer is JSON") from error
    manager().reply(user, run.id, serial, status, content)
    return Response(status=201, content_type=JSON)


def _document(user: User, run: Run, question: Question) -> dict[str, Any]:
    ours = place(f"/runs/{run.number}/interaction/{segment(question.serial)}", **_key(user, run))
    return {
        "serial": question.serial,
        "uri": question.address if _is_elsewhere(question) else ours,
        "data": manager().question_data(user, run.id, question),
        "reply_uri": ours,
    }


def _is_elsewhere(question: Question) -> bool:
    return question.address.startswith(("http:", "https:"))


def _key(user: User, run: Run) -> dict[str, str]:
    """The key that was shown, so that what is linked opens as well."""
    return {KEY: request.args[KEY]} if user.key_of == run.id and KEY in request.args else {}


def _page_address(user: User, run: Run, question: Question) -> str:
    """With a key for the page, for who may answer.

    Raises:
        UnknownEntry: the page is none of the run's.
    """
    if _is_elsewhere(question):
        return question.address
    if question.page is None:
        raise UnknownEntry(question.serial)
    may_answer = manager().permission(user, run) >= Permission.UPDATE
    key = services().authenticator.pages.key(user.name, run.id) if may_answer else None
    return entry_url(run.id, question.page) + (f"?{KEY}={key}" if key else "")
