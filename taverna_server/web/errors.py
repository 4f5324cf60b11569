"""What went wrong, as a page that says what to do next.

Somebody who has to sign in is sent to the page for that, and back afterwards. A
program that wants no page in particular is told 401, as ever. A view that can
show the form again, with what was typed and the words at the field, does so
itself and does not come here.
"""

from __future__ import annotations

from urllib.parse import urlsplit

from flask import Response, request

from taverna_server.errors import StaleForm, UnknownRun
from taverna_server.serving.forms import form, readable
from taverna_server.serving.middleware import REQUEST_ID
from taverna_server.serving.negotiation import parse_accept
from taverna_server.serving.sessions import FIELD, HEADER
from taverna_server.web.page import page, redirect, url

TITLES = {
    400: "That could not be understood",
    401: "Please sign in",
    403: "This is not allowed",
    404: "There is nothing here",
    405: "That cannot be done here",
    406: "Not available in this form",
    409: "Somebody was faster",
    413: "That is too large",
    415: "That kind of file is not read here",
    422: "Something is missing",
    429: "Please wait a moment",
    500: "The server failed",
    503: "Not now",
    507: "The disk is full",
}


def write_error(error: Exception, status: int, message: str) -> Response:
    """For ``faces.Face``."""
    if is_browser() and (isinstance(error, StaleForm) or status == 401) and _typed():
        return _again(status)
    if status == 401 and is_browser() and not _is_challenged():
        return to_sign_in()
    title = TITLES.get(status, "That did not work")
    return page(
        "error.html",
        status,
        title=title,
        code=status,
        message=_sentence("there is no such run" if isinstance(error, UnknownRun) else message),
        request_id=request.environ[REQUEST_ID],
        sign_in=url("/users/sign_in", back=back_to()),
    )


def _typed() -> list[tuple[str, str]]:
    """What a form of ours sent, to be sent once more; not passwords, nor what is not from us."""
    if request.headers.get("Sec-Fetch-Site") != "same-origin" or request.headers.get(HEADER):
        return []
    fields = form().fields.items(multi=True)
    shown = [(readable(name), readable(text)) for name, text in fields]
    return [(name, text) for name, text in shown if name != FIELD and "password" not in name]


def _again(status: int) -> Response:
    """Somebody's session ended while they typed: nothing of it is lost."""
    back = url("/users/sign_in", back="/")
    return page(
        "again.html", status, typed=_typed(), files=list(form().files), code=status, sign_in=back
    )


def _is_challenged() -> bool:
    """Whether the browser shall ask for a login of its own, as it does at ``/admin`` of old."""
    return "Authorization" in request.headers or request.path == "/admin"


def _sentence(message: str) -> str:
    """As it stands on a page: our messages are parts of sentences."""
    return message[:1].upper() + message[1:] + ("." if message[-1:].isalnum() else "")


def is_browser() -> bool:
    """Whether the client says that it wants a page, and not just anything."""
    ranges = parse_accept(request.headers.get("Accept"))
    return any((it.type, it.subtype) == ("text", "html") and it.quality > 0 for it in ranges)


def to_sign_in(back: str | None = None) -> Response:
    """And back afterwards, or to another page."""
    there = url("/users/sign_in", back=back_to() if back is None else back)
    return redirect(there.removeprefix(url("")))


def back_to() -> str:
    """Where somebody who signs in now wants to be: this page, or the one with the form."""
    if request.method in ("GET", "HEAD"):
        return request.full_path.removesuffix("?")
    referrer = urlsplit(request.headers.get("Referer", ""))
    path = referrer.path.removeprefix(url(""))
    return path if referrer.netloc == request.host and path.startswith("/") else "/"
