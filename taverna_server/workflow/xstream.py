"""Configurations as XStream writes Java objects (t2flow-format 3.2).

Element names are class or field names with ``_`` doubled and ``$`` written
``_-``; an object that was written before is a ``reference``: a relative path of
element names with 1-based positions. What a reference points to is shared, not
copied, and its size is counted, so that references to references cannot grow
into a bomb.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace

from lxml import etree

from taverna_server.etree import local_name
from taverna_server.workflow.elements import Findings, children, text
from taverna_server.workflow.model import Bean

MAX_BEAN_SIZE = 200_000
"""Elements of one configuration with all references written out; a large one has 2,000."""

_UNUSED = {"mimeTypes", "handledReferenceSchemes"}

_ESCAPE = re.compile("_(_|-)")
_STEP = re.compile(r"([^\[\]]+)(?:\[([1-9][0-9]{0,5})\])?")


def unescape(tag: str) -> str:
    """The Java name behind an XStream element name."""
    return _ESCAPE.sub(lambda match: "_" if match[1] == "_" else "$", tag)


def read_bean(element: etree._Element, findings: Findings) -> Bean:
    """The configuration in an element, references resolved."""
    return _Reader(element, findings).read(element)


def read_verbatim(element: etree._Element) -> Bean:
    """XML that is a configuration as it stands (encoding ``jdomxml``)."""
    members = tuple(read_verbatim(child) for child in children(element))
    return Bean(local_name(element), _own_text(element, members), _attributes(element), members)


@dataclass
class _Reader:
    root: etree._Element
    findings: Findings
    done: dict[etree._Element, Bean] = field(default_factory=dict)
    sizes: dict[etree._Element, int] = field(default_factory=dict)
    open: set[etree._Element] = field(default_factory=set)
    """Being read now: a reference to one of these would never end."""

    def read(self, element: etree._Element) -> Bean:
        if element not in self.done:
            self.open.add(element)
            self.done[element] = self._read(element)
            self.open.discard(element)
        return self.done[element]

    def _read(self, element: etree._Element) -> Bean:
        self.sizes[element] = 1
        if "reference" in element.attrib:
            return self._referenced(element)
        members = tuple(self._member(child, element) for child in children(element))
        tag = unescape(local_name(element))
        if tag == "element" and "class" in element.attrib:
            tag = str(element.attrib["class"])
        return Bean(tag, _own_text(element, members), _attributes(element), members)

    def _member(self, child: etree._Element, parent: etree._Element) -> Bean:
        bean = self.read(child)
        self.sizes[parent] += self.sizes[child]
        return bean

    def _referenced(self, element: etree._Element) -> Bean:
        tag, path = unescape(local_name(element)), str(element.attrib["reference"])
        target = self._follow(element, path)
        if target is None or target in self.open:
            if tag not in _UNUSED:  # Java's one empty list is written as a reference to itself
                self.findings.add(element, f"<{tag}> refers to '{path}', where nothing is")
            return Bean(tag)
        bean = self.read(target)
        self.sizes[element] = self.sizes[target]
        if self.sizes[target] > MAX_BEAN_SIZE:
            self.findings.add(element, f"references of <{tag}> to '{path}' grow without end")
            return Bean(tag)
        return replace(bean, tag=tag)

    def _follow(self, element: etree._Element, path: str) -> etree._Element | None:
        place: etree._Element | None = element
        steps = path.split("/")
        if path.startswith("/"):
            place, steps = self.root, steps[2:]
        for step in steps:
            place = self._step(place, step)
            if place is None:
                return None
        return place

    def _step(self, place: etree._Element | None, step: str) -> etree._Element | None:
        match = _STEP.fullmatch(step)
        if place is None or match is None:
            return None
        if step == "..":
            return None if place is self.root else place.getparent()
        found = list(children(place, match[1]))
        position = int(match[2] or 1)
        return found[position - 1] if position <= len(found) else None


def _own_text(element: etree._Element, members: tuple[Bean, ...]) -> str:
    """Text counts in leaves; between child elements it is layout."""
    return "" if members else text(element)


def _attributes(element: etree._Element) -> dict[str, str]:
    return {str(name): str(value) for name, value in element.attrib.items()}
