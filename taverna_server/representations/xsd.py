"""XSD 1.0 from shapes: one schema document per namespace.

Every attribute is in a namespace, which in XSD 1.0 means that it is declared
once globally and used by ``ref``. Elements are declared where they are used,
since several local names mean different things in different documents; only
roots, and elements that stand inside an element of another namespace, are
global. The order of children is the order in which we write them; requests may
have any.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from lxml import etree
from marshmallow import fields

from taverna_server.representations.binding import (
    ADMIN,
    PORT,
    REST,
    TS,
    URF,
    XLINK,
    Document,
    Namespace,
)
from taverna_server.representations.shapes import Part, Shape, purpose, reachable, shape_of
from taverna_server.representations.texts import (
    Base64,
    Count,
    Duration,
    Flag,
    Time,
    Uri,
    Word,
)

XS = "http://www.w3.org/2001/XMLSchema"
FILES = {
    TS: "server.xsd",
    REST: "rest.xsd",
    PORT: "port.xsd",
    ADMIN: "admin.xsd",
    URF: "usagerecord.xsd",
    XLINK: "xlink.xsd",
}
_TYPES = {Uri: "anyURI", Flag: "boolean", Base64: "base64Binary", Time: "dateTime"}
_TYPES |= {Duration: "duration", Count: "nonNegativeInteger", fields.String: "string"}


def xml_schemas(documents: Iterable[type[Document]]) -> dict[str, bytes]:
    """The schema documents by file name."""
    shapes = [shape_of(schema) for schema in reachable(documents)]
    return {name: _schema(namespace, shapes) for namespace, name in FILES.items()}


def _schema(namespace: Namespace, shapes: list[Shape]) -> bytes:
    prefixes = {"xs": XS} | {known.prefix: known.uri for known in FILES}
    root = etree.Element(f"{{{XS}}}schema", nsmap=prefixes)
    for name in ("elementFormDefault", "attributeFormDefault"):
        root.set(name, "qualified")
    root.set("targetNamespace", namespace.uri)
    content = [*_attributes(namespace, shapes), *_elements(namespace, shapes)]
    content += [_type(shape) for shape in shapes if shape.schema.namespace == namespace]
    for imported in _foreign(namespace, content):
        _add(root, "import", namespace=imported.uri, schemaLocation=FILES[imported])
    root.extend(content)
    etree.cleanup_namespaces(root, keep_ns_prefixes=_used_prefixes(content))
    return etree.tostring(root, encoding="UTF-8", xml_declaration=True, pretty_print=True)


def _foreign(namespace: Namespace, content: list[etree._Element]) -> list[Namespace]:
    used = _used_prefixes(content)
    return [known for known in FILES if known != namespace and known.prefix in used]


def _used_prefixes(content: list[etree._Element]) -> list[str]:
    names = [
        node.get(key, "")
        for element in content
        for node in element.iter(etree.Element)
        for key in ("ref", "type", "base")
    ]
    return sorted({name.partition(":")[0] for name in names if ":" in name} | {"xs"})


def _attributes(namespace: Namespace, shapes: list[Shape]) -> Iterator[etree._Element]:
    """The attributes of this namespace, each declared once."""
    found = {
        part.wire: part
        for shape in shapes
        for part in shape.attributes
        if part.place.namespace == namespace
    }
    for name, part in sorted(found.items()):
        declaration = _new("attribute", name=name)
        _set_simple_type(declaration, part)
        yield declaration


def _elements(namespace: Namespace, shapes: list[Shape]) -> Iterator[etree._Element]:
    """The global elements of this namespace."""
    if namespace == TS:
        yield _workflow_element()
    found: dict[str, type[Document]] = {}
    for shape in shapes:
        schema = shape.schema
        if schema.root and schema.namespace == namespace:
            found[schema.root] = schema
        for name, part, inner in _alternatives(shape):
            if part.place.namespace == namespace != schema.namespace:
                found[name] = inner
    for name, schema in found.items():
        yield _new("element", name=name, type=_type_name(schema))


def _alternatives(shape: Shape) -> Iterator[tuple[str, Part, type[Document]]]:
    for part in shape.children:
        if part.choice:
            for name, schema in part.choice.alternatives().items():
                yield name, part, schema
        elif part.schema:
            yield part.wire, part, part.schema


def _workflow_element() -> etree._Element:
    """``ts:workflow``, around a document of another namespace."""
    declaration = _new("element", name="workflow")
    sequence = _add(_add(declaration, "complexType"), "sequence")
    _add(sequence, "any", namespace="##other", processContents="lax")
    return declaration


def _type(shape: Shape) -> etree._Element:
    declaration = _new("complexType", name=shape.schema.__name__)
    _add(_add(declaration, "annotation"), "documentation").text = purpose(shape.schema)
    holder = declaration
    if shape.text:
        holder = _add(_add(declaration, "simpleContent"), "extension", base=_xs(shape.text))
    elif shape.children:
        _sequence(_add(declaration, "sequence"), shape)
    for part in shape.attributes:
        use = "required" if part.required else "optional"
        assert part.place.namespace  # noqa: S101
        _add(holder, "attribute", ref=f"{part.place.namespace.prefix}:{part.wire}", use=use)
    return declaration


def _sequence(sequence: etree._Element, shape: Shape) -> None:
    grouped = {part.name for group in shape.choices for part in group}
    for group in shape.choices:
        choice = _add(sequence, "choice")
        for part in group:
            _add_element(choice, shape, part, {})
    for part in shape.children:
        if part.choice:
            _add_mixed(sequence, shape, part)
        elif part.name not in grouped:
            _add_element(sequence, shape, part, _occurs(part))


def _add_mixed(sequence: etree._Element, shape: Shape, part: Part) -> None:
    choice = _add(sequence, "choice", **(_occurs(part) if part.many else {}))
    for name, alternative, schema in _alternatives(shape):
        if alternative is part:
            _add_complex(choice, shape, part, name, schema, {})


def _add_element(parent: etree._Element, shape: Shape, part: Part, occurs: dict[str, str]) -> None:
    if part.schema:
        _add_complex(parent, shape, part, part.wire, part.schema, occurs)
    else:
        _set_simple_type(_add(parent, "element", name=part.wire, **occurs), part)


def _add_complex(
    parent: etree._Element,
    shape: Shape,
    part: Part,
    name: str,
    schema: type[Document],
    occurs: dict[str, str],
) -> None:
    """A local element, or a reference where the element is of another namespace."""
    namespace = part.place.namespace
    assert namespace  # noqa: S101 - elements have one
    if namespace == shape.schema.namespace:
        _add(parent, "element", name=name, type=_type_name(schema), **occurs)
    else:
        _add(parent, "element", ref=f"{namespace.prefix}:{name}", **occurs)


def _occurs(part: Part) -> dict[str, str]:
    if part.many:
        return {"minOccurs": "0", "maxOccurs": "unbounded"}
    return {} if part.required else {"minOccurs": "0"}


def _set_simple_type(declaration: etree._Element, part: Part) -> None:
    if not isinstance(part.field, Word):
        declaration.set("type", _xs(part))
        return
    simple = _add(declaration, "simpleType")
    restriction = _add(simple, "restriction", base="xs:string")
    for word in part.field.words:
        _add(restriction, "enumeration", value=word)


def _xs(part: Part) -> str:
    return "xs:" + next(_TYPES[base] for base in type(part.field).__mro__ if base in _TYPES)


def _type_name(schema: type[Document]) -> str:
    return f"{schema.namespace.prefix}:{schema.__name__}"


def _new(tag: str, /, **attributes: str) -> etree._Element:
    return etree.Element(f"{{{XS}}}{tag}", attributes, nsmap={"xs": XS})


def _add(parent: etree._Element, tag: str, /, **attributes: str) -> etree._Element:
    return etree.SubElement(parent, f"{{{XS}}}{tag}", attributes)
