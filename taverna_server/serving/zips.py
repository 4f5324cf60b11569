"""A directory as a ZIP, made while it is sent.

Members are deflated: Java's ``ZipInputStream``, which clients of the original
use, cannot read stored members whose length follows them. All names are known
before the first byte leaves, so whatever is wrong with the tree is an ordinary
error; contents are opened one by one, so memory and descriptors stay few.
Only files are members, named relative to the directory (protocol dossier 8.4).
"""

from __future__ import annotations

import zlib
from collections.abc import Iterable, Iterator
from zipfile import ZIP_DEFLATED

from flask import Response, request
from zipstream import ZipStream

from taverna_server.data.paths import Entry, WorkDirectory
from taverna_server.serving.files import PIECE
from taverna_server.serving.negotiation import ZIP


def zip_answer(wd: WorkDirectory, path: str) -> Response:
    """Everything below the directory at the path."""
    return zip_of(wd, list(wd.walk(path)), path)


def zip_of(wd: WorkDirectory, members: Iterable[tuple[str, Entry]], below: str = "") -> Response:
    """These files, by their paths from the directory that they lie below."""
    if request.method == "HEAD":
        return Response(content_type=ZIP)
    archive = ZipStream(compress_type=ZIP_DEFLATED, compress_level=zlib.Z_BEST_SPEED)
    for place, entry in members:
        whole = f"{below.rstrip('/')}/{place}".lstrip("/")
        archive.add(_content(wd, whole, entry.size), _member_name(place), size=entry.size)
    return Response(archive, content_type=ZIP, direct_passthrough=True)


def _content(wd: WorkDirectory, path: str, size: int) -> Iterator[bytes]:
    """The file as long as it was when it was listed: a log may grow while it is sent."""
    stream, _ = wd.open_file(path)
    with stream:
        while size and (piece := stream.read(min(size, PIECE))):
            size -= len(piece)
            yield piece


def _member_name(place: str) -> str:
    return place.encode("utf-8", "replace").decode()
