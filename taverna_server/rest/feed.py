"""``/feed``: what happened to the caller's runs (protocol dossier 9.3)."""

from __future__ import annotations

from datetime import UTC, datetime

from flask import Blueprint, Response, request

from taverna_server.errors import BadRequest
from taverna_server.model.events import Event
from taverna_server.representations.feed import Entry, Feed, write_entry, write_feed
from taverna_server.rest.dates import write_time
from taverna_server.rest.operations import offers
from taverna_server.serving.context import caller, manager
from taverna_server.serving.links import base_url, run_url

ATOM = "application/atom+xml"

blueprint = Blueprint("feed", __name__, url_prefix="/feed")


@blueprint.get("")
@offers(ATOM)
def get_feed() -> Response:
    """The newest events; ``before`` asks for those older than the event of that number."""
    user = caller()
    events, more = manager().events(user, _before())
    address = f"{base_url()}/feed"
    updated = events[0].published if events else datetime.now(UTC)
    feed = Feed(
        id=f"urn:taverna-server:{manager().feed_name()}:{user.name}",
        updated=write_time(updated),
        address=address,
        entries=[_entry(event) for event in events],
        following=f"{address}?before={events[-1].number}" if more else None,
    )
    return Response(write_feed(feed), content_type=f"{ATOM};type=feed;charset=UTF-8")


@blueprint.get("/<event_id>")
@offers(ATOM)
def get_event(event_id: str) -> Response:
    """One event of your runs."""
    entry = _entry(manager().event(caller(), event_id))
    return Response(write_entry(entry), content_type=f"{ATOM};type=entry;charset=UTF-8")


def _before() -> int | None:
    given = request.args.get("before")
    if given is None:
        return None
    if not (given.isascii() and given.isdigit() and len(given) < 10):
        raise BadRequest("before is the number of an event")
    return int(given)


def _entry(event: Event) -> Entry:
    return Entry(
        event.id,
        write_time(event.published),
        event.owner,
        event.title,
        event.content,
        run_url(event.run_id),
    )
