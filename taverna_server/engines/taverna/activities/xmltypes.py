"""The types of SOAP messages as splitters describe them (activities.md 8 and 9).

A splitter carries the type of its document as XML, in a vocabulary of Taverna 1.
A type that recurs is described once; where it comes again it is named by ``id``.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

from lxml import etree

from taverna_server.errors import MalformedDocument
from taverna_server.etree import local_name, parse_text

COMPLEX, ARRAY, BASE, ATTRIBUTE = "complextype", "arraytype", "basetype", "attribute"
XML, BYTES, TEXT = "'text/xml'", "'application/octet-stream'", "'text/plain'"
_KINDS = (COMPLEX, ARRAY, BASE, ATTRIBUTE)


@dataclass(frozen=True, slots=True)
class XmlType:
    """The type of an element or of an attribute, with the name it has there."""

    kind: str
    name: str
    type_name: str
    namespace: str = ""
    optional: bool = False
    unbounded: bool = False
    wrapped: bool = False
    """Of an array: whether its items stand in an element of their own."""
    elements: tuple[XmlType, ...] = ()
    """Of an array: one, that of its items."""
    attributes: tuple[XmlType, ...] = ()

    @property
    def element_name(self) -> str:
        """Its name, else that of its type."""
        return self.name or self.type_name

    @property
    def item(self) -> XmlType | None:
        """Of an array: the type of its items."""
        return self.elements[0] if self.kind == ARRAY and self.elements else None

    def element(self, name: str) -> XmlType | None:
        """Of a complex type: the element of that name; the last, if there are several."""
        if self.kind != COMPLEX:
            return None
        return next((part for part in reversed(self.elements) if part.name == name), None)


def read_type(document: str) -> XmlType:
    """The type in an ``extensions`` document.

    Raises:
        MalformedDocument: not XML, or no type in it.
    """
    described = next(_children(parse_text(document)), None)
    if described is None or local_name(described).lower() not in _KINDS:
        raise MalformedDocument("there is no type in the description of the XML")
    return _read(described, {})


def mime_type(described: XmlType) -> str:
    """What a port for a value of the type takes or gives, as Taverna writes it."""
    item = described.item
    if item is not None and item.kind == BASE:
        return f"l({TEXT})"
    if described.kind == ARRAY and described.unbounded:
        return f"l({XML})"
    if described.kind in (ARRAY, COMPLEX):
        return XML
    return BYTES if described.type_name.lower() == "base64binary" else TEXT


def _read(element: etree._Element, known: dict[str, XmlType]) -> XmlType:
    again = known.get(element.get("id", ""))
    if again is not None:
        return replace(
            again,
            name=_last(element.get("name", again.name)),
            optional=_true(element, "optional"),
            unbounded=_true(element, "unbounded"),
        )
    described = _plain(element)
    qname = element.get("qname", described.type_name)
    known[qname] = described
    elements = (*_parts(element, "elements"), *_parts(element, "elementtype"))
    complete = replace(
        described,
        elements=tuple(_read(part, known) for part in elements),
        attributes=tuple(_read(part, known) for part in _parts(element, "attributes")),
    )
    known[qname] = complete
    return complete


def _plain(element: etree._Element) -> XmlType:
    unbounded = _true(element, "unbounded")
    return XmlType(
        local_name(element).lower(),
        _last(element.get("name", "")),
        _last(element.get("typename", "")),
        _namespace(element.get("qname", "")),
        _true(element, "optional"),
        unbounded,
        # Before there was such an attribute, what was unbounded was not wrapped.
        _true(element, "wrapped") if "wrapped" in element.attrib else not unbounded,
    )


def _parts(element: etree._Element, group: str) -> Iterable[etree._Element]:
    for child in _children(element):
        if local_name(child) == group:
            yield from _children(child)


def _children(element: etree._Element) -> Iterator[etree._Element]:
    return (child for child in element if isinstance(child.tag, str))


def _true(element: etree._Element, name: str) -> bool:
    return str(element.get(name, "")).lower() == "true"


def _last(name: str) -> str:
    return name.rpartition(">")[2]


def _namespace(qname: str) -> str:
    return qname[1:].partition("}")[0] if qname.startswith("{") and "}" in qname else ""
