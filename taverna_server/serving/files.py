"""A file of a run as an answer: its media type, a part of it, and what it may do there.

Content comes in pieces of 1 MiB through a generator of our own: measured 2.5
times cheaper than the framework's. A ``Range`` always gets 206, also when it
covers the whole file: a known client accepts nothing else (protocol dossier 8.5).

What a workflow wrote is not ours, yet it is served from our address, with the
user's login. So no file may be taken for another type (``nosniff``), and every
file is put into a sandbox in which it is shown but runs nothing. Files below
``wd/interactions`` are the exception: those pages exist to be opened, to run
scripts and to send the reply back here. Theirs is another sandbox (``pages.py``).
"""

from __future__ import annotations

import contextlib
import os
import re
from collections.abc import Iterator, Sequence
from os import stat_result
from pathlib import Path
from typing import BinaryIO

from flask import Response, request

from taverna_server.data.names import split
from taverna_server.data.paths import WorkDirectory
from taverna_server.errors import NotAcceptable, RangeNotSatisfiable, UnknownEntry
from taverna_server.serving.content_types import HEAD, is_textual, of_content, of_file
from taverna_server.serving.negotiation import BYTES, TEXT, choose
from taverna_server.serving.pages import SANDBOX as PAGE_SANDBOX

PIECE = 2**20

_RANGE = re.compile(r"\s*bytes\s*=\s*(\d*)\s*-\s*(\d*)\s*", re.ASCII)
_SANDBOX = "sandbox; default-src 'none'; img-src 'self' data:; style-src 'self' 'unsafe-inline'"


def file_answer(wd: WorkDirectory, path: str, media_type: str | None = None) -> Response:
    """The file at the path, or the part of it asked for; the stream is closed by the server.

    Its own type, or the one given, whatever the client accepts.

    Raises:
        NotAcceptable: the client takes neither its type nor plain bytes.
        RangeNotSatisfiable: the range starts beyond its end.
    """
    stream, found = wd.open_file(path)
    try:
        return _answer(stream, found, path, media_type)
    except BaseException:
        stream.close()
        raise


def value_answer(
    wd: WorkDirectory, path: str, media_type: str | None, headers: dict[str, str]
) -> Response:
    """The same of a value of a run, whatever the client accepts, with more headers.

    Without a media type it is found out from the first bytes, whatever the file is
    called (Player dossier 1.4).
    """
    stream, found = wd.open_file(path)
    try:
        chosen = media_type or of_content(stream.read(HEAD))
        return _typed(stream, found, chosen, {**security_headers(""), **headers})
    except BaseException:
        stream.close()
        raise


def whole_file(path: Path) -> Response:
    """A file of ours as plain text, the empty text while there is none.

    A workflow works as the user who owns the run directory: what it may have
    exchanged for a link is not followed here either.
    """
    return plain_text(WorkDirectory(path.parent), [path.name])


def plain_text(place: WorkDirectory, paths: Sequence[str]) -> Response:
    """The files one after the other, each as long as it is now."""
    parts = list(_opened(place, paths))
    length = sum(size for _, size in parts)
    headers = {"Content-Length": str(length), "ETag": f'W/"log{_state(parts)}"'}
    if request.method == "HEAD":
        _close(parts)
    body = (piece for stream, size in parts for piece in _pieces(stream, size))
    response = Response(body, headers=headers, content_type=TEXT, direct_passthrough=True)
    response.call_on_close(lambda: _close(parts))
    return response


def _state(parts: Sequence[tuple[BinaryIO, int]]) -> str:
    """Another one when anything was written."""
    return "".join(f"-{os.fstat(it.fileno()).st_mtime_ns:x}.{size:x}" for it, size in parts)


def _opened(place: WorkDirectory, paths: Sequence[str]) -> Iterator[tuple[BinaryIO, int]]:
    for path in paths:
        with contextlib.suppress(UnknownEntry):
            stream, found = place.open_file(path)
            yield stream, found.st_size


def _close(parts: Sequence[tuple[BinaryIO, int]]) -> None:
    for stream, _ in parts:
        stream.close()


def parse_range(header: str | None, size: int) -> tuple[int, int] | None:
    """First byte and the one after the last; None where the header is to be ignored.

    Only a single range of bytes is understood (protocol dossier 8.5).

    Raises:
        RangeNotSatisfiable: it lies outside, or ends before it starts.
    """
    found = _RANGE.fullmatch(header or "")
    if found is None or found[1] == found[2] == "":
        return None
    if found[1]:
        first, end = int(found[1]), min(int(found[2] or size), size - 1) + 1
    else:
        first, end = max(size - int(found[2]), 0), size
    if first >= end:
        raise RangeNotSatisfiable(size)
    return first, end


def _answer(stream: BinaryIO, found: stat_result, path: str, media_type: str | None) -> Response:
    media_type = media_type or _choose(_offers(split(path)[-1], stream.read(HEAD)))
    return _typed(stream, found, media_type, security_headers(path))


def _typed(stream: BinaryIO, found: stat_result, media_type: str, more: dict[str, str]) -> Response:
    tag = f'"{found.st_mtime_ns:x}-{found.st_size:x}"'
    headers = {"ETag": tag, "Accept-Ranges": "bytes", **more}
    if tag in request.headers.get("If-None-Match", ""):
        stream.close()
        return Response(status=304, headers=headers)
    part = _part_asked_for(found.st_size, tag)
    first, end = part or (0, found.st_size)
    if part:
        headers["Content-Range"] = f"bytes {first}-{end - 1}/{found.st_size}"
    headers["Content-Length"] = str(end - first)
    response = Response(
        _body(stream, first, end),
        206 if part else 200,
        headers,
        content_type=media_type,
        direct_passthrough=True,
    )
    response.call_on_close(stream.close)
    return response


def security_headers(path: str) -> dict[str, str]:
    """What a browser must not do with the file at this path below ``wd``."""
    inside = split(path)[:1] == ("interactions",)
    return {
        "X-Content-Type-Options": "nosniff",
        "Content-Security-Policy": PAGE_SANDBOX if inside else _SANDBOX,
    }


def _offers(name: str, head: bytes) -> list[str]:
    detected = of_file(name, head)
    readable = [TEXT] if is_textual(detected) else []
    return list(dict.fromkeys([detected, *readable, BYTES]))


def cannot_produce() -> NotAcceptable:
    """What is said when nothing below ``wd`` suits the client (protocol dossier 2.6)."""
    return NotAcceptable("Do not know what type of response to produce.")


def _choose(offers: list[str]) -> str:
    try:
        return choose(offers, request.headers.get("Accept"))
    except NotAcceptable as error:
        raise cannot_produce() from error


def _part_asked_for(size: int, tag: str) -> tuple[int, int] | None:
    if request.headers.get("If-Range", tag) != tag:
        return None
    return parse_range(request.headers.get("Range"), size)


def _body(stream: BinaryIO, first: int, end: int) -> Iterator[bytes]:
    """The bytes from ``first`` to before ``end``.

    A file that was cut short meanwhile ends the answer early: the client sees
    that bytes are missing, which is the truth.
    """
    if request.method == "HEAD":
        stream.close()
        return iter(())
    stream.seek(first)
    return _pieces(stream, end - first)


def _pieces(stream: BinaryIO, left: int) -> Iterator[bytes]:
    with stream:
        while left and (piece := stream.read(min(left, PIECE))):
            left -= len(piece)
            yield piece
