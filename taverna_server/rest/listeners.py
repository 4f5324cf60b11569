"""``/rest/runs/{id}/listeners``: the one called ``io``, and its properties (dossier 9.1)."""

from __future__ import annotations

from pathlib import Path

from flask import Blueprint, Response

from taverna_server.model.events import Usage
from taverna_server.representations.common import Link
from taverna_server.representations.listeners import (
    ListenerDefinition,
    ListenerDescription,
    Listeners,
    Properties,
)
from taverna_server.rest import received
from taverna_server.rest.operations import answers, offers, reads
from taverna_server.rest.responses import created, document, text
from taverna_server.rest.usage import usage_record
from taverna_server.serving import bodies
from taverna_server.serving.context import caller, manager
from taverna_server.serving.files import whole_file
from taverna_server.serving.links import run_url
from taverna_server.serving.negotiation import TEXT

blueprint = Blueprint("listeners", __name__, url_prefix="/runs/<run_id>/listeners")


@blueprint.get("")
@offers(Listeners)
def get_listeners(run_id: str) -> Response:
    """The listeners of the run."""
    names = manager().listeners(caller(), run_id)
    described = [
        {"href": run_url(run_id, "listeners", name), **_described(run_id, name)} for name in names
    ]
    return document(Listeners, {"listener": described})


@blueprint.post("")
@reads(ListenerDefinition)
@answers(201)
def post_listener(run_id: str) -> Response:
    """Always refused: there are no listeners to add."""
    user = caller()
    manager().get_run(user, run_id)
    wanted = received.received(ListenerDefinition)
    name = manager().add_listener(user, run_id, wanted["type"])
    return created(run_url(run_id, "listeners", name))


@blueprint.get("/<listener>")
@offers(ListenerDescription)
def get_listener(run_id: str, listener: str) -> Response:
    """One listener."""
    return document(ListenerDescription, _described(run_id, listener))


@blueprint.get("/<listener>/configuration")
@offers(TEXT)
def get_configuration(run_id: str, listener: str) -> Response:
    """How the listener was set up."""
    return text(manager().listener_configuration(caller(), run_id, listener))


@blueprint.get("/<listener>/properties")
@offers(Properties)
def get_properties(run_id: str, listener: str) -> Response:
    """The properties of the listener."""
    return document(Properties, {"property": _properties(run_id, listener)})


@blueprint.get("/<listener>/properties/<name>")
@offers(TEXT)
def get_property(run_id: str, listener: str, name: str) -> Response:
    """The value of a property."""
    value = manager().listener_property(caller(), run_id, listener, name)
    if isinstance(value, Usage):
        return text(usage_record(value).decode())
    return whole_file(value) if isinstance(value, Path) else text(value)


@blueprint.put("/<listener>/properties/<name>")
@reads(TEXT)
@offers(TEXT)
def put_property(run_id: str, listener: str, name: str) -> Response:
    """Set a property, the address for messages for one."""
    manager().get_run(caller(), run_id)
    value = bodies.text()
    return text(manager().set_listener_property(caller(), run_id, listener, name, value))


def _described(run_id: str, name: str) -> dict[str, object]:
    return {
        "name": name,
        "type": name,
        "properties": {"property": _properties(run_id, name)},
        "configuration": Link(run_url(run_id, "listeners", name, "configuration")),
    }


def _properties(run_id: str, listener: str) -> list[dict[str, str]]:
    names = manager().listener_properties(caller(), run_id, listener)
    place = run_url(run_id, "listeners", listener, "properties")
    return [{"name": name, "href": f"{place}/{name}"} for name in names]
