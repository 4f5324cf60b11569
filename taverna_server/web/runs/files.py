"""The files of a run: its working directory to walk through, to search, to take from."""

from __future__ import annotations

import os
from collections.abc import Iterator
from itertools import islice
from urllib.parse import parse_qsl, quote

from flask import Response, request

from taverna_server.data.paths import Entry, WorkDirectory
from taverna_server.serving.files import file_answer, value_answer
from taverna_server.serving.zips import zip_answer
from taverna_server.web.page import page
from taverna_server.web.routes import views
from taverna_server.web.runs.context import Viewed, viewed
from taverna_server.web.runs.shown import preview_of_file

MOST_FOUND = 500
MOST_LISTED = 1000
_BYTES = "application/octet-stream"


@views.get("/runs/<int:number>/files")
def get_files(number: int) -> Response:
    """A directory (``at``), or all files with a word in their names (``q``)."""
    found = viewed(number)
    at, wanted = _asked("at").strip("/"), request.args.get("q", "")[:200]
    wd = _wd(found)
    listed = list(_found(wd, wanted) if wanted else _listed(wd, at))
    most = MOST_FOUND if wanted else MOST_LISTED
    return page(
        "runs/files.html",
        it=found,
        run=found.run,
        at=at,
        wanted=wanted,
        files=listed[:most],
        cut=len(listed) > most,
    )


@views.get("/runs/<int:number>/file")
def get_file(number: int) -> Response:
    """One file (``name``) as it is, in a sandbox; ``download`` to keep it, ``show`` as a page."""
    found = viewed(number)
    path = _asked("name")
    wd = _wd(found)
    if request.args.get("show"):
        wd.entry(path)
        return _page_of(found, wd, path)
    if wd.entry(path).is_dir:
        return _zip(wd, path)
    if not request.args.get("download"):
        return file_answer(wd, path)
    return value_answer(wd, path, _BYTES, {"Content-Disposition": _attachment(path)})


def _asked(name: str) -> str:
    """A path in the query, with the bytes that it has there: names of files need be no text."""
    query = request.query_string.decode("ascii", "replace")
    return dict(parse_qsl(query, errors="surrogateescape")).get(name, "")


def _zip(wd: WorkDirectory, path: str) -> Response:
    response = zip_answer(wd, path)
    response.headers["Content-Disposition"] = _attachment((path or "files") + ".zip")
    return response


def _page_of(found: Viewed, wd: WorkDirectory, path: str) -> Response:
    return page(
        "runs/file.html",
        it=found,
        run=found.run,
        path=path,
        preview=preview_of_file(wd, path),
    )


def _wd(found: Viewed) -> WorkDirectory:
    return found.manager.working_directory(found.user, found.run.id)


def _listed(wd: WorkDirectory, at: str) -> list[tuple[str, Entry]]:
    """Directories first."""
    prefix = f"{at}/" if at else ""
    entries = sorted(wd.list(at), key=lambda entry: (not entry.is_dir, entry.name.lower()))
    return [(prefix + entry.name, entry) for entry in entries]


def _found(wd: WorkDirectory, wanted: str) -> Iterator[tuple[str, Entry]]:
    word = wanted.casefold()
    hits = ((path, entry) for path, entry in wd.walk() if word in path.casefold())
    return islice(hits, MOST_FOUND + 1)


def _attachment(path: str) -> str:
    """The header for a file name of any characters."""
    name = path.rpartition("/")[2] or "file"
    plain = "".join(c if c.isascii() and c.isprintable() and c not in '"\\' else "_" for c in name)
    return f"attachment; filename=\"{plain}\"; filename*=UTF-8''{quote(os.fsencode(name), safe='')}"
