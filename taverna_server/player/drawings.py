"""The drawing of a workflow as a file: for pages, and to look at alone.

Nested workflows in it are links to the drawing that shows them expanded or
collapsed: ``?expand=PATH``, as often as there are paths; ``?expand=`` shows none
of them expanded, ``?expand=*`` all.
"""

from __future__ import annotations

from collections.abc import Collection
from functools import partial
from urllib.parse import urlencode

from flask import Response, request

from taverna_server.diagrams import drawing_of_document
from taverna_server.player.face import views
from taverna_server.serving.context import caller_or_none, manager

SVG = "image/svg+xml"
_POLICY = "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'self'; base-uri 'none'"


@views.get("/workflows/<int:number>/diagram")
@views.get("/workflows/<int:number>/diagram.svg")
def get_diagram(number: int) -> Response:
    """For everybody who may view the workflow."""
    entry = manager().entry(caller_or_none(), number)
    expand = request.args.getlist("expand") if "expand" in request.args else None
    document = partial(manager().document_of, entry)
    drawing = drawing_of_document(entry.workflow_id, document, expand, _address)
    response = Response(drawing, content_type=f"{SVG}; charset=utf-8")
    response.headers["Content-Security-Policy"] = _POLICY
    response.headers["Cache-Control"] = "private, max-age=600"
    response.vary.update(("Authorization", "Cookie"))
    return response


def _address(paths: Collection[str]) -> str:
    """Of the same drawing with these expanded."""
    given = [("expand", path) for path in paths] or [("expand", "")]
    return "?" + urlencode(given, errors="replace")
