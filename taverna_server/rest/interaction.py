"""``/rest/runs/{id}/interaction``: the run's questions and their answers, in Atom (dossier 9.2).

Entries are kept as they came, with an id, links and times of ours. The engine
knows its run only as a directory: addresses in its entries are relative to the
run and become absolute here, by the address under which the client sees us.
"""

from __future__ import annotations

import re
import uuid
from collections.abc import Iterator
from datetime import UTC, datetime
from urllib.parse import urljoin

from flask import Blueprint, Response, request
from lxml import etree

from taverna_server.errors import MalformedDocument, NotAcceptable, UnknownEntry, UnsupportedMedia
from taverna_server.etree import parse_xml
from taverna_server.manager.interactions import LARGEST_ENTRY, FeedEntry
from taverna_server.rest.operations import answers, answers_with, offers, reads
from taverna_server.rest.responses import text
from taverna_server.serving import bodies
from taverna_server.serving.context import caller, manager
from taverna_server.serving.links import run_url
from taverna_server.serving.negotiation import TEXT, charset, consumed

blueprint = Blueprint("interaction", __name__, url_prefix="/runs/<run_id>/interaction")

ATOM = "application/atom+xml"
NAMESPACE = "http://www.w3.org/2005/Atom"
_FEED_TYPE = f"{ATOM};type=feed;charset=UTF-8"
_ENTRY_TYPE = f"{ATOM};type=entry;charset=UTF-8"
_URN = "urn:uuid:"
_DECLARATION = re.compile(r"\s*<\?xml\s[^>]*\?>")
_NO_ENTRY = "not really a feed entry"


@blueprint.get("")
@offers(ATOM)
def get_feed(run_id: str) -> Response:
    """What the workflow asks people, and what they replied."""
    run, entries = manager().interaction_feed(caller(), run_id)
    return _answer(_feed(run_id, run.name, entries), _FEED_TYPE)


@blueprint.post("")
@reads(ATOM)
@answers_with(ATOM)
@answers(201)
def post_entry(run_id: str) -> Response:
    """A reply, or a question."""
    user = caller()
    given = request.headers.get("Content-Type")
    consumed(given, [ATOM])
    entry = _read_entry(bodies.whole(LARGEST_ENTRY), charset(given))
    stored = manager().add_interaction_entry(
        user, run_id, lambda name: _written(_signed(entry, run_id, name))
    )
    response = _answer(parse_xml(stored.content), _ENTRY_TYPE, 201)
    response.headers["Location"] = run_url(run_id, "interaction", stored.name)
    return response


@blueprint.get("/<entry>")
@offers(ATOM)
def get_entry(run_id: str, entry: str) -> Response:
    """One question or reply."""
    found = manager().interaction_entry(caller(), run_id, _name(run_id, entry))
    parsed = next(_parsed(run_id, [found]), None)
    if parsed is None:
        raise UnknownEntry(entry)
    return _answer(parsed, _ENTRY_TYPE)


@blueprint.delete("/<entry>")
@answers_with(TEXT)
def delete_entry(run_id: str, entry: str) -> Response:
    """Remove a question or reply."""
    manager().delete_interaction_entry(caller(), run_id, _name(run_id, entry))
    return text("entry successfully deleted")


def _read_entry(body: bytes, encoding: str) -> etree._Element:
    """The entry as text of the body's charset: browsers declare another one in the document."""
    try:
        document = _DECLARATION.sub("", body.decode(encoding), count=1)
        entry = parse_xml(document.encode())
    except LookupError as error:
        raise UnsupportedMedia(f"unknown charset {encoding[:40]}") from error
    except (UnicodeDecodeError, MalformedDocument) as error:
        raise NotAcceptable(_NO_ENTRY) from error
    if entry.tag != _tag("entry"):
        raise NotAcceptable(_NO_ENTRY)
    return entry


def _signed(entry: etree._Element, run_id: str, name: str) -> etree._Element:
    """With an id, links and times of ours in place of any others."""
    ours = ("id", "updated", "published")
    for child in list(entry):
        if child.tag in map(_tag, ours) or _is_own_link(child):
            entry.remove(child)
    now = datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
    _add(entry, "id", f"{_URN}{uuid.uuid4()}")
    _link(entry, "self", run_url(run_id, "interaction", name))
    _link(entry, "workflowrun", run_url(run_id))
    _add(entry, "updated", now)
    _add(entry, "published", now)
    return entry


def _feed(run_id: str, name: str, entries: list[FeedEntry]) -> etree._Element:
    feed = etree.fromstring(f'<feed xmlns="{NAMESPACE}"/>')
    _add(feed, "title", f'Interactions for Taverna Run "{name}"').set("type", "text")
    _link(feed, "self", run_url(run_id, "interaction"))
    _link(feed, "workflowrun", run_url(run_id))
    for number, entry in enumerate(_parsed(run_id, entries)):
        feed.append(entry)
        if not number:
            _add(feed, "updated", entry.findtext(_tag("updated")) or "")
    return feed


def _parsed(run_id: str, entries: list[FeedEntry]) -> Iterator[etree._Element]:
    """The entries, with addresses as this client sees them; what is no entry is left out."""
    for stored in entries:
        try:
            entry = parse_xml(stored.content)
        except MalformedDocument:
            continue
        if entry.tag == _tag("entry"):
            yield _located(entry, run_id, stored.name)


def _located(entry: etree._Element, run_id: str, name: str) -> etree._Element:
    for link in [child for child in entry if _is_own_link(child)]:
        entry.remove(link)
    for element in entry.iter():
        if address := element.get("href"):
            element.set("href", urljoin(run_url(run_id) + "/", address))
    _link(entry, "self", run_url(run_id, "interaction", name))
    _link(entry, "workflowrun", run_url(run_id))
    return entry


def _name(run_id: str, entry: str) -> str:
    """The entry's name, also where a client knows it by its id, as Taverna's engine does."""
    if not entry.startswith(_URN):
        return entry
    _, entries = manager().interaction_feed(caller(), run_id)
    for stored in entries:
        for parsed in _parsed(run_id, [stored]):
            if parsed.findtext(_tag("id")) == entry:
                return stored.name
    raise UnknownEntry(entry)


def _is_own_link(child: etree._Element) -> bool:
    return child.tag == _tag("link") and child.get("rel") in ("self", "workflowrun")


def _tag(name: str) -> str:
    return f"{{{NAMESPACE}}}{name}"


def _add(parent: etree._Element, name: str, content: str) -> etree._Element:
    child = etree.SubElement(parent, _tag(name))
    child.text = content
    return child


def _link(parent: etree._Element, rel: str, href: str) -> None:
    etree.SubElement(parent, _tag("link"), {"href": href, "rel": rel})


def _written(element: etree._Element) -> bytes:
    content: bytes = etree.tostring(element, xml_declaration=True, encoding="UTF-8")
    return content


def _answer(element: etree._Element, content_type: str, status: int = 200) -> Response:
    return Response(_written(element), status, content_type=content_type)
