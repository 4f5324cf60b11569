"""Makes RDF/XML, in the order and with the elements that Taverna 3's schema wants."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from lxml import etree

from taverna_server.workflow.wfbundle.vocabulary import (
    INTEGER,
    OA,
    PAV,
    RDF,
    RDFS,
    SCUFL2,
    XML,
)

_PREFIXES: Any = {None: SCUFL2, "rdf": RDF, "rdfs": RDFS, "oa": OA, "pav": PAV}


class Element:
    """An element that things are added to."""

    def __init__(
        self,
        namespace: str,
        name: str,
        parent: etree._Element | None = None,
        about: str | None = None,
    ) -> None:
        tag = f"{{{namespace}}}{name}"
        if parent is None:
            self.element = etree.Element(tag, nsmap=_PREFIXES)
        else:
            self.element = etree.SubElement(parent, tag)
        if about is not None:
            self.element.set(f"{{{RDF}}}about", about)

    def child(self, namespace: str, name: str, about: str | None = None) -> Element:
        return Element(namespace, name, self.element, about)

    def collection(self, name: str) -> Element:
        """A property that is a list."""
        made = self.child(SCUFL2, name)
        made.element.set(f"{{{RDF}}}parseType", "Collection")
        return made

    def text(self, namespace: str, name: str, text: str) -> None:
        self.child(namespace, name).element.text = text

    def number(self, name: str, number: int) -> None:
        made = self.child(SCUFL2, name)
        made.element.set(f"{{{RDF}}}datatype", INTEGER)
        made.element.text = str(number)

    def refer(self, namespace: str, name: str, target: str) -> None:
        """A property that is a resource."""
        self.child(namespace, name).element.set(f"{{{RDF}}}resource", target)

    def type(self, uri: str) -> None:
        self.refer(RDF, "type", uri)


def document(descriptions: Iterable[Element], base: str) -> bytes:
    """The document of some descriptions; its references are relative to ``base``."""
    root = etree.Element(f"{{{RDF}}}RDF", nsmap=_PREFIXES)
    root.set(f"{{{XML}}}base", base)
    root.extend(description.element for description in descriptions)
    return etree.tostring(root, encoding="UTF-8", xml_declaration=True)
