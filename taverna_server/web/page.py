"""A page from a template, with the headers that every page has.

Templates extend ``layout.html`` and take their parts from ``parts.html``. They have,
beside what a view gives them: ``url(path, **query)`` for links below the base,
``asset(name)``, ``csrf_field()``, ``me`` (the account), ``site``, ``flash`` and ``here``
(the path).
A variable that nobody gave is an error, not nothing.
"""

from __future__ import annotations

from functools import cache
from typing import Any
from urllib.parse import urlencode, urlsplit

import jinja2
from flask import Response, request
from markupsafe import Markup

import taverna_server
from taverna_server.serving.context import config, manager
from taverna_server.serving.links import base_url
from taverna_server.serving.sessions import FIELD, csrf_token, known_user
from taverna_server.web import flashes, words
from taverna_server.web.assets import asset

HTML = "text/html; charset=utf-8"
_BYTES = "surrogateescape"
"""How bytes that are no text stand in a name of a file, and go into addresses."""
NAMELESS = {"name": "", "announcement": ""}
POLICY = {
    "default-src": "'none'",
    "script-src": "'self'",
    "style-src": "'self'",
    "img-src": "'self' data:",
    "connect-src": "'self'",
    "frame-src": "'self'",
    "form-action": "'self'",
    "base-uri": "'none'",
    "frame-ancestors": "'none'",
}


def page(template: str, status: int = 200, **values: Any) -> Response:
    """The page, not kept by anybody, with what is to be said from the request before."""
    flash = flashes.waiting()
    content = _templates().get_template(template).render(_given(status), flash=flash, **values)
    # Names of files may be bytes that are no text: they are shown as far as they are.
    response = Response(content.encode("utf-8", "replace"), status, content_type=HTML)
    response.headers["Content-Security-Policy"] = policy()
    response.headers["Referrer-Policy"] = "same-origin"
    response.headers["Cache-Control"] = "private, no-cache"
    response.vary.update(("Accept", "Authorization", "Cookie"))
    flashes.take_back(response)
    return response


def redirect(path: str, notice: str = "", error: str = "", status: int = 302) -> Response:
    """To another page of ours, which says what was done."""
    response = Response(status=status, headers={"Location": base_url() + path})
    if notice or error:
        flashes.put(response, "notice" if notice else "error", notice or error)
    return response


def policy(**changes: str) -> str:
    """The ``Content-Security-Policy``; ``frame_src="..."`` changes a part for one page."""
    named = {name.replace("_", "-"): value for name, value in changes.items()}
    return "; ".join(f"{name} {value}" for name, value in (POLICY | named).items())


def url(path: str, **query: object) -> str:
    """The path of something of ours as a browser needs it; empty and absent values are left out."""
    given = {name: value for name, value in query.items() if value not in (None, "", False)}
    root = urlsplit(base_url()).path
    return root + path + (f"?{urlencode(given, doseq=True, errors=_BYTES)}" if given else "")


def csrf_field() -> Markup:
    """The hidden field that every form with method POST has."""
    return Markup('<input type="hidden" name="{}" value="{}">').format(FIELD, csrf_token())


def _given(status: int) -> dict[str, Any]:
    """What every template has; the page about a defect asks the database nothing."""
    return {
        "me": known_user(),
        "here": request.path,
        "csrf": csrf_token(),
        "registration": config().registration,
        "site": manager().site() if status < 500 else NAMELESS,
        "version": taverna_server.__version__,
    }


@cache
def _templates() -> jinja2.Environment:
    environment = jinja2.Environment(
        loader=jinja2.PackageLoader("taverna_server.web"),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.globals.update(url=url, asset=lambda name: url(asset(name)), csrf_field=csrf_field)
    environment.filters.update(words.FILTERS)
    return environment
