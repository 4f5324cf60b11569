"""Changes that a browser was made to ask for by a page of another site are refused.

A browser sends the login of HTTP Basic by itself, also with a form that another
site shows or posts. It says where a request comes from, though, and ordinary
clients, which hold their login themselves, say nothing of the kind.
"""

from __future__ import annotations

from urllib.parse import urlsplit

from flask import request

from taverna_server.errors import NotPermitted
from taverna_server.serving.links import base_url

_SAFE = frozenset({"GET", "HEAD", "OPTIONS"})
_OUR_OWN = frozenset({"same-origin", "none"})


def check_origin() -> None:
    """Raises NotPermitted for a change that a page of another site asks for.

    What the browser says of the site goes before our own comparison: a proxy may
    hide from us how it is spoken to.
    """
    if request.method in _SAFE:
        return
    site, origin = (request.headers.get(name) for name in ("Sec-Fetch-Site", "Origin"))
    foreign = (
        site not in _OUR_OWN if site is not None else origin is not None and not _is_ours(origin)
    )
    if foreign:
        raise NotPermitted("changes are not taken from pages of other sites")


def _is_ours(origin: str) -> bool:
    ours = urlsplit(base_url())
    return origin == f"{ours.scheme}://{ours.netloc}"
