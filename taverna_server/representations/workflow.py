"""Workflow documents on their way in and out (protocol dossier 3.2, 4.4).

As XML the t2flow document stands inside ``ts:workflow``; the two are joined as
text, so that nothing of the submitted infoset changes, prefixes in attribute
values included. As JSON it is the mapped convention (2.9) without
declarations, hence without forced arrays.
"""

from __future__ import annotations

from typing import Any

from lxml import etree

from taverna_server.errors import MalformedDocument
from taverna_server.etree import local_name, parse_xml
from taverna_server.representations.binding import TS
from taverna_server.representations.json import dump_json, primitive
from taverna_server.representations.media import JSON, OFFERED, XML
from taverna_server.representations.xml import PROLOG, own_text

T2FLOW = "application/vnd.taverna.t2flow+xml"
OFFERED_WORKFLOW = (T2FLOW, *OFFERED)
"""Media types of GET ``/runs/{id}/workflow``, the default first."""

_WRAPPER = TS.tag("workflow")


def write_workflow(document: bytes, media_type: str) -> bytes:
    """The workflow as submitted, wrapped as XML, or as JSON.

    Raises:
        MalformedDocument: XML or JSON is asked for and the document is not XML.
    """
    if media_type == XML:
        return wrap_workflow(document)
    return workflow_json(document) if media_type == JSON else document


def wrap_workflow(document: bytes) -> bytes:
    """The root element of the document inside ``ts:workflow``."""
    inner = etree.tostring(parse_xml(document, large_text=True), encoding="UTF-8", with_tail=False)
    opening = f'<ts:workflow xmlns:ts="{TS.uri}">'.encode()
    return PROLOG + opening + _without_prolog(inner) + b"</ts:workflow>"


def unwrap_workflow(body: bytes) -> bytes:
    """The workflow document out of a request body; one sent bare is taken as it is.

    Raises:
        MalformedDocument: not XML, or ``ts:workflow`` with no or several elements in it.
    """
    root = parse_xml(body, large_text=True)
    if root.tag != _WRAPPER:
        return body
    inner = list(root.iterchildren(etree.Element))
    if len(inner) != 1:
        raise MalformedDocument(f"{_WRAPPER} holds {len(inner)} elements; one workflow is expected")
    return etree.tostring(inner[0], encoding="UTF-8", xml_declaration=True, with_tail=False)


def workflow_json(document: bytes) -> bytes:
    """The wrapped workflow by the mapped convention; comments are left out."""
    root = parse_xml(document, large_text=True)
    return dump_json({"workflow": {local_name(root): mapped(root)}})


def mapped(element: etree._Element) -> Any:
    """An element without declaration as its JSON value (protocol dossier 2.9)."""
    children = list(element.iterchildren(etree.Element))
    if not children and not element.attrib:
        return primitive(own_text(element))
    members: dict[str, Any] = {
        "@" + etree.QName(str(name)).localname: str(value) for name, value in element.attrib.items()
    }
    members.update(_grouped(children))
    if not children and own_text(element):
        members["$"] = own_text(element)
    return members


def _grouped(children: list[etree._Element]) -> dict[str, Any]:
    groups: dict[str, list[Any]] = {}
    for child in children:
        groups.setdefault(local_name(child), []).append(mapped(child))
    return {name: group[0] if len(group) == 1 else group for name, group in groups.items()}


def _without_prolog(document: bytes) -> bytes:
    return document.partition(b"?>")[2].lstrip() if document.startswith(b"<?xml") else document
