"""Any workflow document, recognised by what is in it and not by what it is called.

Taverna has had three formats: Scufl (Taverna 1), t2flow (Taverna 2) and the
workflow bundle (Taverna 3). All become the same model, and everything that
takes a workflow takes it from here.
"""

from __future__ import annotations

from io import BytesIO

from taverna_server.errors import MalformedDocument
from taverna_server.etree import Start, stream_xml
from taverna_server.workflow.model import Interface, Workflow
from taverna_server.workflow.t2flow import read_ports, read_t2flow

T2FLOW = "application/vnd.taverna.t2flow+xml"
SCUFL = "application/vnd.taverna.scufl+xml"


def format_of(document: bytes) -> str:
    """The media type of a workflow document; t2flow for what is none at all."""
    try:
        root = next(stream_xml(BytesIO(document)), None)
    except MalformedDocument:
        return T2FLOW
    return SCUFL if isinstance(root, Start) and root.name == "scufl" else T2FLOW


def read_workflow(document: bytes) -> Workflow:
    """The workflow in a document of any format.

    Raises:
        MalformedDocument: no workflow document.
        WorkflowInvalid: parts are missing or contradict each other; all of them are named.
    """
    return _READERS[format_of(document)](document)


def read_interface(document: bytes) -> Interface:
    """Ports, name and annotations, also of a workflow that will never run.

    Raises:
        MalformedDocument: no workflow document.
    """
    return _INTERFACES[format_of(document)](document)


def _read_scufl(document: bytes) -> Workflow:
    from taverna_server.workflow.scufl import read_scufl  # few runs need it

    return read_scufl(document)


def _read_scufl_ports(document: bytes) -> Interface:
    from taverna_server.workflow.scufl import read_scufl_ports

    return read_scufl_ports(document)


_READERS = {SCUFL: _read_scufl, T2FLOW: read_t2flow}
_INTERFACES = {SCUFL: _read_scufl_ports, T2FLOW: read_ports}
