"""Forms as browsers send them: fields and files, read once and kept for the request.

``application/x-www-form-urlencoded`` and ``multipart/form-data``. Files go to the
disk as they come in, in constant memory; a form's texts have the limit of a
document. Other bodies are no form, and have no fields.
"""

from __future__ import annotations

import io
from collections.abc import Iterator
from dataclasses import dataclass, field
from tempfile import SpooledTemporaryFile
from typing import IO, cast
from urllib.parse import parse_qsl

from flask import g, request
from werkzeug.datastructures import FileStorage, Headers, MultiDict
from werkzeug.formparser import MultiPartParser

from taverna_server.errors import BadRequest, TooLarge
from taverna_server.serving import bodies
from taverna_server.serving.context import config

URLENCODED, MULTIPART = "application/x-www-form-urlencoded", "multipart/form-data"
SPOOLED = 2**19
"""Bytes of a file that are kept in memory."""
MOST_FIELDS = 20_000
_BYTE_BY_BYTE = "latin-1"
_KEPT = "surrogateescape"
"""What is no UTF-8 comes out as it came in, where somebody encodes it this way again."""


@dataclass(frozen=True, slots=True)
class Form:
    """What a form sent, in its order."""

    fields: MultiDict[str, str] = field(default_factory=MultiDict)
    files: MultiDict[str, FileStorage] = field(default_factory=MultiDict)

    def text(self, name: str) -> str:
        """A field with line ends as they are here, not as forms send them; empty if not sent."""
        return self.sent(name) or ""

    def sent(self, name: str) -> str | None:
        """The same, and None where it was not sent; what is no UTF-8 is U+FFFD."""
        found = self.fields.get(name)
        if found is None:
            return None
        return readable(found).replace("\r\n", "\n")


def readable(text: str) -> str:
    """A field as pages and databases take it."""
    return text.encode("utf-8", _KEPT).decode("utf-8", "replace")


def form() -> Form:
    """That of the request.

    Raises:
        BadRequest: it cannot be read as what it says it is.
        TooLarge: its texts are too long.
    """
    found: Form | None = g.get("form")
    if found is None:
        found = g.form = _read()
    return found


def _read() -> Form:
    if request.mimetype == URLENCODED:
        return Form(_decoded(bodies.whole(_most())))
    if request.mimetype == MULTIPART:
        return _multipart(request.mimetype_params.get("boundary", ""))
    return Form()


def _most() -> int:
    """Bytes of a form's texts; what reads files needs some in any case."""
    return max(config().max_document_size, 2**20)


def _decoded(body: bytes) -> MultiDict[str, str]:
    try:
        pairs = parse_qsl(
            body.decode("utf-8", _KEPT),
            keep_blank_values=True,
            max_num_fields=MOST_FIELDS,
            errors=_KEPT,
        )
    except ValueError as error:
        raise BadRequest("this form has more fields than a form may have") from error
    return MultiDict(pairs)


def _multipart(boundary: str) -> Form:
    g.spools = []
    parser = _Parser(
        stream_factory=_spool,
        max_form_memory_size=_most(),
        max_form_parts=MOST_FIELDS,
    )
    try:
        fields, files = parser.parse(cast(IO[bytes], _Body()), boundary.encode("ascii"), None)
    except ValueError as error:
        raise BadRequest(f"this is no form of several parts: {error}") from error
    texts = [(name, _text(value)) for name, value in fields.items(multi=True)]
    return Form(MultiDict(texts), files)


def _text(value: str) -> str:
    return value.encode(_BYTE_BY_BYTE).decode("utf-8", _KEPT)


class _Parser(MultiPartParser):
    """Gives fields as bytes in disguise: the framework would put U+FFFD for what is no text."""

    def get_part_charset(self, headers: Headers) -> str:
        return _BYTE_BY_BYTE


def _spool(
    total_content_length: int | None,
    content_type: str | None,
    filename: str | None,
    content_length: int | None = None,
) -> IO[bytes]:
    """Where a file goes: into memory while it is short, then to the disk."""
    spool = SpooledTemporaryFile(SPOOLED)  # noqa: SIM115  (close_files does)
    g.spools.append(spool)
    return cast(IO[bytes], spool)


def close_files(_: object) -> None:
    """Let go of what the form brought; for ``teardown_request``."""
    for spool in g.pop("spools", ()):
        spool.close()


class _Body(io.RawIOBase):
    """The body of the request as a file to read."""

    def __init__(self) -> None:
        self._pieces: Iterator[bytes] = bodies.chunks()
        self._left = b""
        self._length = 0

    def readable(self) -> bool:
        return True

    def read(self, size: int = -1, /) -> bytes:
        if not self._left:
            self._left = next(self._pieces, b"")
            self._length += len(self._left)
            if self._length > config().max_upload_size:
                raise TooLarge(f"a form has at most {config().max_upload_size} bytes")
        size = len(self._left) if size < 0 else size
        piece, self._left = self._left[:size], self._left[size:]
        return piece
