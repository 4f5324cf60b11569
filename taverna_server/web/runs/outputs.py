"""``/runs/<n>/outputs``: an output looked at closer; long lists a page at a time."""

from __future__ import annotations

from collections.abc import Sequence

from flask import Response, request

from taverna_server.data.content import HTML
from taverna_server.errors import UnknownEntry
from taverna_server.player.values import locate_output
from taverna_server.serving.content_types import HEAD, of_file
from taverna_server.serving.files import value_answer
from taverna_server.web.page import page
from taverna_server.web.routes import views
from taverna_server.web.runs.context import url_with_key, viewed
from taverna_server.web.runs.show import with_policy
from taverna_server.web.runs.shown import ITEMS, Outputs, Shown, read_index

_FRAMED = {
    HTML: "sandbox; default-src 'none'; style-src 'unsafe-inline'; img-src data:",
    # Not sandboxed: browsers show no PDF in a sandbox. Its reader is the browser's own.
    "application/pdf": "default-src 'none'; style-src 'unsafe-inline'; object-src 'self'",
}


@views.get("/runs/<int:number>/outputs")
def get_outputs(number: int) -> Response:
    """A port, or an item of it (``at``): a value whole, a list page by page."""
    found = viewed(number)
    port, at = request.args.get("port", ""), read_index(request.args.get("at", ""))
    outputs = Outputs(found.manager.working_directory(found.user, found.run.id))
    shown = outputs.show(port, at, items=0)
    only_errors = request.args.get("only") == "errors"
    numbers, pages, current = _numbers(shown, only_errors)
    if shown.kind == "list":
        shown = outputs.show_items(port, at, numbers)
    return with_policy(
        page(
            "runs/outputs.html",
            it=found,
            run=found.run,
            shown=shown,
            at=at,
            only_errors=only_errors,
            count=len(shown.errors) if only_errors else shown.total or 0,
            page=current,
            pages=pages,
            url=url_with_key,
        ),
        embedded=False,
    )


def _numbers(shown: Shown, only_errors: bool) -> tuple[Sequence[int], int, int]:
    """The items of the page asked for, how many pages there are, and which it is."""
    chosen: Sequence[int] = shown.errors if only_errors else range(shown.total or 0)
    pages = max(-(-len(chosen) // ITEMS), 1)
    asked = request.args.get("page", "1")
    is_number = asked.isascii() and asked.isdigit() and len(asked) < 9
    current = min(max(int(asked), 1), pages) if is_number else 1
    return chosen[(current - 1) * ITEMS : current * ITEMS], pages, current


@views.get("/runs/<int:number>/frame")
def get_framed(number: int) -> Response:
    """A page or a PDF for a frame of ours, where it cannot do anything."""
    found = viewed(number)
    port, at = request.args.get("port", ""), read_index(request.args.get("at", ""))
    wd = found.manager.working_directory(found.user, found.run.id)
    path = locate_output(found.user, found.run, "/".join([port, *map(str, at)])).path
    if path is None or wd.is_dir(path):
        raise UnknownEntry(port)
    stream, _ = wd.open_file(path)
    with stream:
        media_type = of_file(path.rpartition("/")[2], stream.read(HEAD))
    if media_type not in _FRAMED:
        raise UnknownEntry(port)
    policy = f"{_FRAMED[media_type]}; frame-ancestors 'self'"
    return value_answer(wd, path, media_type, {"Content-Security-Policy": policy})
