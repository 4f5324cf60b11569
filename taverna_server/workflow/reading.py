"""Any workflow document, recognised by what is in it and not by what it is called.

Taverna has had three formats: Scufl (Taverna 1), t2flow (Taverna 2) and the
workflow bundle (Taverna 3). All become the same model, and everything that
takes a workflow takes it from here. What reads the
other two is imported when one comes: most runs have none, and start sooner.
"""

from __future__ import annotations

from io import BytesIO

from taverna_server.errors import MalformedDocument
from taverna_server.etree import Start, stream_xml
from taverna_server.workflow.model import Interface, Workflow
from taverna_server.workflow.t2flow import read_ports, read_t2flow

T2FLOW = "application/vnd.taverna.t2flow+xml"
SCUFL = "application/vnd.taverna.scufl+xml"
WFBUNDLE = "application/vnd.taverna.scufl2.workflow-bundle"

_ZIP = b"PK\x03\x04"


def format_of(document: bytes) -> str:
    """The media type of a workflow document; t2flow for what is none at all."""
    if document.startswith(_ZIP):
        return WFBUNDLE
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
    found = format_of(document)
    if found == WFBUNDLE:
        from taverna_server.workflow.wfbundle import read_wfbundle

        return read_wfbundle(document)
    if found == SCUFL:
        from taverna_server.workflow.scufl import read_scufl

        return read_scufl(document)
    return read_t2flow(document)


def read_interface(document: bytes) -> Interface:
    """Ports, name and annotations, also of a workflow that will never run.

    Raises:
        MalformedDocument: no workflow document.
    """
    found = format_of(document)
    if found == WFBUNDLE:
        from taverna_server.workflow.wfbundle import read_wfbundle_ports

        return read_wfbundle_ports(document)
    if found == SCUFL:
        from taverna_server.workflow.scufl import read_scufl_ports

        return read_scufl_ports(document)
    return read_ports(document)


def as_wfbundle(document: bytes) -> bytes:
    """A document of any format as a workflow bundle; a bundle stays as it is.

    Raises:
        MalformedDocument, WorkflowInvalid: as ``read_workflow``.
    """
    found = format_of(document)
    if found == WFBUNDLE:
        return document
    from taverna_server.workflow.wfbundle import write_wfbundle

    return write_wfbundle(read_workflow(document), document if found == T2FLOW else None)
