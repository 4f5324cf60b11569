"""Walking through t2flow elements, and collecting what is wrong on the way.

Elements are found by local name: some writers left the namespace out below the
root (t2flow-format 3.1), and none ever used a second one there. A fault is
noted with its line and reading goes on, so that all are reported together.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from lxml import etree

from taverna_server.etree import local_name


@dataclass
class Findings:
    """What is wrong with a document, a sentence each."""

    noted: list[tuple[int, str]] = field(default_factory=list)
    line: int = 0
    """Of the element that carries the document as text; 0: a document of its own."""
    prefix: str = ""
    """Says which part of the document a fault is in."""

    def add(self, element: etree._Element, sentence: str) -> None:
        """Note a fault of this element."""
        self.add_at(self.line_of(element), sentence)

    def add_at(self, line: int, sentence: str) -> None:
        """Note a fault at a line; 0: not known."""
        sentence = self.prefix + sentence
        self.noted.append((line, f"line {line}: {sentence}" if line else sentence))

    @property
    def sentences(self) -> list[str]:
        """All of them, by line."""
        return [sentence for _, sentence in sorted(self.noted, key=lambda pair: pair[0])]

    def line_of(self, element: etree._Element) -> int:
        """The line in the whole document."""
        return self.line or int(getattr(element, "sourceline", None) or 0)

    def within(self, element: etree._Element) -> Findings:
        """Collects into the same list, for a document that is the text of this element."""
        return Findings(self.noted, self.line_of(element))


def children(element: etree._Element | None, name: str | None = None) -> Iterator[etree._Element]:
    """Child elements (not comments), all or those of that local name."""
    for child in () if element is None else element:
        if isinstance(child.tag, str) and (name is None or local_name(child) == name):
            yield child


def child(element: etree._Element | None, name: str) -> etree._Element | None:
    """The first child element of that local name."""
    return next(children(element, name), None)


def text(element: etree._Element | None) -> str:
    """The text directly in an element, comments apart; "" where there is no element."""
    if element is None:
        return ""
    return (element.text or "") + "".join(part.tail or "" for part in element)


def text_at(element: etree._Element | None, *path: str) -> str:
    """The text of the element reached by the path of names, stripped; "" if there is none."""
    for name in path:
        element = child(element, name)
    return text(element).strip()


def required(element: etree._Element, name: str, findings: Findings) -> str:
    """The stripped text of a child that must not be missing or empty."""
    found = text_at(element, name)
    if not found:
        findings.add(element, f"<{local_name(element)}> has no <{name}>")
    return found


def depth_at(element: etree._Element, name: str, findings: Findings, default: int = 0) -> int:
    """A depth in a child element; ``default`` where the child is missing."""
    found = text_at(element, name)
    return depth_from(found, element, findings) if found else default


MAX_NESTING = 64
"""Workflows within workflows; the deepest published one has 6 levels."""

MAX_PORT_DEPTH = 100
"""Deeper lists than anybody makes; protects from numbers that are only large."""


def depth_from(found: str, element: etree._Element, findings: Findings) -> int:
    """A depth written as text: a small whole number."""
    if found.isascii() and found.isdigit() and len(found) < 5 and int(found) <= MAX_PORT_DEPTH:
        return int(found)
    findings.add(element, f"'{found[:40]}' is not a depth")
    return 0
