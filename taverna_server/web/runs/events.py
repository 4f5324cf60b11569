"""``/runs/<n>/events``: a run while it works, for pages that are open (``watching.py``)."""

from __future__ import annotations

from functools import cache

from flask import Response, request

from taverna_server.manager.progress import Progress
from taverna_server.serving.context import config, manager
from taverna_server.web.routes import views
from taverna_server.web.runs.context import viewed
from taverna_server.web.runs.watching import Place, Seats, Sight, sight_of, stream

_HEADERS = {
    "Cache-Control": "no-store",
    "X-Accel-Buffering": "no",  # or a proxy would keep it until it is whole
}


@views.get("/runs/<int:number>/events")
def get_events(number: int) -> Response:
    """What is new since ``Last-Event-ID``, or ``after``, and what happens in the next seconds."""
    found = viewed(number)
    served, user = manager(), found.user

    def look() -> tuple[Sight, Progress]:
        run = served.run_by_number(user, number)
        progress = served.progress(user, run.id)
        return sight_of(served, user, run), progress

    place = Place.read(request.headers.get("Last-Event-ID") or request.args.get("after", ""))
    told = stream(look, place, _seats(config().threads))
    body = (part.encode() for part in told)
    return Response(body, headers=_HEADERS, content_type="text/event-stream; charset=utf-8")


@cache
def _seats(threads: int) -> Seats:
    """Those of this process."""
    return Seats(threads)
