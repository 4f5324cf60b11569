"""``/users``: signing in as the phone app does, runs of a user (Player dossier 1.12, 3.2)."""

from __future__ import annotations

from dataclasses import replace

from flask import Response, request

from taverna_server.errors import NotAcceptable, NotAuthenticated
from taverna_server.player.answers import document
from taverna_server.player.callers import viewer
from taverna_server.player.documents import People
from taverna_server.player.face import views
from taverna_server.player.queries import run_query
from taverna_server.player.runs import list_runs
from taverna_server.serving.context import caller_or_none, manager
from taverna_server.serving.negotiation import parse_accept
from taverna_server.serving.views import self_negotiating


@views.post("/users/sign_in")
@self_negotiating
def post_sign_in() -> Response:
    """Says whether a login is right.

    The phone app asks for XML and takes 406 for yes, 401 for no, and hangs at 200.
    """
    user = caller_or_none()
    if user is None or "Authorization" not in request.headers:
        raise NotAuthenticated("say who you are")
    if asks_for_xml():
        raise NotAcceptable("signed in, and there is no XML to say so")
    return document(People.of([user.name]).person(user.name), 201)


@views.get("/users/<int:number>/runs")
def get_runs(number: int) -> Response:
    """Those of a user that the caller may see; nobody sees any without an account."""
    name = manager().store.user_name(number)
    user = viewer()
    if name is None or user.guest:
        return document([])
    return list_runs(user, replace(run_query(descending=False), owner=name))


def asks_for_xml() -> bool:
    """XML and nothing else."""
    ranges = parse_accept(request.headers.get("Accept"))
    return all((it.type, it.subtype) == ("application", "xml") for it in ranges)
