"""One run (protocol dossier 4.0)."""

from __future__ import annotations

from marshmallow import fields

from taverna_server.representations.binding import REST, XLINK, Document, attribute, element
from taverna_server.representations.common import LabelledLocation, Location, Versioned, link
from taverna_server.representations.texts import Uri


class ListenerLinks(Document):
    """The listeners of a run, by address only."""

    namespace = REST

    href = Uri(required=True, metadata=attribute(XLINK))
    listener = fields.List(fields.Nested(Location), metadata=element(REST))


class RunDescription(Versioned):
    """GET of ``/runs/{id}``: who owns it and where everything about it is.

    The text of ``expiry`` is in basic format (protocol dossier 2.10).
    """

    namespace = REST
    root = "runDescription"

    owner = fields.String(required=True, metadata=attribute(REST))
    expiry = fields.Nested(LabelledLocation, required=True, metadata=element(REST))
    creation_workflow = link(REST)
    create_time = link(REST)
    start_time = link(REST)
    finish_time = link(REST)
    status = link(REST)
    working_directory = link(REST)
    inputs = link(REST)
    output = link(REST)
    security_context = link(REST)
    listeners = fields.Nested(ListenerLinks, required=True, metadata=element(REST))
    interaction = link(REST)
    name = link(REST)
    stdout = link(REST)
    stderr = link(REST)
    usage = link(REST)
    log = link(REST)
    run_bundle = link(REST, "run-bundle")
    generate_provenance = link(REST, "generate-provenance")
