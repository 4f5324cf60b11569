"""Pages for people: the welcome at ``/about``, and the interface to leaf through at ``/api``.

No scripts, nothing from elsewhere: they work under a policy that allows nothing
but our own style sheet.
"""

from __future__ import annotations

from itertools import groupby
from typing import Any

from flask import Blueprint, Response, current_app, json, render_template

import taverna_server
from taverna_server.rest.openapi import openapi
from taverna_server.rest.operations import answers_with, offers
from taverna_server.rest.resources import methods
from taverna_server.serving.links import base_url
from taverna_server.serving.negotiation import JSON

HTML = "text/html"
CSS = "text/css"
POLICY = "default-src 'none'; style-src 'self'; base-uri 'none'; frame-ancestors 'none'"

blueprint = Blueprint("welcome", __name__, template_folder="templates")


@blueprint.get("/about")
@answers_with(HTML)
def get_welcome() -> Response:
    """What this is, for people."""
    return _page("welcome.html")


@blueprint.get("/api")
@answers_with(HTML)
def get_api() -> Response:
    """Every resource and what it takes and gives, for people."""
    described = methods(current_app)
    resources = [(path, list(group)) for path, group in groupby(described, key=lambda it: it.path)]
    return _page("api.html", resources=resources)


@blueprint.get("/openapi.json")
@offers(JSON)
def get_openapi() -> Response:
    """Every resource and what it takes and gives, for programs."""
    return Response(json.dumps(openapi(current_app, base_url())), content_type=JSON)


@blueprint.get("/style.css")
@answers_with(CSS)
def get_style() -> Response:
    """How the pages look."""
    return Response(render_template("style.css"), content_type=CSS)


def _page(template: str, **values: Any) -> Response:
    page = render_template(template, base=base_url(), version=taverna_server.__version__, **values)
    headers = {"Content-Security-Policy": POLICY}
    return Response(page, headers=headers, content_type=f"{HTML}; charset=utf-8")
