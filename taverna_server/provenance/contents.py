"""Values as files of a bundle (provenance dossier 2).

A list is a folder with items ``0``, ``1``, ...; an ending says what kind of content
a file is; ``.err`` says why there is no value. Unlike Taverna, a port named ``a.b``
keeps its whole name.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache

from taverna_server.data.content import BYTES, EMPTY, HEAD, HTML, TEXT, XML, of_content
from taverna_server.data.outputs import file_name, root_cause
from taverna_server.data.values import (
    ErrorDocument,
    FileValue,
    ListValue,
    Single,
    Value,
    read_bytes,
)
from taverna_server.provenance.graph import Index

PIECE = 1 << 20
EMBEDDED = 1024
"""Contents below this size stand in the trace as well."""

_ENDINGS = {
    TEXT: "txt",
    EMPTY: "txt",
    XML: "xml",
    HTML: "html",
    "image/png": "png",
    "image/jpeg": "jpg",
    "image/gif": "gif",
    "image/bmp": "bmp",
    "image/tiff": "tiff",
    "image/svg+xml": "svg",
    "application/pdf": "pdf",
    "application/postscript": "ps",
    "application/zip": "zip",
    "application/gzip": "gz",
    "application/rtf": "rtf",
}
ERROR = "err"


@dataclass(frozen=True, slots=True)
class Content:
    """What is to be said of a file."""

    size: int
    sha1: str
    sha512: str
    media_type: str
    embedded: bytes | None
    """The whole content where it is small."""


def media_type(value: Single | ErrorDocument) -> str:
    """By content; text that is nothing else is ``text/plain``."""
    if isinstance(value, ErrorDocument):
        return TEXT
    found = _kind(_head(value))
    return TEXT if found == EMPTY or (found == BYTES and isinstance(value, str)) else found


_kind = lru_cache(512)(of_content)
"""The same value is asked about many times in a row."""


def ending(value: Single | ErrorDocument) -> str:
    """What a file with the value is to end with, without the dot."""
    if isinstance(value, ErrorDocument):
        return ERROR
    return _ENDINGS.get(media_type(value), "bin")


def describe(value: Single | ErrorDocument) -> Content:
    """Read the value once; a large one piece by piece."""
    sha1, sha512 = hashlib.sha1(usedforsecurity=False), hashlib.sha512()
    size = 0
    piece = b""
    for piece in pieces(value):
        sha1.update(piece)
        sha512.update(piece)
        size += len(piece)
    small = piece if size < EMBEDDED else None
    return Content(size, sha1.hexdigest(), sha512.hexdigest(), media_type(value), small)


def pieces(value: Single | ErrorDocument) -> Iterator[bytes]:
    """The content of the file."""
    if isinstance(value, ErrorDocument):
        yield error_text(value).encode("utf-8", "surrogatepass")
    elif isinstance(value, FileValue):
        with value.path.open("rb") as stream:
            while piece := stream.read(PIECE):
                yield piece
    else:
        yield read_bytes(value)


def size_of(value: Single | ErrorDocument) -> int:
    """How many bytes ``pieces`` gives."""
    if isinstance(value, FileValue):
        return value.path.stat().st_size
    return sum(map(len, pieces(value)))


def error_text(error: ErrorDocument) -> str:
    """An empty line, the message, and how it all began; what is between is in the trace."""
    root = root_cause(error)
    because = [] if root is error else [f"Caused by: {root.message}", *trace_lines(root)]
    return "".join(f"{line}\n" for line in ["", error.message, *trace_lines(error), *because])


def trace_lines(error: ErrorDocument) -> Iterator[str]:
    """The exception and its stack, as Java prints them."""
    if error.exception:
        yield error.exception
        for frame in error.trace:
            place = f"{frame.file}:{frame.line}" if frame.file else "Unknown Source"
            yield f"        at {frame.where}({place})"


_file_name = lru_cache(256)(file_name)


def port_path(folder: str, port: str, index: Index, value: Value) -> str:
    """Of a part of a port's value: ``outputs/words/0/2.txt``; of a list with a slash at the end."""
    place = "/".join([folder, _file_name(port), *map(str, index)])
    return f"{place}/" if isinstance(value, ListValue) else f"{place}.{ending(value)}"


def files(
    folder: str, values: Mapping[str, Value], deep: bool = True
) -> Iterator[tuple[str, Value]]:
    """Path and value of everything below a folder, lists before their items."""
    for port, value in values.items():
        for index, found in parts(value) if deep else [((), value)]:
            yield port_path(folder, port, index, found), found


def parts(value: Value, index: Index = ()) -> Iterator[tuple[Index, Value]]:
    """The value and everything in it, each with its index."""
    yield index, value
    if isinstance(value, ListValue):
        for place, item in enumerate(value.items):
            yield from parts(item, (*index, place))


def part(value: Value | None, index: Index) -> Value | None:
    """What stands at an index; None where nothing does."""
    for place in index:
        if not isinstance(value, ListValue) or place >= len(value.items):
            return None
        value = value.items[place]
    return value


def _head(value: Single) -> bytes:
    if isinstance(value, FileValue):
        with value.path.open("rb") as stream:
            return stream.read(HEAD)
    return value[:HEAD].encode("utf-8", "surrogatepass") if isinstance(value, str) else value[:HEAD]
