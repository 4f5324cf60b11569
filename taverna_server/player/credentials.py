"""``/service_credentials`` in JSON: logins that all runs of the caller get (1.11)."""

from __future__ import annotations

from typing import Any

from flask import Response

from taverna_server.errors import BadRequest
from taverna_server.manager.services import FIELDS
from taverna_server.model.credentials import ServiceCredential
from taverna_server.player.answers import document, nothing, place
from taverna_server.player.bodies import Tree, received
from taverna_server.player.documents import moment
from taverna_server.player.face import views
from taverna_server.player.requests import is_true, text_of
from taverna_server.serving.context import caller, manager


@views.get("/service_credentials")
def get_credentials() -> Response:
    """The caller's own; administrators also see those for everybody. Passwords are never told."""
    return document([_document(it) for it in manager().service_credentials(caller())])


@views.post("/service_credentials")
def post_credential() -> Response:
    """Keep one; ``global`` for the runs of everybody."""
    user, said = caller(), _said(received())
    made = manager().add_service_credential(user, _texts(said), is_true(said.get("global")))
    there = place(f"/service_credentials/{made.number}")
    return document(_document(made), 201, {"Location": there})


@views.get("/service_credentials/<int:number>")
def get_credential(number: int) -> Response:
    """One, without its password."""
    return document(_document(manager().service_credential(caller(), number)))


@views.put("/service_credentials/<int:number>")
def put_credential(number: int) -> Response:
    """Change it; without a password the old one stays."""
    user = caller()
    manager().change_service_credential(user, number, _texts(_said(received())))
    return nothing()


@views.delete("/service_credentials/<int:number>")
def delete_credential(number: int) -> Response:
    """Forget it."""
    manager().remove_service_credential(caller(), number)
    return nothing()


def _said(tree: Tree) -> Tree:
    found = tree.get("service_credential", tree)
    if not isinstance(found, dict) or not found:
        raise BadRequest("the body has no 'service_credential'")
    return found


def _texts(said: Tree) -> dict[str, str]:
    return {name: text_of(said[name]) or "" for name in FIELDS if name in said}


def _document(it: ServiceCredential) -> dict[str, Any]:
    return {
        "id": it.number,
        "name": it.name,
        "description": it.description,
        "uri": it.uri,
        "login": it.login,
        "global": it.owner is None,
        "created_at": moment(it.created),
        "updated_at": moment(it.updated),
    }
