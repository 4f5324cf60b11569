"""The session cookie: who is calling from a browser, and whether a page of ours sent it.

The cookie is for the whole application, invisible to scripts, sent to us alone
(``SameSite=Lax``), and over TLS only where the request came that way. What changes
something in its name has to prove that it comes from our pages: by where the
browser says it comes from (``origin.py``), and by a token that only our pages
know, as the field ``authenticity_token`` or the header ``X-CSRF-Token``. JSON
needs no token: no page of another site can send it without being allowed to.
"""

from __future__ import annotations

from urllib.parse import urlsplit

from flask import Response, g, request

from taverna_server.auth.sessions import Session
from taverna_server.errors import StaleForm
from taverna_server.model.identity import User
from taverna_server.serving.context import caller_or_none, services
from taverna_server.serving.forms import form
from taverna_server.serving.links import base_url
from taverna_server.serving.negotiation import JSON
from taverna_server.serving.origin import check_origin

COOKIE = "taverna_session"
FIELD, HEADER = "authenticity_token", "X-CSRF-Token"
_SAFE = ("GET", "HEAD", "OPTIONS")
_REMEMBERED = 400 * 24 * 60 * 60
"""Seconds: as long as browsers keep a cookie; the server knows when it ends."""


def identify() -> User | None:
    """For faces that accept the cookie (``faces.Face.identify``).

    Raises:
        NotPermitted: a change that does not come from a page of ours.
    """
    if request.method not in _SAFE:
        check_origin()
    session = recognize()
    if session is None:
        return None
    request.environ["REMOTE_USER"] = session.user.name  # for the access log
    if request.method not in _SAFE and request.mimetype != JSON:
        check_token(session.user)
    return session.user


def recognize() -> Session | None:
    """The session that the cookie is of; it permits nothing yet."""
    token = request.cookies.get(COOKIE)
    session = g.session = services().sessions.find(token) if token else None
    return session


def current_session() -> Session | None:
    """The session of the request; None for a caller with other credentials, or none."""
    found: Session | None = g.get("session")
    return found


def known_user() -> User | None:
    """The caller; also one whose request was refused, for the page that says so."""
    session = current_session()
    return caller_or_none() or (session.user if session else None)


def csrf_token() -> str:
    """For the forms of the page that is being made; empty for somebody unknown."""
    user = known_user()
    return services().sessions.form_token(user, current_session()) if user else ""


def check_token(user: User) -> None:
    """Raises StaleForm unless the request carries the token of our pages."""
    given = request.headers.get(HEADER) or form().fields.get(FIELD, "")
    if not services().sessions.is_form_token(given, user, current_session()):
        raise StaleForm


def begin(response: Response, user: User, remember: bool = False) -> None:
    """Sign the browser in, with a new session; the one it had is over."""
    _end_old()
    token = services().sessions.begin(user, remember)
    _set(response, token, _REMEMBERED if remember else None)


def end(response: Response) -> None:
    """Sign the browser out."""
    _end_old()
    _set(response, "", 0)


def _end_old() -> None:
    if old := request.cookies.get(COOKIE):
        services().sessions.end(old)


def _set(response: Response, token: str, max_age: int | None) -> None:
    response.set_cookie(
        COOKIE, token, max_age=max_age, httponly=True, samesite="Lax", path="/", secure=is_secure()
    )


def is_secure() -> bool:
    """Whether the browser speaks TLS to us, or to the proxy before us."""
    return urlsplit(base_url()).scheme == "https"
