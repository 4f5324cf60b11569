"""Names as Taverna 2 takes them, and what a Scufl document calls its ports."""

from __future__ import annotations

import re
from typing import NamedTuple

from lxml import etree

from taverna_server.workflow.elements import Findings, child, text
from taverna_server.workflow.unique import UniqueNames

_REFUSED = re.compile(r"[^A-Za-z0-9_]")
_LIST = re.compile(r"\bl\(")

MAX_LISTS = 100
"""As deep as any port may be (``elements.MAX_PORT_DEPTH``)."""


def sanitised(name: str) -> str:
    """The name without the characters that Taverna 2 refuses; never empty."""
    return _REFUSED.sub("", name) or "_"


class Names(UniqueNames):
    """Sanitised names of one kind of thing, different where the names were."""

    def __init__(self) -> None:
        super().__init__()
        self.given: dict[str, str] = {}

    def __getitem__(self, name: str) -> str:
        if name not in self.given:
            self.given[name] = self.unused(sanitised(name))
        return self.given[name]


def list_depth(syntactic_type: str) -> int:
    """``l(l('text/plain'))`` is a list of lists: 2."""
    return min(len(_LIST.findall(syntactic_type)), MAX_LISTS)


def attribute(element: etree._Element, name: str, default: str = "") -> str:
    """An attribute whose name may or may not carry the prefix of the namespace."""
    for key, value in element.attrib.items():
        if etree.QName(str(key)).localname == name:
            return str(value)
    return default


class Place(NamedTuple):
    """A port as links name it: ``processor:port``, or the workflow's with ``processor`` None."""

    processor: str | None
    port: str


class Link(NamedTuple):
    """A link in the words of the document."""

    source: Place
    sink: Place
    line: int


def read_link(element: etree._Element, findings: Findings) -> Link | None:
    """Both spellings; in the older one ``input`` is an input port, so the sink."""
    source = text(child(element, "output")).strip() or attribute(element, "source")
    sink = text(child(element, "input")).strip() or attribute(element, "sink")
    if not source or not sink:
        findings.add(element, "a link needs a source and a sink")
        return None
    return Link(_place(source), _place(sink), findings.line_of(element))


def _place(written: str) -> Place:
    processor, colon, port = written.strip().partition(":")
    return Place(processor, port) if colon else Place(None, processor)
