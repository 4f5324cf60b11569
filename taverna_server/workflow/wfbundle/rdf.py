"""The RDF/XML that bundles are made of: elements, references and the base they resolve to."""

from __future__ import annotations

from collections.abc import Iterator

from lxml import etree

from taverna_server.errors import MalformedDocument
from taverna_server.etree import parse_xml
from taverna_server.workflow.elements import Findings, child, children, depth_at, text_at
from taverna_server.workflow.wfbundle.archive import Archive
from taverna_server.workflow.wfbundle.vocabulary import RDF, XML, resolve


class RdfDocument:
    """One RDF/XML document of a bundle."""

    def __init__(self, archive: Archive, path: str, findings: Findings, alias: str = "") -> None:
        """Raises MalformedDocument: missing, or not RDF/XML."""
        self.path = path
        self.root = parse_xml(archive.read(path))
        if self.root.tag != f"{{{RDF}}}RDF":
            raise MalformedDocument(f"'{path}' of the bundle is not RDF/XML")
        self.alias = alias
        self.base = resolve(path, str(self.root.get(f"{{{XML}}}base", "")), alias)
        self.findings = Findings(findings.noted, prefix=f"{path}: ")

    def resolve(self, reference: str) -> str:
        """A reference of this document as a place in the bundle."""
        return resolve(self.base, reference, self.alias) if reference else self.base

    def subject(self, element: etree._Element) -> str:
        """What an element is about."""
        return self.resolve(str(element.get(f"{{{RDF}}}about", "")))

    def target(self, element: etree._Element | None, name: str) -> str | None:
        """What a property of an element refers to; None where it has none."""
        return next(self.targets(element, name), None)

    def targets(self, element: etree._Element | None, name: str) -> Iterator[str]:
        """What all properties of that name refer to."""
        for found in children(element, name):
            reference = found.get(f"{{{RDF}}}resource")
            if reference is not None:
                yield self.resolve(str(reference))

    def required_target(self, element: etree._Element, name: str) -> str:
        """As ``target``; a missing one is a finding, and empty."""
        found = self.target(element, name)
        if found is None:
            self.findings.add(element, f"<{etree.QName(element).localname}> has no <{name}>")
        return found or ""

    def name(self, element: etree._Element) -> str:
        """The ``<name>``; a missing one is a finding, and empty."""
        found = text_at(element, "name")
        if not found:
            self.findings.add(element, f"<{etree.QName(element).localname}> has no <name>")
        return found

    def depth(self, element: etree._Element, name: str, default: int = 0) -> int:
        return depth_at(element, name, self.findings, default)


def parts(element: etree._Element | None, name: str) -> Iterator[etree._Element]:
    """What stands inside each property of that name: ``<processor><Processor/></processor>``."""
    for found in children(element, name):
        yield from children(found)


def members(element: etree._Element | None, *path: str) -> Iterator[etree._Element]:
    """The members of the collection at the end of a path."""
    for name in path:
        element = child(element, name)
    yield from children(element)
