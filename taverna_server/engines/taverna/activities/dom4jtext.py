"""Nodes of a document as dom4j, Taverna's XML library, writes them.

Namespaces are declared where they are first used and only there, ``>`` is
escaped, an element without children is ``<e/>`` unless a namespace is declared on
it. lxml does not tell which text stands in CDATA sections: a
document that has some is written by libxml2, with its namespaces at the top.
Nor does it tell that a namespace was declared once more where it held already.
One habit of dom4j is left out: it made several text nodes of a text with
entities in it.
"""

from __future__ import annotations

import copy
from collections.abc import Iterator, Mapping
from xml.sax.saxutils import escape

from lxml import etree

_NOT_ELEMENTS = (etree._Comment, etree._ProcessingInstruction, etree._Entity)

_XML = {"http://www.w3.org/XML/1998/namespace": "xml"}

Scope = dict[str, str]
_OUTSIDE: Scope = {"": "", **{prefix: uri for uri, prefix in _XML.items()}}


def element_text(element: etree._Element, has_cdata: bool = False) -> str:
    """An element, comment or processing instruction, without the text behind it."""
    if has_cdata:
        duplicate: etree._Element = copy.deepcopy(element)
        return _by_libxml2(duplicate)
    return "".join(_node(element, _OUTSIDE))


def document_text(root: etree._Element, has_cdata: bool = False) -> str:
    """The whole document, with the declaration."""
    before = reversed(list(root.itersiblings(preceding=True)))
    nodes = [*before, root, *root.itersiblings()]
    doctype = root.getroottree().docinfo.doctype  # type: ignore[attr-defined]
    head = f'<?xml version="1.0" encoding="UTF-8"?>\n{doctype}'
    return head + "".join(element_text(node, has_cdata) for node in nodes)


def attribute_text(parent: etree._Element, name: str, value: str) -> str:
    """``name="value"``, the value as it is."""
    return f'{_qualified(parent, name)[0]}="{value}"'


def _node(node: etree._Element, scope: Scope) -> Iterator[str]:
    if isinstance(node, _NOT_ELEMENTS):
        yield _by_libxml2(node)
    else:
        yield from _element(node, scope)


def _by_libxml2(node: etree._Element) -> str:
    return etree.tostring(node, encoding="unicode", with_tail=False)


def _element(element: etree._Element, outside: Scope) -> Iterator[str]:
    scope = dict(outside)
    name = (f"{element.prefix}:" if element.prefix else "") + etree.QName(element).localname
    yield f"<{name}{_namespaces(element, scope)}{_attributes(element, scope)}"
    if not element.text and not len(element) and not _declares(element):
        yield "/>"
        return
    yield ">" + escape(element.text or "")
    for child in element:
        yield from _node(child, scope)
        yield escape(child.tail or "")
    yield f"</{name}>"


def _declares(element: etree._Element) -> bool:
    """Whether a namespace declaration stands on it in the document."""
    return element.nsmap != _inherited(element)


def _inherited(element: etree._Element) -> Mapping[str | None, str]:
    parent = element.getparent()
    return {} if parent is None else parent.nsmap


def _namespaces(element: etree._Element, scope: Scope) -> str:
    """Its own namespace, then those that stand on it in the document."""
    inherited = _inherited(element)
    own = {element.prefix or "": etree.QName(element).namespace or ""}
    more = {p or "": uri for p, uri in element.nsmap.items() if inherited.get(p) != uri}
    return "".join(_declaration(prefix, uri, scope) for prefix, uri in (own | more).items())


def _attributes(element: etree._Element, scope: Scope) -> str:
    """Each with its namespace before it, where that is new."""
    written = ""
    for key, value in element.attrib.items():
        name, prefix, uri = _qualified(element, str(key))
        written += _declaration(prefix, uri, scope) if prefix else ""
        written += f' {name}="{_quoted(str(value))}"'
    return written


def _declaration(prefix: str, uri: str, scope: Scope) -> str:
    if scope.get(prefix) == uri:
        return ""
    scope[prefix] = uri
    return f' xmlns{":" if prefix else ""}{prefix}="{_quoted(uri)}"'


def _qualified(element: etree._Element, attribute: str) -> tuple[str, str, str]:
    """Name as in the document, prefix and namespace of an attribute."""
    name = etree.QName(attribute)
    uri = name.namespace or ""
    known = {**{uri: prefix for prefix, uri in element.nsmap.items() if prefix}, **_XML}
    prefix = known.get(uri, "")
    return (f"{prefix}:" if prefix else "") + name.localname, prefix, uri


def _quoted(value: str) -> str:
    return escape(value, {'"': "&quot;"})
