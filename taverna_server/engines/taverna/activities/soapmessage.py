"""SOAP messages as Taverna wrote and read them (activities.md 7).

What goes in is text, or XML as text, so nothing is checked against a schema: the
service says what it does not like. Text and XML are told apart by the type of
the part; a list becomes an array of items.
"""

from __future__ import annotations

import base64
import copy
import re
from collections.abc import Iterator, Mapping

from lxml import etree

from taverna_server.data.values import Value, make_list
from taverna_server.engines.taverna.activities.soapservice import ENCODING, Operation
from taverna_server.engines.taverna.activities.xmltypes import BASE, BYTES, XML, XmlType, mime_type
from taverna_server.errors import MalformedDocument
from taverna_server.etree import local_name, namespace, parse_text, parse_xml

ENVELOPE = "http://schemas.xmlsoap.org/soap/envelope/"
ENVELOPE_12 = "http://www.w3.org/2003/05/soap-envelope"
XSI, XSD = "http://www.w3.org/2001/XMLSchema-instance", "http://www.w3.org/2001/XMLSchema"
ATTACHMENTS = "attachmentList"
_PREFIXED = re.compile(r"^([\w.-]+):[\w.-]+")
_REFERENCES = ("ReferenceProperties", "ReferenceParameters")

Given = str | bytes | list[str | bytes]
"""Text of an input, bytes where the port wants them, or a list of those."""


class SoapFault(Exception):
    """What the service says is wrong."""


class MissingOutputs(Exception):
    """The answer is empty and should not be."""


def make_envelope(operation: Operation, inputs: Mapping[str, Given]) -> etree._Element:
    """The request.

    Raises:
        MalformedDocument: an input should be XML and is not.
    """
    soap = ENVELOPE_12 if operation.soap12 else ENVELOPE
    prefixes = _prefixes(operation)
    declared = {prefix: uri for uri, prefix in prefixes.items()} if operation.encoded else {}
    envelope = etree.Element(
        f"{{{soap}}}Envelope", nsmap={"soapenv": soap, "xsd": XSD, "xsi": XSI, **declared}
    )
    etree.SubElement(envelope, f"{{{soap}}}Header")
    body = etree.SubElement(envelope, f"{{{soap}}}Body")
    body.extend((_rpc_body if operation.rpc else _documents)(operation, inputs, prefixes, soap))
    return envelope


def add_reference(envelope: etree._Element, endpoint: str) -> None:
    """The properties of a WS-Addressing endpoint reference become headers.

    Raises:
        MalformedDocument: it is no XML.
    """
    root = parse_text(endpoint)
    inner = [c for c in root if isinstance(c.tag, str) and local_name(c) == "EndpointReference"]
    reference = root if local_name(root) == "EndpointReference" or not inner else inner[0]
    for child in reference:
        if isinstance(child.tag, str) and local_name(child) in _REFERENCES:
            envelope[0].extend(child)


def read_answer(operation: Operation, document: bytes) -> dict[str, Value]:
    """The outputs in an answer.

    Raises:
        SoapFault, MissingOutputs, MalformedDocument: see there.
    """
    parts = body_parts(parse_xml(document, large_text=True))
    if not operation.outputs:
        return {}
    if not parts:
        raise MissingOutputs
    types = [mime_type(part.type) for part in operation.outputs]
    if not operation.encoded and (XML in types or not operation.rpc):
        first = operation.outputs[0]
        return {first.name: _value(parts[0], first.type) if XML not in types else _text(parts[0])}
    expand_references(parts)
    return dict(_parameters(operation, parts[0]))


def _documents(
    operation: Operation, inputs: Mapping[str, Given], _prefixes: object, _soap: object
) -> Iterator[etree._Element]:
    """Document style: the parts are the body. A wrapper stands there also when it is empty."""
    for part in operation.inputs:
        uri, name = part.element or (operation.namespace, part.name)
        element = etree.Element(_clark(uri, name), nsmap={"ns1": uri} if uri else None)
        if part.name in inputs:
            _fill(element, part.type, inputs[part.name])
        yield element


def _rpc_body(
    operation: Operation, inputs: Mapping[str, Given], prefixes: Mapping[str, str], soap: str
) -> Iterator[etree._Element]:
    """An element called as the operation, with one for each part that has a value."""
    uri = operation.namespace
    body = etree.Element(_clark(uri, operation.name), nsmap={"ns1": uri} if uri else None)
    if operation.encoded:
        body.set(f"{{{soap}}}encodingStyle", ENCODING)
    for part in operation.inputs:
        if part.name in inputs:
            element = etree.SubElement(body, part.name)
            size = _fill(element, part.type, inputs[part.name])
            if operation.encoded:
                _mark(element, part.type, size, prefixes)
    yield body


def _fill(element: etree._Element, described: XmlType, given: Given) -> int:
    """Put a value in; gives the number of items, of an array."""
    item = described.item
    if item is None:
        _fill_single(element, described, given if not isinstance(given, list) else _joined(given))
        return 0
    if not isinstance(given, list) and item.kind != BASE:
        _fill_xml(element, described, given)
        return sum(isinstance(child.tag, str) for child in element)
    for value in given if isinstance(given, list) else [given]:
        name = item.type_name if item.kind == BASE else item.element_name
        _fill_single(etree.SubElement(element, name), item, value)
    return len(element)


def _fill_single(element: etree._Element, described: XmlType, given: str | bytes) -> None:
    if mime_type(described) == XML:
        _fill_xml(element, described, given)
    elif isinstance(given, bytes):
        element.text = base64.b64encode(given).decode("ascii")
    else:
        element.text = given


def _fill_xml(element: etree._Element, described: XmlType, given: str | bytes) -> None:
    """The content of a document, and those of its attributes that the type knows."""
    root = parse_text(_as_text(given))
    known = {attribute.name for attribute in described.attributes}
    for name, value in root.attrib.items():
        if etree.QName(name).localname in known:
            element.set(name, value)
    element.text = root.text
    element.extend(root)


def _mark(
    element: etree._Element, described: XmlType, size: int, prefixes: Mapping[str, str]
) -> None:
    """SOAP encoding: an element says of which type it is."""
    item = described.item
    marked = described if item is None else item
    prefix = prefixes.get(marked.namespace)
    if item is not None:
        element.set(f"{{{XSI}}}type", "soapenc:Array")
        if prefix:
            element.set(f"{{{ENCODING}}}arrayType", f"{prefix}:{item.type_name}[{size}]")
    elif prefix:
        element.set(f"{{{XSI}}}type", f"{prefix}:{described.type_name}")


def _prefixes(operation: Operation) -> dict[str, str]:
    """A prefix for each namespace that the inputs' types are in."""
    found = {operation.namespace: "ns1", XSD: "xsd", XSI: "xsi", ENCODING: "soapenc"}
    for part in operation.inputs:
        for described in (part.type, *part.type.elements):
            if described.namespace not in found and described.namespace:
                found[described.namespace] = f"ns{len(found) - 2}"
    return {uri: prefix for uri, prefix in found.items() if uri}


def body_parts(root: etree._Element) -> list[etree._Element]:
    """The elements in the body of an envelope."""
    if local_name(root) != "Envelope" or namespace(root) not in (ENVELOPE, ENVELOPE_12):
        raise MalformedDocument(f"the answer is no SOAP envelope but <{local_name(root)}>")
    parts = [c for c in root.iterfind(f"{{{namespace(root)}}}Body/*") if isinstance(c.tag, str)]
    if parts and local_name(parts[0]) == "Fault" and namespace(parts[0]) == namespace(root):
        raise SoapFault(_fault(parts[0]))
    return parts


def _fault(fault: etree._Element) -> str:
    """Code and reason, as SOAP 1.1 and 1.2 name them."""
    wanted = ("faultcode", "faultstring", "Value", "Text")
    said = [(e.text or "").strip() for e in _elements(fault) if local_name(e) in wanted]
    return ": ".join(filter(None, said)) or "the service reports a fault without a reason"


def _parameters(operation: Operation, wrapper: etree._Element) -> Iterator[tuple[str, Value]]:
    """By name, whatever the namespace; a single one by its place."""
    children = [child for child in wrapper if isinstance(child.tag, str)]
    for place, part in enumerate(operation.outputs):
        named = [child for child in children if local_name(child) == part.name]
        if not named and len(children) == len(operation.outputs):
            named = [children[place]]
        if named and named[0].get(f"{{{XSI}}}nil") not in ("true", "1"):
            yield part.name, _value(named[0], part.type)


def _value(element: etree._Element, described: XmlType) -> Value:
    mime = mime_type(described)
    if mime == XML:
        return _text(element)
    if described.item is not None:
        items = [child for child in element if isinstance(child.tag, str)]
        return make_list([_value(child, described.item) for child in items], 1)
    text = "".join(map(str, element.itertext()))
    return base64.b64decode(text) if mime == BYTES else text


def _text(element: etree._Element) -> str:
    """The element on its own, with the namespaces it needs, also for the types it names."""
    written = etree.tostring(element, with_tail=False)
    alone = etree.fromstring(written, etree.XMLParser(resolve_entities=False, huge_tree=True))
    values = [str(value) for node in _elements(alone) for value in node.attrib.values()]
    prefixes = [match[1] for match in map(_PREFIXED.match, values) if match]
    etree.cleanup_namespaces(alone, keep_ns_prefixes=prefixes)
    return etree.tostring(alone, encoding="unicode")


def expand_references(parts: list[etree._Element]) -> None:
    """Elements that stand behind the first and are referred to take their place.

    Raises:
        MalformedDocument: they refer to each other in a circle.
    """
    known = {f"#{part.get('id')}": part for part in parts if part.get("id")}
    if known:
        _expand(parts[0], known, ())


def _expand(
    element: etree._Element, known: Mapping[str, etree._Element], inside: tuple[str, ...]
) -> None:
    reference = element.get("href")
    if reference in inside:
        raise MalformedDocument(f"the answer refers to itself at {reference}")
    if reference is not None and reference in known:
        target = copy.deepcopy(known[reference])
        del element.attrib["href"]
        element.text = target.text
        element.extend(target)
        for name in (f"{{{XSI}}}type", f"{{{ENCODING}}}arrayType"):
            if name in target.attrib:
                element.set(name, target.attrib[name])
        inside = (*inside, reference)
    for child in element:
        if isinstance(child.tag, str):
            _expand(child, known, inside)


def _elements(root: etree._Element) -> Iterator[etree._Element]:
    """It and all elements in it, without comments."""
    return (node for node in root.iter() if isinstance(node.tag, str))


def _joined(given: list[str | bytes]) -> str:
    """A list where a single value belongs: as Java writes lists."""
    return f"[{', '.join(map(_as_text, given))}]"


def _as_text(given: str | bytes) -> str:
    return given if isinstance(given, str) else given.decode("utf-8", "replace")


def _clark(uri: str, name: str) -> str:
    return f"{{{uri}}}{name}" if uri else name
