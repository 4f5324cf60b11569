"""Documents made wrong: bytes, tags and elements changed, dropped, doubled and moved.

A mutation of bytes is mostly refused by the XML parser; one of elements stays
well-formed and reaches what a reader makes of it. Everything follows from the
seed of the ``Random`` that is passed in.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from copy import deepcopy
from random import Random

from lxml import etree

TEXTS = (
    "", " ", "0", "-1", "1", "99999", "1e309", "9" * 400, "NaN", "\u00e9\u4e2d\U0001f600", "a\nb",
    "true", "../..", "../../x[2]", "/x", "null", "Infinity", "merge", "dataflow", "processor",
    "top", "nested", "<activity/>", "<activity><class>A</class></activity>", "%s", "\u2028",
    "l('text/plain')", "l(" * 300, "P:a", ":", "x" * 5000,
)  # fmt: skip
TAG = re.compile(rb"<[^<>]*>")


def mutants(document: bytes, count: int, random: Random) -> Iterator[bytes]:
    """As many wrong forms of a document, each with one to four changes."""
    root = etree.fromstring(document)
    for _ in range(count):
        changes = random.randint(1, 4)
        if random.random() < 0.25:
            yield changed_bytes(document, changes, random)
        else:
            yield changed_elements(root, changes, random)


def changed_bytes(document: bytes, changes: int, random: Random) -> bytes:
    """Bytes or tags of a document changed; for a ZIP as good as for XML."""
    content = bytearray(document)
    for _ in range(changes):
        random.choice(_BYTES)(content, random)
    return bytes(content)


def changed_elements(root: etree._Element, changes: int, random: Random) -> bytes:
    """Elements of a document changed."""
    copy = deepcopy(root)
    for _ in range(changes):
        elements = [element for element in copy.iter() if isinstance(element.tag, str)]
        random.choice(_ELEMENTS)(random.choice(elements), random.choice(elements), random)
    return etree.tostring(copy)


def _flip(content: bytearray, random: Random) -> None:
    if content:
        content[random.randrange(len(content))] = random.randrange(256)


def _cut(content: bytearray, random: Random) -> None:
    start = random.randrange(len(content) + 1)
    del content[start : start + random.randint(1, 200)]


def _repeat(content: bytearray, random: Random) -> None:
    start = random.randrange(len(content) + 1)
    content[start:start] = content[start : start + random.randint(1, 200)] * random.randint(1, 20)


def _drop_tag(content: bytearray, random: Random) -> None:
    tags = [match.span() for match in TAG.finditer(content)]
    if tags:
        start, end = random.choice(tags)
        del content[start:end]


_BYTES = (_flip, _cut, _repeat, _drop_tag)


def _remove(element: etree._Element, other: etree._Element, random: Random) -> None:
    parent = element.getparent()
    if parent is not None:
        parent.remove(element)


def _double(element: etree._Element, other: etree._Element, random: Random) -> None:
    if element.getparent() is not None:
        element.addnext(deepcopy(element))


def _transplant(element: etree._Element, other: etree._Element, random: Random) -> None:
    """A copy into a place it does not belong; large ones would only take time."""
    if sum(1 for _ in zip(element.iter(), range(200), strict=False)) < 200:
        other.append(deepcopy(element))


def _rename(element: etree._Element, other: etree._Element, random: Random) -> None:
    element.tag = other.tag


def _retext(element: etree._Element, other: etree._Element, random: Random) -> None:
    element.text = random.choice((other.text, *TEXTS))


def _reattribute(element: etree._Element, other: etree._Element, random: Random) -> None:
    names = [*element.attrib, *other.attrib, "reference", "class", "depth", "name"]
    element.set(random.choice(names), random.choice((*element.attrib.values(), *TEXTS)))


def _unattribute(element: etree._Element, other: etree._Element, random: Random) -> None:
    for name in list(element.attrib)[:1]:
        del element.attrib[name]


def _nest(element: etree._Element, other: etree._Element, random: Random) -> None:
    """Deeper, but not so deep that the parser refuses it."""
    for _ in range(random.randint(1, 30)):
        element = etree.SubElement(element, other.tag, dict(element.attrib))


_Change = Callable[[etree._Element, etree._Element, Random], None]
_ELEMENTS: tuple[_Change, ...] = (
    _remove, _remove, _double, _transplant, _rename, _retext, _retext, _reattribute, _unattribute,
    _nest,
)  # fmt: skip
