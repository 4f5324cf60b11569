"""The caller's secrets: names and types out, values in (REANA dossier 5.2)."""

from __future__ import annotations

from flask import Blueprint, Response

from taverna_server.errors import BadRequest
from taverna_server.reana.answers import answer
from taverna_server.reana.dialect import caller
from taverna_server.reana.reading import body, flag, object_body
from taverna_server.serving.context import manager

blueprint = Blueprint("secrets", __name__)


@blueprint.get("/secrets")
def list_secrets() -> Response:
    found = manager().secrets(caller())
    return answer([{"name": name, "type": kind} for name, kind in found])


@blueprint.post("/secrets")
def add_secrets() -> Response:
    user = caller()
    manager().add_secrets(user, object_body(), flag("overwrite"))
    return answer({"message": "Secret(s) successfully added."}, 201)


@blueprint.delete("/secrets")
def delete_secrets() -> Response:
    """The names that went; or, as a bare list with 404, those that are not there."""
    user, names = caller(), body()
    if not isinstance(names, list) or not all(isinstance(name, str) for name in names):
        raise BadRequest("The body is a list of names of secrets.")
    missing = manager().remove_secrets(user, names)
    return answer(missing, 404) if missing else answer(names)
