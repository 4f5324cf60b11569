"""Several runs at once: cancel, delete, compare, run again, take the results."""

from __future__ import annotations

import re
import zlib
from collections.abc import Callable, Iterator, Sequence
from zipfile import ZIP_DEFLATED

from flask import Response
from zipstream import ZipStream

from taverna_server.data.paths import WorkDirectory
from taverna_server.errors import BadRequest, ClientMistake, NotPermitted, TryLater, Unknown
from taverna_server.model.identity import Permission
from taverna_server.player.creation import create
from taverna_server.player.requests import RunRequest
from taverna_server.serving.files import PIECE
from taverna_server.serving.forms import form
from taverna_server.serving.negotiation import ZIP
from taverna_server.web.page import redirect
from taverna_server.web.routes import views
from taverna_server.web.runs.changes import cancel, delete
from taverna_server.web.runs.context import Viewed, read_number, viewed

MOST = 100
"""Runs of one request: a page of the list."""

Act = Callable[[Viewed], bool]


@views.post("/runs/bulk")
def post_bulk() -> Response:
    """What ``act`` says, to the runs that are ticked."""
    numbers = _numbers()
    act = form().text("act")
    if not numbers:
        return redirect("/runs", error="Select runs first, by the boxes in front of them.")
    if act == "compare":
        return _comparison(numbers)
    if act == "download":
        return _results(numbers)
    if act not in _ACTS:
        raise BadRequest("there is nothing of this name to be done to runs")
    needed, do, done = _ACTS[act]
    count = sum(_done(number, needed, do) for number in numbers)
    notice, error = _told(count, len(numbers), done)
    return redirect("/runs", notice, error)


def _numbers() -> list[int]:
    given = form().fields.getlist("run")
    found = (read_number(text) for text in dict.fromkeys(given))
    return [number for number in found if number is not None][:MOST]


def _done(number: int, needed: Permission, do: Act) -> bool:
    """Whether it was done; not to runs that went away or are not for this person to change."""
    try:
        return do(viewed(number, needed))
    except (Unknown, NotPermitted, ClientMistake, TryLater):
        return False


def _told(count: int, of: int, done: str) -> tuple[str, str]:
    """Notice and error."""
    runs = f"{count} run{'' if count == 1 else 's'} {done}"
    if count == of:
        return f"{runs}.", ""
    left = f"{runs}, {of - count} left as they were: "
    return "", left + "they are in another state, or not yours to change."


def repeat(found: Viewed) -> bool:
    """The same workflow with the same inputs, at once."""
    name = found.run.name
    create(found.user, RunRequest(None, parent_id=found.run.number, name=name))
    return True


_ACTS: dict[str, tuple[Permission, Act, str]] = {
    "cancel": (Permission.UPDATE, cancel, "cancelled"),
    "delete": (Permission.DESTROY, delete, "deleted"),
    "rerun": (Permission.READ, repeat, "started again"),
}


def _comparison(numbers: Sequence[int]) -> Response:
    if len(numbers) != 2:
        return redirect("/runs", error="Select two runs to compare them.")
    older, newer = sorted(numbers)
    return redirect(f"/runs/compare?a={older}&b={newer}")


def _results(numbers: Sequence[int]) -> Response:
    """The outputs of all of them, each in a directory of its own, streamed."""
    archive = ZipStream(compress_type=ZIP_DEFLATED, compress_level=zlib.Z_BEST_SPEED)
    for number in numbers:
        found = viewed(number)
        wd = found.manager.working_directory(found.user, found.run.id)
        place = f"{number}-{re.sub(r'[^A-Za-z0-9._-]+', '_', found.run.name)[:60]}"
        for path, entry in wd.walk("out") if wd.is_dir("out") else ():
            archive.add(_content(wd, f"out/{path}", entry.size), f"{place}/{path}")
    disposition = {"Content-Disposition": 'attachment; filename="results-of-runs.zip"'}
    return Response(archive, content_type=ZIP, headers=disposition, direct_passthrough=True)


def _content(wd: WorkDirectory, path: str, size: int) -> Iterator[bytes]:
    stream, _ = wd.open_file(path)
    with stream:
        while size and (piece := stream.read(min(size, PIECE))):
            size -= len(piece)
            yield piece
