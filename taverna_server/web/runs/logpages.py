"""The logs of a run as pages and as text: searched, alone, downloaded, followed."""

from __future__ import annotations

from flask import Response, request

from taverna_server.serving.files import plain_text
from taverna_server.web.page import page
from taverna_server.web.routes import views
from taverna_server.web.runs.context import Viewed, viewed
from taverna_server.web.runs.logs import MOST_READ, Log, after, end_of, find_log, logs_of, search

TEXT = "text/plain; charset=utf-8"
_SANDBOX = "sandbox; default-src 'none'"
_LONGEST_WORDS = 200


@views.get("/runs/<int:number>/logs")
def get_logs(number: int) -> Response:
    """What was found in all logs, or in one; without a word to find, its end."""
    found = viewed(number)
    wanted, name = request.args.get("q", "")[:_LONGEST_WORDS], request.args.get("name", "")
    logs = [_log(found, name)] if name else logs_of(found.manager, found.user, found.run)
    return page(
        "runs/logs.html",
        it=found,
        run=found.run,
        wanted=wanted,
        name=name,
        hits=[(log, *search(log, wanted)) for log in logs] if wanted else [],
        parts_of=[] if wanted else [(log, end_of(log, MOST_READ)) for log in logs],
    )


@views.get("/runs/<int:number>/logs/<name>")
def get_log(number: int, name: str) -> Response:
    """The whole of it, as a file."""
    found = viewed(number)
    log = _log(found, name)
    response = plain_text(log.place, log.files)
    response.headers["Content-Disposition"] = f'attachment; filename="run-{number}-{name}.txt"'
    response.headers["Content-Security-Policy"] = _SANDBOX
    return response


@views.get("/runs/<int:number>/logs/<name>/tail")
def get_tail(number: int, name: str) -> Response:
    """What came since the offset ``after``; headers say from where to where it reaches."""
    found = viewed(number)
    offset = request.args.get("after", "")
    is_number = offset.isascii() and offset.isdigit() and len(offset) < 16
    part = after(_log(found, name), int(offset) if is_number else -1)
    return Response(
        part.text,
        content_type=TEXT,
        headers={
            "X-Log-Start": str(part.start),
            "X-Log-End": str(part.end),
            "Cache-Control": "no-store",
            "Content-Security-Policy": _SANDBOX,
        },
    )


def _log(found: Viewed, name: str) -> Log:
    return find_log(found.manager, found.user, found.run, name)
