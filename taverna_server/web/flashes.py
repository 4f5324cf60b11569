"""What was just done, said on the next page.

The words travel in a cookie that lives a minute, signed so that nobody else can
put words into our mouth; the page that shows them takes it back.
"""

from __future__ import annotations

from flask import Response, request
from itsdangerous import BadData, URLSafeSerializer

from taverna_server.serving.context import services
from taverna_server.serving.sessions import is_secure

COOKIE = "taverna_flash"
_SECONDS = 60
_LONGEST = 1000


def put(response: Response, kind: str, words: str) -> None:
    """Have the next page say so; ``kind`` is ``notice`` or ``error``."""
    _set(response, _signer().dumps([kind, words[:_LONGEST]]), _SECONDS)


def waiting() -> tuple[str, str] | None:
    """Kind and words that this page has to show."""
    given = request.cookies.get(COOKIE)
    if not given:
        return None
    try:
        kind, words = _signer().loads(given)
    except (BadData, ValueError, TypeError):
        return None
    return str(kind), str(words)


def take_back(response: Response) -> None:
    """They were shown."""
    if COOKIE in request.cookies:
        _set(response, "", 0)


def _set(response: Response, value: str, max_age: int) -> None:
    response.set_cookie(
        COOKIE, value, max_age=max_age, httponly=True, samesite="Lax", secure=is_secure()
    )


def _signer() -> URLSafeSerializer:
    return URLSafeSerializer(services().sessions.vault.cookie_key, salt="flash")
