"""``/rest``: what this server offers, and how to talk to it (protocol dossier 3.1, 1.1)."""

from __future__ import annotations

import functools

from flask import Blueprint, Response, current_app, request

from taverna_server.errors import Unknown
from taverna_server.representations.common import Link
from taverna_server.representations.publish import published
from taverna_server.representations.server import ServerDescription
from taverna_server.rest.operations import answers_with, chosen, offers
from taverna_server.rest.responses import document, text
from taverna_server.rest.wadl import wadl
from taverna_server.serving.links import base_url, rest_url
from taverna_server.serving.negotiation import JSON, TEXT, WADL, XML

blueprint = Blueprint("server", __name__)


@blueprint.get("")
@answers_with(ServerDescription, WADL)
def get_server() -> Response:
    """What the server is, with links; with the query ``_wadl`` the interface for programs."""
    return _wadl() if "_wadl" in request.args else _described()


@blueprint.get("/schemas")
@offers(TEXT)
def get_schemas() -> Response:
    """The addresses of all schemas, one a line."""
    return text("".join(rest_url("schemas", *name.split("/")) + "\n" for name in _schemas()))


@blueprint.get("/schemas/<path:name>")
@answers_with(XML, JSON)
def get_schema(name: str) -> Response:
    """An XSD per namespace, a JSON Schema per document."""
    found = _schemas().get(name)
    if found is None:
        raise Unknown("no such schema")
    return Response(found, content_type=XML if name.endswith(".xsd") else JSON)


@offers(WADL, XML)
def _wadl() -> Response:
    return Response(wadl(current_app, rest_url()), content_type=chosen())


@offers(ServerDescription)
def _described() -> Response:
    links = {
        "runs": Link(rest_url("runs")),
        "policy": Link(rest_url("policy")),
        "feed": Link(f"{base_url()}/feed"),
    }
    return document(ServerDescription, links)


@functools.cache
def _schemas() -> dict[str, bytes]:
    return published()
