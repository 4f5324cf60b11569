"""XML splitters: local workers of Taverna 1 that carry a type (activities.md 8 and 9)."""

from __future__ import annotations

from lxml import etree

from taverna_server.etree import local_name
from taverna_server.workflow import beans
from taverna_server.workflow.elements import child, children
from taverna_server.workflow.model import ActivityPort, Bean
from taverna_server.workflow.scufl.localworkers import JAVA
from taverna_server.workflow.scufl.names import attribute, list_depth

SPLITTERS = {
    f"{JAVA}XMLInputSplitter": "xmlinputsplitter",
    f"{JAVA}XMLOutputSplitter": "xmloutputsplitter",
}
"""Kind by Java class."""

XML = "'text/xml'"


def read_splitter(
    kind: str, extensions: etree._Element | None
) -> tuple[Bean, dict[str, int], dict[str, int]]:
    """The configuration, and the depths of inputs and outputs, of a splitter for a type."""
    types, whole = _mime_types(extensions), "output" if kind == "xmlinputsplitter" else "input"
    parts = [ActivityPort(name, list_depth(mime)) for name, mime in types.items()]
    document = [ActivityPort(whole)]
    inputs, outputs = (parts, document) if whole == "output" else (document, parts)
    wrapped = (
        ""
        if extensions is None
        else etree.tostring(extensions, encoding="unicode", with_tail=False)
    )
    config = Bean(
        f"{beans.ACTIVITIES}.wsdl.xmlsplitter.XMLSplitterConfigurationBean",
        children=(
            Bean("wrappedTypeXML", wrapped),
            *beans.ports(inputs, outputs, types | {whole: XML}),
        ),
    )
    return config, {p.name: p.depth for p in inputs}, {p.name: p.depth for p in outputs}


def _mime_types(extensions: etree._Element | None) -> dict[str, str]:
    """Of each element and attribute of the type, by name."""
    types: dict[str, str] = {}
    for described in children(extensions):
        for element in children(child(described, "elements")):
            types[_last(attribute(element, "name"))] = _mime_type(element)
        for part in children(child(described, "attributes")):
            name = _last(attribute(part, "name"))
            types[f"1{name}" if name in types else name] = "'text/plain'"
    return types


def _last(name: str) -> str:
    return name.rpartition(">")[2]


def _mime_type(element: etree._Element) -> str:
    tag = local_name(element)
    if tag == "arraytype":
        item = next(children(child(element, "elementtype")), None)
        if item is not None and local_name(item) == "basetype":
            return "l('text/plain')"
        return "l('text/xml')" if attribute(element, "unbounded") == "true" else XML
    if tag == "basetype":
        binary = attribute(element, "typename") == "base64Binary"
        return "'application/octet-stream'" if binary else "'text/plain'"
    return XML
