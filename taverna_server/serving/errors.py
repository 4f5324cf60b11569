"""Exceptions as HTTP: the only place that knows statuses.

Each face writes them in its own form (``faces.py``); ``write_sentence`` is that
of the Taverna Server face: plain text, the bare message without a line end
(protocol dossier 2.11), or ``{"message": ...}`` for a client that accepts JSON and
no text. What is not meant for clients leaves as one sentence with the name of
the request, under which the log has the rest.
"""

from __future__ import annotations

import errno
import json
import logging
import sqlite3

from flask import Flask, Response, request
from werkzeug.exceptions import HTTPException, MethodNotAllowed, NotFound

from taverna_server import errors
from taverna_server.serving.context import config, manager
from taverna_server.serving.faces import current_face
from taverna_server.serving.middleware import REQUEST_ID
from taverna_server.serving.negotiation import JSON, TEXT, accepts

log = logging.getLogger(__name__)

STATUSES: dict[type[Exception], int] = {
    errors.BadRequest: 400,
    errors.WorkflowInvalid: 400,
    errors.NotAuthenticated: 401,
    errors.NotPermitted: 403,
    errors.Unknown: 404,
    errors.NotAcceptable: 406,
    errors.Gone: 410,
    errors.Conflict: 409,
    errors.TooLarge: 413,
    errors.UnsupportedMedia: 415,
    errors.RangeNotSatisfiable: 416,
    errors.BadUriList: 422,
    errors.Invalid: 422,
    errors.TooManyAttempts: 429,
    errors.TryLater: 503,
}
"""A class stands for those below it, too."""


def register(app: Flask) -> None:
    """Make the application answer all exceptions this way."""
    for kind in STATUSES:
        app.register_error_handler(kind, answer_our_own)
    app.register_error_handler(HTTPException, answer_http)
    app.register_error_handler(Exception, answer_unexpected)


def status_of(error: Exception) -> int:
    """The status for one of ours."""
    return next(STATUSES[kind] for kind in type(error).__mro__ if kind in STATUSES)


def answer_our_own(error: Exception) -> Response:
    """What we raise on purpose and clients may read."""
    response = _written(error, status_of(error), str(error))
    if manager().policy().log_faults:
        name = request.environ[REQUEST_ID]
        log.info("request %s: %s, %s", name, response.status, error)
    if response.status_code == 401:
        response.headers.setdefault("WWW-Authenticate", f'Basic realm="{config().realm}"')
    elif isinstance(error, errors.RangeNotSatisfiable):
        response.headers["Content-Range"] = f"bytes */{error.size}"
    elif isinstance(error, errors.TooManyAttempts):
        response.headers["Retry-After"] = str(error.seconds)
    elif isinstance(error, errors.TryLater):
        response.headers["Retry-After"] = "5"
    return response


def answer_http(error: HTTPException) -> Response:
    """What the framework raises: no such resource, method not allowed."""
    if isinstance(error, NotFound):
        return _written(error, 404, "no such resource")
    response = _written(error, error.code or 500, error.description or error.name)
    if isinstance(error, MethodNotAllowed):
        response.headers["Allow"] = allow_header(error.valid_methods or ())
    return response


def answer_unexpected(error: Exception) -> Response:
    """A defect of ours: the log gets everything, the client one sentence."""
    name = request.environ[REQUEST_ID]
    if _is_disk_full(error):
        log.error("request %s: %s %s: the disk is full", name, request.method, request.path)
        return _written(error, 507, "the server has no space left for this")
    log.error("request %s: %s %s failed", name, request.method, request.path, exc_info=error)
    return _written(error, 500, f"the server failed to do this; its log tells more under {name}")


def _is_disk_full(error: BaseException | None) -> bool:
    """Whether space is what was missing, to a file or to the database."""
    if error is None:
        return False
    of_sqlite = getattr(error, "sqlite_errorcode", None) == sqlite3.SQLITE_FULL
    of_file = isinstance(error, OSError) and error.errno in (errno.ENOSPC, errno.EDQUOT)
    return of_sqlite or of_file or _is_disk_full(error.__cause__ or error.__context__)


def allow_header(methods: object) -> str:
    """The methods in the order and form that clients split apart: commas, no blanks (2.5)."""
    order = ("GET", "PUT", "POST", "DELETE", "HEAD", "OPTIONS")
    given = {*methods, "OPTIONS"} if isinstance(methods, list | tuple | set | frozenset) else set()
    return ",".join(method for method in order if method in given)


def _written(error: Exception, status: int, message: str) -> Response:
    return current_face().write_error(error, status, message)


def write_sentence(error: Exception, status: int, message: str) -> Response:
    """As the Taverna Server face writes it."""
    accept = request.headers.get("Accept")
    if accepts(JSON, accept) and not accepts(TEXT, accept):
        return Response(json.dumps({"message": message}), status, content_type=JSON)
    response = Response(message, status, content_type=TEXT)
    if isinstance(error, MethodNotAllowed):
        response.set_data("")
    return response
