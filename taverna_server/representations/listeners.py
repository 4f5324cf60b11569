"""Listeners of a run and their properties (protocol dossier 9.1)."""

from __future__ import annotations

from marshmallow import fields

from taverna_server.representations.binding import (
    REST,
    XLINK,
    Document,
    attribute,
    element,
    text,
)
from taverna_server.representations.common import Versioned, link
from taverna_server.representations.texts import Uri


class PropertyLink(Document):
    """A property by name and address."""

    namespace = REST

    name = fields.String(required=True, metadata=attribute(REST))
    href = Uri(required=True, metadata=attribute(XLINK))


class PropertyLinks(Document):
    """The properties inside a listener."""

    namespace = REST

    property = fields.List(fields.Nested(PropertyLink), metadata=element(REST))


class Properties(Versioned):
    """GET of ``/listeners/{name}/properties``."""

    namespace = REST
    root = "properties"

    property = fields.List(fields.Nested(PropertyLink), metadata=element(REST))


class Listener(Versioned):
    """A listener in the list."""

    namespace = REST

    href = Uri(required=True, metadata=attribute(XLINK))
    name = fields.String(required=True, metadata=attribute(REST))
    type = fields.String(required=True, metadata=attribute(REST))
    configuration = link(REST)
    properties = fields.Nested(PropertyLinks, required=True, metadata=element(REST))


class Listeners(Versioned):
    """GET of ``/listeners``."""

    namespace = REST
    root = "listeners"

    listener = fields.List(fields.Nested(Listener), metadata=element(REST))


class ListenerDescription(Versioned):
    """GET of ``/listeners/{name}``."""

    namespace = REST
    root = "listenerDescription"

    name = fields.String(required=True, metadata=attribute(REST))
    type = fields.String(required=True, metadata=attribute(REST))
    configuration = link(REST)
    properties = fields.Nested(PropertyLinks, required=True, metadata=element(REST))


class ListenerDefinition(Document):
    """POST on ``/listeners``."""

    namespace = REST
    root = "listenerDefinition"

    type = fields.String(required=True, metadata=attribute(REST))
    configuration = fields.String(load_default="", metadata=text())
