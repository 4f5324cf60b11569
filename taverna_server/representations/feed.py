"""The event feed as Atom (RFC 4287; protocol dossier 9.3).

Not a ``Document``: the vocabulary is Atom's, it has no JSON form and nothing is
read. Texts are whatever a run is called, so each is made fit for XML.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from lxml import etree

from taverna_server.representations.texts import without_unwritable

ATOM = "http://www.w3.org/2005/Atom"
LANGUAGE = "{http://www.w3.org/XML/1998/namespace}lang"
_DEFAULT: Any = {None: ATOM}  # the stubs of lxml know no default namespace
TITLE = "events relating to workflow runs"


@dataclass(frozen=True, slots=True)
class Entry:
    """One event; times and addresses as they stand on the wire."""

    id: str
    published: str
    author: str
    title: str
    content: str
    run: str


@dataclass(frozen=True, slots=True)
class Feed:
    """A page of events, newest first."""

    id: str
    updated: str
    address: str
    entries: Sequence[Entry]
    following: str | None = None
    """The address of the page with older events, where there are any (RFC 5005)."""


def write_feed(feed: Feed) -> bytes:
    """The feed as a document."""
    root = etree.Element(_tag("feed"), nsmap=_DEFAULT)
    _text(root, "title", TITLE)
    _add(root, "id", feed.id)
    for entry in feed.entries:
        root.append(_entry(entry))
    _add(root, "updated", feed.updated)
    _add(root, "link", href=feed.address, rel="self")
    if feed.following:
        _add(root, "link", href=feed.following, rel="next")
    return _document(root)


def write_entry(entry: Entry) -> bytes:
    """One event as a document of its own."""
    return _document(_entry(entry))


def _entry(entry: Entry) -> etree._Element:
    made = etree.Element(_tag("entry"), nsmap=_DEFAULT)
    _add(made, "id", entry.id)
    _add(made, "published", entry.published)
    _add(_add(made, "author"), "name", entry.author)
    _add(made, "updated", entry.published)
    _text(made, "title", entry.title)
    _add(made, "link", href=entry.run, rel="related", title="workflow run")
    _text(made, "content", entry.content)
    return made


def _text(parent: etree._Element, name: str, words: str) -> None:
    _add(parent, name, words, type="text").set(LANGUAGE, "en")


def _add(
    parent: etree._Element, name: str, words: str | None = None, **attributes: str
) -> etree._Element:
    made = etree.SubElement(parent, _tag(name), attributes)
    made.text = None if words is None else without_unwritable(words)
    return made


def _tag(name: str) -> str:
    return f"{{{ATOM}}}{name}"


def _document(root: etree._Element) -> bytes:
    return etree.tostring(root, encoding="UTF-8", xml_declaration=True)
