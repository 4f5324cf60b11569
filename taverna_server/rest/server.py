"""``/rest``: what this server offers (protocol dossier 3.1)."""

from __future__ import annotations

from flask import Blueprint, Response

from taverna_server.representations.common import Link
from taverna_server.representations.server import ServerDescription
from taverna_server.rest.links import base_url, rest_url
from taverna_server.rest.negotiation import JSON, XML
from taverna_server.rest.responses import document, offers

blueprint = Blueprint("server", __name__)


@blueprint.get("")
@offers(XML, JSON)
def get_server() -> Response:
    links = {
        "runs": Link(rest_url("runs")),
        "policy": Link(rest_url("policy")),
        "feed": Link(f"{base_url()}/feed"),
    }
    return document(ServerDescription, links)
