"""Inputs of a run: which are expected, which are set, and setting one (protocol dossier 6)."""

from __future__ import annotations

from marshmallow import fields

from taverna_server.representations.binding import PORT, REST, XLINK, Document, attribute, element
from taverna_server.representations.common import Location, Versioned, VersionedAnswer, link
from taverna_server.representations.texts import Count, Uri


class RunInputs(Versioned):
    """GET of ``/input``; ``input`` lists only those that are set."""

    namespace = REST
    root = "runInputs"

    expected = link(REST)
    baclava = link(REST)
    input = fields.List(fields.Nested(Location), metadata=element(REST))


class RunInput(VersionedAnswer):
    """GET and PUT of ``/input/input/{port}``: one of ``file``, ``reference``, ``value``."""

    namespace = REST
    root = "runInput"

    name = fields.String(metadata=attribute(REST))
    descriptor_ref = Uri(metadata=attribute(REST))
    list_delimiter = fields.String(metadata=attribute(REST))
    file = fields.String(metadata=element(REST, choice="content"))
    reference = Uri(metadata=element(REST, choice="content"))
    value = fields.String(metadata=element(REST, choice="content"))


class ExpectedPort(Document):
    """One port of ``/input/expected``."""

    namespace = PORT

    name = fields.String(required=True, metadata=attribute(PORT))
    depth = Count(metadata=attribute(PORT))
    href = Uri(required=True, metadata=attribute(XLINK))


class OfRun(Document):
    """The attributes by which a port document says whose it is.

    ``workflow_id`` is the empty text in Taverna 2.
    """

    workflow_id = fields.String(required=True, dump_default="", metadata=attribute(PORT))
    workflow_run = Uri(required=True, metadata=attribute(PORT))
    workflow_run_id = fields.String(required=True, metadata=attribute(PORT))


class InputDescription(OfRun):
    """GET of ``/input/expected``."""

    namespace = PORT
    root = "inputDescription"

    input = fields.List(fields.Nested(ExpectedPort), metadata=element(PORT))
