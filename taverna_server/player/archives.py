"""Values as ZIP archives, made while they are sent (Player dossier 1.7).

A known client takes only names with a dot for values and everything else for
lists. So values get the ending of their media type, and errors ``.error``; with
``?layout=bare`` the names are those of Taverna. Only files are members.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from flask import Response, request

from taverna_server.data.content import BYTES, EMPTY, HEAD, of_content
from taverna_server.data.paths import WorkDirectory
from taverna_server.data.workspace import Workspace
from taverna_server.errors import BadPath, BadRequest, UnknownEntry
from taverna_server.serving.zips import Member, members_answer

ENDINGS = {
    "text/plain": "txt",
    "text/html": "html",
    "application/xml": "xml",
    "image/svg+xml": "svg",
    "image/png": "png",
    "image/jpeg": "jpg",
    "image/gif": "gif",
    "image/bmp": "bmp",
    "image/tiff": "tif",
    "application/pdf": "pdf",
    "application/postscript": "ps",
    "application/rtf": "rtf",
    "application/zip": "zip",
    "application/gzip": "gz",
    EMPTY: "txt",
    BYTES: "bin",
}
DOTTED, BARE = "dotted", "bare"


def archive(wd: WorkDirectory, path: str, headers: Mapping[str, str]) -> Response:
    """All files below a directory; an empty archive where there is none."""
    bare = is_bare()
    found = wd.walk(path) if wd.is_dir(path) else iter(())
    members = [
        Member(_name(wd, f"{path}/{place}", place, bare), f"{path}/{place}", entry.size)
        for place, entry in found
    ]
    return members_answer(wd, members, headers)


def archive_of_files(wd: Workspace, paths: Iterable[str], headers: Mapping[str, str]) -> Response:
    """These files of ``wd`` under their own names, where they are there."""
    there = (path for path in paths if wd.has(path) and not wd.is_dir(path))
    return members_answer(wd, [Member(it, it, wd.entry(it).size) for it in there], headers)


def archive_of_values(values: Mapping[str, bytes], headers: Mapping[str, str]) -> Response:
    """Values that lie in no file."""
    bare = is_bare()
    named = [(place if bare else _dotted(place, it[:HEAD]), it) for place, it in values.items()]
    return members_answer(None, [Member(name, None, len(it), it) for name, it in named], headers)


def is_bare() -> bool:
    """Whether the client wants names without endings. Raises BadRequest for other layouts."""
    layout = request.args.get("layout", DOTTED)
    if layout not in (DOTTED, BARE):
        raise BadRequest(f"'layout' is {DOTTED} or {BARE}")
    return layout == BARE


def _name(wd: WorkDirectory, path: str, place: str, bare: bool) -> str:
    if bare or "." in place.rpartition("/")[2]:
        return place
    try:
        stream, _ = wd.open_file(path)
    except (UnknownEntry, BadPath):  # gone since; its member will be empty
        return place
    with stream:
        return _dotted(place, stream.read(HEAD))


def _dotted(place: str, head: bytes) -> str:
    return f"{place}.{ENDINGS.get(of_content(head), 'bin')}"
