"""``/rest/policy``: limits and abilities, open to everybody (protocol dossier 3.3, 3.4)."""

from __future__ import annotations

from flask import Blueprint, Response

from taverna_server.representations.common import Link
from taverna_server.representations.server import (
    Capabilities,
    EnabledNotificationFabrics,
    PermittedListeners,
    PermittedWorkflows,
    PolicyDescription,
)
from taverna_server.rest.operations import offers
from taverna_server.rest.responses import document, text
from taverna_server.serving.context import manager
from taverna_server.serving.links import rest_url
from taverna_server.serving.negotiation import TEXT

blueprint = Blueprint("policy", __name__, url_prefix="/policy")

_LEAVES = {
    "run_limit": "runLimit",
    "operating_limit": "operatingLimit",
    "permitted_workflows": "permittedWorkflows",
    "permitted_listener_types": "permittedListenerTypes",
    "enabled_notification_fabrics": "enabledNotificationFabrics",
    "capabilities": "capabilities",
}

_ACTIVITY = "http://ns.taverna.org.uk/2010/activity/"
_LAYER = "http://ns.taverna.org.uk/2010/scufl2/taverna/dispatchlayer/"
_KINDS = (
    "nested-workflow",
    "beanshell",
    "localworker",
    "constant",
    "tool",
    "rest",
    "spreadsheet-import",
    "xpath",
    "wsdl",
    "biomart",
    "soaplab",
    "rshell",
    "apiconsumer",
    "interaction",
    "wsdl/xml-splitter/in",
    "wsdl/xml-splitter/out",
)
CAPABILITIES = {
    "http://ns.taverna.org.uk/2013/software/taverna": "2.5",
    **{_ACTIVITY + kind: "1.5" for kind in _KINDS},
    **{
        _LAYER + layer: "1.5"
        for layer in ("ErrorBounce", "Failover", "Invoke", "Loop", "Parallelize", "Retry")
    },
}
"""What the engine executes, and which version of Taverna's it does as: no more than is true."""


@blueprint.get("")
@offers(PolicyDescription)
def get_policy() -> Response:
    """What the server permits, with links."""
    links = {name: Link(rest_url("policy", leaf)) for name, leaf in _LEAVES.items()}
    return document(PolicyDescription, links)


@blueprint.get("/runLimit")
@offers(TEXT)
def get_run_limit() -> Response:
    """Runs there may be, in any state."""
    return text(str(manager().policy().run_limit))


@blueprint.get("/operatingLimit")
@offers(TEXT)
def get_operating_limit() -> Response:
    """Runs that may operate at a time."""
    return text(str(manager().policy().operating_limit))


@blueprint.get("/permittedWorkflows")
@offers(PermittedWorkflows)
def get_permitted_workflows() -> Response:
    """Addresses that workflows may come from; none for anywhere."""
    return document(PermittedWorkflows, {"workflow": manager().policy().permitted_workflows})


@blueprint.get("/permittedListenerTypes")
@offers(PermittedListeners)
def get_permitted_listener_types() -> Response:
    """Empty: the one listener there is comes with every run."""
    return document(PermittedListeners, {"type": []})


@blueprint.get("/enabledNotificationFabrics")
@offers(EnabledNotificationFabrics)
def get_enabled_notification_fabrics() -> Response:
    """Schemes of addresses that messages are sent to; the feed is there anyway."""
    notifiers = manager().notification_fabrics()
    return document(EnabledNotificationFabrics, {"notifier": notifiers})


@blueprint.get("/capabilities")
@offers(Capabilities)
def get_capabilities() -> Response:
    """What the server can do."""
    able = [{"capability": uri, "version": version} for uri, version in CAPABILITIES.items()]
    return document(Capabilities, {"capability": able})
