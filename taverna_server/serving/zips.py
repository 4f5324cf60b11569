"""A directory as a ZIP, made while it is sent.

Members are deflated: Java's ``ZipInputStream``, which clients of the original
use, cannot read stored members whose length follows them. All names are known
before the first byte leaves, so whatever is wrong with the tree is an ordinary
error; contents are opened one by one, so memory and descriptors stay few.
Only files are members, named relative to the directory (protocol dossier 8.4).
"""

from __future__ import annotations

import zlib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from zipfile import ZIP_DEFLATED

from flask import Response, request
from zipstream import ZipStream

from taverna_server.data.paths import Entry, WorkDirectory
from taverna_server.serving.files import PIECE
from taverna_server.serving.negotiation import ZIP


def zip_answer(wd: WorkDirectory, path: str) -> Response:
    """Everything below the directory at the path."""
    return zip_of(wd, wd.walk(path), path)


def zip_of(wd: WorkDirectory, members: Iterable[tuple[str, Entry]], below: str = "") -> Response:
    """These files, by their paths from the directory that they lie below."""
    base = below.rstrip("/")
    listed = [Member(place, f"{base}/{place}".lstrip("/"), it.size) for place, it in members]
    return members_answer(wd, listed, {})


@dataclass(frozen=True, slots=True)
class Member:
    """One file of an archive."""

    name: str
    path: str | None
    """Below the directory; None for one whose content is given."""
    size: int
    content: bytes = b""


def members_answer(
    wd: WorkDirectory | None, members: Iterable[Member], headers: Mapping[str, str]
) -> Response:
    """These members, in this order."""
    archive = ZipStream(compress_type=ZIP_DEFLATED, compress_level=zlib.Z_BEST_SPEED)
    if request.method == "HEAD":
        return Response(headers=dict(headers), content_type=ZIP)
    for it in members:
        content: bytes | Iterator[bytes] = it.content
        if wd is not None and it.path is not None:
            content = _content(wd, it.path, it.size)
        archive.add(content, _member_name(it.name), size=it.size)
    return Response(archive, headers=dict(headers), content_type=ZIP, direct_passthrough=True)


def _content(wd: WorkDirectory, path: str, size: int) -> Iterator[bytes]:
    """The file as long as it was when it was listed: a log may grow while it is sent."""
    stream, _ = wd.open_file(path)
    with stream:
        while size and (piece := stream.read(min(size, PIECE))):
            size -= len(piece)
            yield piece


def _member_name(place: str) -> str:
    return place.encode("utf-8", "replace").decode()
