"""XML elements as JDOM 1, the library of Taverna's SOAP parts, holds and writes them.

Unlike lxml's, these elements can be given another namespace and be moved between
documents; prefixes stay as they were read. Written raw: a namespace is declared
where it is first used, an element without content is ``<e />``, and a line feed
in text is written as two characters, carriage return and line feed, as JDOM 1 did.
Where CDATA sections stand lxml does not tell: they are written as escaped text.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from lxml import etree

from taverna_server.etree import parse_text

XSI = "http://www.w3.org/2001/XMLSchema-instance"
_XML = "http://www.w3.org/XML/1998/namespace"
_NO_CHARACTER = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_IN_TEXT = str.maketrans({"<": "&lt;", ">": "&gt;", "&": "&amp;", "\r": "&#xD;", "\n": "\r\n"})
_IN_ATTRIBUTE = str.maketrans(
    {"<": "&lt;", ">": "&gt;", '"': "&quot;", "&": "&amp;"}
    | {"\r": "&#xD;", "\t": "&#x9;", "\n": "&#xA;"}
)


@dataclass(slots=True)
class Attribute:
    """One attribute; with a namespace it has a prefix."""

    name: str
    value: str
    prefix: str = ""
    namespace: str = ""


@dataclass(slots=True)
class Verbatim:
    """A comment or a processing instruction, as it is written."""

    text: str


@dataclass(slots=True)
class Element:
    """An element with its content in document order."""

    name: str
    namespace: str = ""
    prefix: str = ""
    attributes: list[Attribute] = field(default_factory=list)
    declared: dict[str, str] = field(default_factory=dict)
    """Namespaces declared on it beside its own, by prefix."""
    content: list[Element | Verbatim | str] = field(default_factory=list)

    @property
    def children(self) -> list[Element]:
        """The elements among its content."""
        return [item for item in self.content if isinstance(item, Element)]

    @property
    def text(self) -> str:
        """Its own text, without that of its children."""
        return "".join(item for item in self.content if isinstance(item, str))

    def move_to(self, namespace: str) -> None:
        """Put it into a namespace without prefix, and its descendants that have none."""
        self.namespace, self.prefix = namespace, ""
        waiting = self.children
        while waiting:
            element = waiting.pop()
            if not element.namespace:
                element.namespace = namespace
            waiting.extend(element.children)

    def write(self) -> str:
        """The element alone, in raw format."""
        return "".join(_written(self, {"": "", "xml": _XML}))


def checked(text: str) -> str:
    """The text itself.

    Raises:
        ValueError: a character in it cannot be in XML.
    """
    found = _NO_CHARACTER.search(text)
    if found:
        raise ValueError(f"the character U+{ord(found[0]):04X} cannot be in XML")
    return text


def read_element(document: str) -> Element:
    """The root of a document.

    Raises:
        MalformedDocument: as ``parse_text``.
    """
    return _read(parse_text(document), {})


def _read(node: etree._Element, outside: Mapping[str | None, str]) -> Element:
    name, around = etree.QName(node), node.nsmap
    own = (node.prefix or "", name.namespace or "")
    declared = {p or "": uri for p, uri in around.items() if outside.get(p) != uri}
    element = Element(
        name.localname,
        own[1],
        own[0],
        [_attribute(str(key), str(value), around) for key, value in node.attrib.items()],
        {prefix: uri for prefix, uri in declared.items() if (prefix, uri) != own},
        [node.text] if node.text else [],
    )
    for child in node:
        is_element = isinstance(child.tag, str)
        element.content.append(_read(child, around) if is_element else _verbatim(child))
        if child.tail:
            element.content.append(child.tail)
    return element


def _verbatim(node: etree._Element) -> Verbatim:
    return Verbatim(etree.tostring(node, encoding="unicode", with_tail=False))


def _attribute(key: str, value: str, around: Mapping[str | None, str]) -> Attribute:
    name = etree.QName(key)
    namespace = name.namespace or ""
    prefixes = {uri: prefix for prefix, uri in around.items() if prefix} | {_XML: "xml"}
    return Attribute(name.localname, value, prefixes.get(namespace, ""), namespace)


def _written(element: Element, outside: Mapping[str, str]) -> Iterator[str]:
    scope = dict(outside)
    name = _qualified(element.prefix, element.name)
    yield f"<{name}{_declaration(element.prefix, element.namespace, scope)}"
    for prefix, uri in element.declared.items():
        yield _declaration(prefix, uri, scope)
    for attribute in element.attributes:
        if attribute.prefix:
            yield _declaration(attribute.prefix, attribute.namespace, scope)
        qualified = _qualified(attribute.prefix, attribute.name)
        yield f' {qualified}="{attribute.value.translate(_IN_ATTRIBUTE)}"'
    if not element.content:
        yield " />"
        return
    yield ">"
    for item in element.content:
        yield from _content(item, scope)
    yield f"</{name}>"


def _content(item: Element | Verbatim | str, scope: Mapping[str, str]) -> Iterator[str]:
    if isinstance(item, Element):
        yield from _written(item, scope)
    else:
        yield item.text if isinstance(item, Verbatim) else item.translate(_IN_TEXT)


def _qualified(prefix: str, name: str) -> str:
    return f"{prefix}:{name}" if prefix else name


def _declaration(prefix: str, uri: str, scope: dict[str, str]) -> str:
    if scope.get(prefix) == uri:
        return ""
    scope[prefix] = uri
    return f' xmlns{":" if prefix else ""}{prefix}="{uri.translate(_IN_ATTRIBUTE)}"'
