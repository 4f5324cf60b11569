"""Documents as XML (protocol dossier 2.8).

Writing: each schema is compiled once into an ``ElementWriter``, a list of small
steps that fill an lxml element. There is no white space between elements:
clients take "the first child node". Where a text holds what XML cannot, that
text alone is cleaned; nothing is checked beforehand.

Reading takes any prefixes, any order of children, white space and comments
between them, and attributes without namespace as aliases of the qualified
ones. Elements and attributes it does not know are ignored, as JAXB did.
"""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any

from lxml import etree

from taverna_server.errors import MalformedDocument
from taverna_server.etree import local_name, parse_xml
from taverna_server.representations.binding import XLINK, Document, Namespace
from taverna_server.representations.shapes import Part, Shape, getter, kind_of, reachable, shape_of
from taverna_server.representations.texts import text_of, without_unwritable

PROLOG = b'<?xml version="1.0" encoding="UTF-8" standalone="yes"?>'

Ask = Callable[[str], Any]
Step = Callable[[etree._Element, Ask], None]


def write_xml(schema: type[Document], data: Any) -> bytes:
    """The document, UTF-8, with the prolog clients expect and no white space of its own."""
    assert schema.root is not None  # noqa: S101 - only documents are written
    root = etree.Element(schema.namespace.tag(schema.root), nsmap=_prefixes(schema))
    writer_of(schema).fill(root, data)
    return PROLOG + etree.tostring(root, encoding="UTF-8", xml_declaration=False)


class ElementWriter:
    """Fills an element from an object or mapping."""

    def __init__(self, schema: type[Document]) -> None:
        self._shape = shape_of(schema)

    @functools.cached_property
    def steps(self) -> list[Step]:
        """Worked out at first use, since an element may contain itself."""
        steps = [_attribute_step(part) for part in self._shape.attributes]
        steps += [_child_step(part) for part in self._shape.children]
        return steps + ([_text_step(self._shape.text)] if self._shape.text else [])

    def fill(self, element: etree._Element, data: Any) -> None:
        ask = getter(data)
        for step in self.steps:
            step(element, ask)


@functools.cache
def writer_of(schema: type[Document]) -> ElementWriter:
    """The one writer of a schema."""
    return ElementWriter(schema)


def _attribute_step(part: Part) -> Step:
    name, tag, default, as_text = part.name, part.tag, part.default, text_of(part.field)

    def step(element: etree._Element, ask: Ask) -> None:
        value = ask(name)
        if value is None:
            value = default
        if value is not None:
            text = as_text(value)
            try:
                element.set(tag, text)
            except ValueError:
                element.set(tag, without_unwritable(text))

    return step


def _text_step(part: Part) -> Step:
    name, fill = part.name, _text_filler(part)

    def step(element: etree._Element, ask: Ask) -> None:
        value = ask(name)
        if value is not None:
            fill(element, value)

    return step


def _child_step(part: Part) -> Step:
    if part.choice:
        return _choice_step(part)
    name, tag = part.name, part.tag
    fill = writer_of(part.schema).fill if part.schema else _text_filler(part)

    def one(element: etree._Element, ask: Ask) -> None:
        value = ask(name)
        if value is not None:
            fill(etree.SubElement(element, tag), value)

    def each(element: etree._Element, ask: Ask) -> None:
        for value in ask(name) or ():
            fill(etree.SubElement(element, tag), value)

    return each if part.many else one


def _choice_step(part: Part) -> Step:
    assert part.choice  # noqa: S101
    assert part.place.namespace  # noqa: S101
    alternatives = {
        kind: (part.place.namespace.tag(kind), writer_of(schema))
        for kind, schema in part.choice.alternatives().items()
    }
    name, many = part.name, part.many

    def step(element: etree._Element, ask: Ask) -> None:
        value = ask(name)
        if value is None:
            return
        for item in value if many else (value,):
            tag, writer = alternatives[kind_of(item)]
            writer.fill(etree.SubElement(element, tag), item)

    return step


def _text_filler(part: Part) -> Callable[[etree._Element, Any], None]:
    as_text = text_of(part.field)

    def fill(element: etree._Element, value: Any) -> None:
        text = as_text(value)
        try:
            element.text = text or None
        except ValueError:
            element.text = without_unwritable(text)

    return fill


@functools.cache
def _prefixes(schema: type[Document]) -> dict[str, str]:
    """The declarations of the root: the namespaces that can occur, its own first."""
    parts = [part for inner in reachable([schema]) for part in shape_of(inner).parts]
    found = dict.fromkeys([schema.namespace, *(part.place.namespace for part in parts)])
    return {namespace.prefix: namespace.uri for namespace in sorted(filter(None, found), key=_rank)}


def _rank(namespace: Namespace) -> bool:
    return namespace == XLINK


def read_xml(schema: type[Document], body: bytes) -> dict[str, Any]:
    """The raw form of a document.

    Raises:
        MalformedDocument: not well-formed, another root element, or an element
            more than once that may stand only once.
    """
    root = parse_xml(body, large_text=schema.large_text)
    assert schema.root is not None  # noqa: S101
    expected = schema.namespace.tag(schema.root)
    if root.tag == expected:
        return _raw(shape_of(schema), root)
    bare = _raw_bare(schema, root)
    if bare is None:
        raise MalformedDocument(f"unexpected element {root.tag}; expected is {expected}")
    return bare


def _raw_bare(schema: type[Document], root: etree._Element) -> dict[str, Any] | None:
    if schema.bare is None:
        return None
    for part in shape_of(schema).children:
        if part.name == schema.bare and root.tag in _children(schema):
            return {part.name: [_item(part, root)]}
    return None


@functools.cache
def _children(schema: type[Document]) -> dict[str, Part]:
    """Which part an element belongs to, by tag."""
    found = {}
    for part in shape_of(schema).children:
        assert part.place.namespace  # noqa: S101
        for kind in part.choice.alternatives() if part.choice else (part.wire,):
            found[part.place.namespace.tag(kind)] = part
    return found


def _raw(shape: Shape, element: etree._Element) -> dict[str, Any]:
    raw: dict[str, Any] = shape.empty_lists()
    for part in shape.attributes:
        value = element.get(part.tag, element.get(part.wire))
        if value is not None:
            raw[part.name] = value
    for child in element.iterchildren(etree.Element):
        _take_child(shape, child, raw)
    if shape.text and (text := own_text(element)):
        raw[shape.text.name] = text
    return raw


def _take_child(shape: Shape, child: etree._Element, raw: dict[str, Any]) -> None:
    part = _children(shape.schema).get(str(child.tag))
    if part is None:
        return
    item = _item(part, child)
    if part.many or part.choice:
        raw.setdefault(part.name, []).append(item)
    elif part.name in raw:
        raise MalformedDocument(f"more than one element {child.tag}; at most one is expected")
    else:
        raw[part.name] = item


def _item(part: Part, element: etree._Element) -> Any:
    if part.choice:
        kind = etree.QName(element).localname
        raw = _raw(shape_of(part.choice.alternatives()[kind]), element)
        return {"kind": kind, **raw}
    return _raw(shape_of(part.schema), element) if part.schema else _only_text(element)


def _only_text(element: etree._Element) -> str:
    """The text of an element that has nothing else: a part of it is worse than none."""
    child = next(element.iterchildren(etree.Element), None)
    if child is not None:
        raise MalformedDocument(
            f"{local_name(element)}: a text is expected, not an element {local_name(child)}"
        )
    return own_text(element)


def own_text(element: etree._Element) -> str:
    """The text of an element, across the comments in it."""
    tails = (child.tail or "" for child in element if not isinstance(child.tag, str))
    return (element.text or "") + "".join(tails)
