"""Workflows shared with others, as clients of 0.95 do it (REANA dossier 9)."""

from __future__ import annotations

from flask import Blueprint, Response

from taverna_server.errors import BadRequest
from taverna_server.reana.answers import answer, named
from taverna_server.reana.dialect import caller
from taverna_server.reana.reading import needed, object_body
from taverna_server.serving.context import manager

blueprint = Blueprint("sharing", __name__)


@blueprint.post("/workflows/<workflow>/share")
def share(workflow: str) -> Response:
    user, given = caller(), object_body()
    address = given.get("user_email_to_share_with")
    if not isinstance(address, str) or not address:
        raise BadRequest("'user_email_to_share_with' is missing.")
    if given.get("valid_until"):
        raise BadRequest("Shares do not end by themselves here: leave 'valid_until' out.")
    found = manager().analysis(user, workflow)
    manager().share_analysis(user, found, address)
    return answer({"message": "The workflow has been shared with the user.", **named(found)})


@blueprint.post("/workflows/<workflow>/unshare")
def unshare(workflow: str) -> Response:
    user = caller()
    address = needed("user_email_to_unshare_with")
    found = manager().analysis(user, workflow)
    manager().unshare_analysis(user, found, address)
    return answer({"message": "The workflow has been unshared with the user.", **named(found)})


@blueprint.get("/workflows/<workflow>/share-status")
def share_status(workflow: str) -> Response:
    user = caller()
    found = manager().analysis(user, workflow)
    addresses = manager().shared_with(user, found)
    shared = [{"user_email": address, "valid_until": None} for address in addresses]
    return answer({**named(found), "shared_with": shared})


@blueprint.get("/users/shared-with-you")
def shared_with_you() -> Response:
    """Who shares something with the caller."""
    return answer({"users": [{"email": it} for it in manager().sharers(caller())]})


@blueprint.get("/users/you-shared-with")
def you_shared_with() -> Response:
    return answer({"users": [{"email": it} for it in manager().shared_to(caller())]})
