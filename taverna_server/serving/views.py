"""Two faces on one URL: ``/runs`` is JSON for programs and HTML for people.

Each face keeps its ``Views``; ``join`` makes one blueprint of both, in which a
request goes to the face that it asks for. What only one of them has (downloads,
raw values) is answered by that one, whatever the client accepts.

The rules are those of the Player dossier, 1.1, in this order: a suffix of the
path (``.json``, taken off by the middleware) or ``format=``; JSON where it is
named in ``Accept`` and not ranked below HTML; otherwise HTML, also without
``Accept`` and for ``*/*``. XML alone, or images, are not there: 406.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any, TypeVar

from flask import Blueprint, g, request

from taverna_server.errors import NotAcceptable
from taverna_server.serving.negotiation import JSON, parse_accept, quality

View = TypeVar("View", bound=Callable[..., Any])

HTML = "text/html"
FORMAT = "taverna_server.format"
"""In the WSGI environment: the suffix that the path had, without its dot."""
_SELF_NEGOTIATING: set[Callable[..., Any]] = set()
_FORMATS = {"json": JSON, "html": HTML}


class Views:
    """The views of one face, by rule and method."""

    def __init__(self) -> None:
        self.by_route: dict[tuple[str, str], Callable[..., Any]] = {}

    def route(self, rule: str, *methods: str) -> Callable[[View], View]:
        """Decorates the view for a rule of the URL map and some methods."""

        def keep(view: View) -> View:
            for method in methods:
                self.by_route[rule, method] = view
            return view

        return keep

    def get(self, rule: str) -> Callable[[View], View]:
        return self.route(rule, "GET")

    def post(self, rule: str) -> Callable[[View], View]:
        return self.route(rule, "POST")

    def put(self, rule: str) -> Callable[[View], View]:
        """Also PATCH (Player dossier 1.1)."""
        return self.route(rule, "PUT", "PATCH")

    def delete(self, rule: str) -> Callable[[View], View]:
        return self.route(rule, "DELETE")


def join(name: str, programs: Views, people: Views) -> Blueprint:
    """One blueprint of a face in JSON and one in HTML."""
    blueprint = Blueprint(name, name)
    both = programs.by_route.keys() & people.by_route.keys()
    views = programs.by_route | people.by_route
    views |= {key: _choosing(programs.by_route[key], people.by_route[key]) for key in both}
    for (rule, method), view in sorted(views.items(), key=lambda item: item[0]):
        words = re.sub(r"\W+", "_", rule).strip("_")
        blueprint.add_url_rule(rule, f"{method.lower()}_{words}", view, methods=[method])
    return blueprint


def asked_for() -> str:
    """``JSON`` or ``HTML``: what the request asks for, worked out once.

    Raises:
        NotAcceptable: neither of them.
    """
    found: str | None = g.get("asked_for")
    if found is None:
        found = g.asked_for = _asked_for()
    return found


def wants_json() -> bool:
    """For errors: whether to write them as JSON."""
    try:
        return asked_for() == JSON
    except NotAcceptable:
        return True


def self_negotiating(view: View) -> View:
    """Decorates a view of programs that also answers what neither face has."""
    _SELF_NEGOTIATING.add(view)
    return view


def _choosing(
    for_programs: Callable[..., Any], for_people: Callable[..., Any]
) -> Callable[..., Any]:
    def view(**arguments: Any) -> Any:
        return (for_programs if _is_for_programs(for_programs) else for_people)(**arguments)

    return view


def _is_for_programs(view: Callable[..., Any]) -> bool:
    try:
        return asked_for() == JSON
    except NotAcceptable:
        if view in _SELF_NEGOTIATING:
            return True
        raise


def _asked_for() -> str:
    suffix = request.environ.get(FORMAT) or request.args.get("format")
    if suffix is not None:
        if suffix not in _FORMATS:
            raise NotAcceptable("this is available as json or html")
        return _FORMATS[suffix]
    accept = request.headers.get("Accept")
    ranges = parse_accept(accept)
    named = any(f"{it.type}/{it.subtype}" == JSON and it.quality > 0 for it in ranges)
    if named and quality(JSON, ranges) >= quality(HTML, ranges):
        return JSON
    if quality(HTML, ranges) > 0:
        return HTML
    raise NotAcceptable(f"this is available as {JSON} or {HTML}")
