"""The server itself: service description, run list, policy (protocol dossier 3)."""

from __future__ import annotations

from marshmallow import fields

from taverna_server.representations.binding import REST, TS, XLINK, Document, attribute, element
from taverna_server.representations.binding import text as own_text
from taverna_server.representations.common import SERVER_VERSION, Versioned, link
from taverna_server.representations.texts import Uri


class ServerDescription(Versioned):
    """GET of the root."""

    namespace = REST
    root = "serverDescription"

    runs = link(REST)
    policy = link(REST)
    feed = link(REST)
    interaction_feed = link(REST, required=False)


class RunEntry(Document):
    """A run in the list: its address, and its id as text."""

    namespace = REST

    href = Uri(required=True, metadata=attribute(XLINK))
    server_version = fields.String(dump_default=SERVER_VERSION, metadata=attribute(TS))
    text = fields.String(required=True, metadata=own_text())


class RunList(Document):
    """GET of ``/runs``."""

    namespace = REST
    root = "runList"

    run = fields.List(fields.Nested(RunEntry), metadata=element(REST))


class PolicyDescription(Versioned):
    """GET of ``/policy``."""

    namespace = REST
    root = "policyDescription"

    run_limit = link(REST)
    operating_limit = link(REST)
    permitted_workflows = link(REST)
    permitted_listener_types = link(REST)
    enabled_notification_fabrics = link(REST)
    capabilities = link(REST)


class PermittedWorkflows(Document):
    """URIs of the workflows that may be run; none means all."""

    namespace = REST
    root = "permittedWorkflows"

    workflow = fields.List(Uri(), metadata=element(REST))


class PermittedListeners(Document):
    """Types of listener that may be created."""

    namespace = REST
    root = "permittedListeners"

    type = fields.List(fields.String(), metadata=element(REST))


class EnabledNotificationFabrics(Document):
    """Ways of being told about the end of a run."""

    namespace = REST
    root = "enabledNotificationFabrics"

    notifier = fields.List(fields.String(), metadata=element(REST))


class Capability(Document):
    """Something the engine can do, and in which version."""

    namespace = TS

    capability = Uri(required=True, metadata=attribute(TS))
    version = fields.String(required=True, metadata=attribute(TS))


class Capabilities(Document):
    """What the engine can do."""

    namespace = REST
    root = "capabilities"

    capability = fields.List(fields.Nested(Capability), metadata=element(TS))
