"""Interaction pages in browsers: what they may do, and with whose name (docs/security.md).

Theory of operation. Whatever lies below ``wd/interactions`` may run scripts, and
a workflow wrote it. So it is shown in a sandbox that takes its origin away: for
the browser it is a stranger to us, that cannot read what we answer to the user's
login. What a page must be able to do, it does with a key (``auth/page_keys.py``):
when a user who may update the run opens a page, the browser is sent to the same
address with the key in the query, and the page finds it there. With the key it
reads the files of the interactions, puts the answer beside them and announces it
in the feed; these few answers say that strangers may read them (CORS).

A stranger could still send a form with the user's login, as any page of the web
could. So nothing is changed for a browser that sends HTTP Basic by itself, from a page
of another origin.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from urllib.parse import urlsplit

from flask import Response, g, request

from taverna_server.errors import NotPermitted
from taverna_server.model.identity import Permission, User
from taverna_server.serving.context import config, manager, services
from taverna_server.serving.links import entry_url, requested_base

SANDBOX = "sandbox allow-scripts allow-forms allow-modals allow-popups"
KEY = "key"
_RULES = re.compile(r"/rest/runs/<run_id>/(wd/<entry:path>|interaction)")
_ANSWER = re.compile(r"interactions/interaction[0-9A-Za-z-]+OutputData\.json")
_PAGE = re.compile(r"interactions/[^/]+\.html?")
_SAFE = ("GET", "HEAD", "OPTIONS")
_CORS = {
    "Access-Control-Allow-Origin": "*",
    "Access-Control-Allow-Methods": "GET, HEAD, PUT, POST",
    "Access-Control-Allow-Headers": "Authorization, Content-Type, Slug",
    "Access-Control-Max-Age": "600",
}


def run_asked_for() -> str | None:
    """The run whose interactions the request is about; None when it is about anything else."""
    rule, given = request.url_rule, request.view_args or {}
    if rule is None or not _RULES.fullmatch(rule.rule):
        return None
    if "path" in given and not given["path"].startswith("interactions/"):
        return None
    found: str = given["run_id"]
    return found


def key_of_query() -> str | None:
    """An ``Authorization`` made of the key in the address, for what pages load and show."""
    key = request.args.get(KEY)
    readable = request.method in ("GET", "HEAD") and run_asked_for() is not None
    return f"Bearer {key}" if key and readable else None


def is_preflight() -> bool:
    """Whether a browser asks what a page may ask; it says nothing of who is asking."""
    asking = request.method == "OPTIONS" and "Access-Control-Request-Method" in request.headers
    return asking and run_asked_for() is not None


def check_page(user: User) -> None:
    """Raises NotPermitted for what is not a page's business."""
    path = (request.view_args or {}).get("path")
    allowed = request.method in _SAFE or (
        bool(_ANSWER.fullmatch(path)) and request.method == "PUT"
        if path is not None
        else request.method == "POST"
    )
    if user.page_of != run_asked_for() or not allowed:
        raise NotPermitted("an interaction page may only answer")


def check_origin() -> None:
    """Raises NotPermitted where a page of another site has a browser change something."""
    origin = request.headers.get("Origin")
    ambient = request.headers.get("Authorization", "")[:6].lower() == "basic "
    if request.method in _SAFE or origin is None or not ambient:
        return
    bases = (urlsplit(base) for base in (config().public_url, requested_base()))
    if origin not in {f"{base.scheme}://{base.netloc}" for base in bases}:
        raise NotPermitted("a page of another origin may not do this with your login")


def key_wanted(user: User, run_id: str, path: str) -> Response | None:
    """Sends a browser that opens a page on to the same page with a key; None: show it as it is."""
    opened = request.headers.get("Sec-Fetch-Mode") == "navigate" and request.method == "GET"
    if not opened or user.page_of or KEY in request.args or not _PAGE.fullmatch(path):
        return None
    if not manager().may(user, run_id, Permission.UPDATE):
        return None
    key = services().authenticator.pages.key(user.name, run_id)
    if key is None:
        return None
    location = f"{entry_url(run_id, path)}?{KEY}={key}"
    return Response(status=303, headers={"Location": location, **_unshared()})


def allow_reading(response: Response) -> Response:
    """Let pages read the answers to their own requests, errors included."""
    user: User | None = g.get("caller")
    if is_preflight() or (user is not None and user.page_of):
        response.headers.update(_CORS)
        response.headers.update(_unshared())
    elif "Origin" in request.headers and run_asked_for() is not None and user is None:
        response.headers.update(_CORS)  # a key that is worth nothing any more: say so
    return response


def _unshared() -> Mapping[str, str]:
    """The address holds a key: it goes into no cache and no ``Referer``."""
    return {"Referrer-Policy": "no-referrer", "Cache-Control": "no-store"}
