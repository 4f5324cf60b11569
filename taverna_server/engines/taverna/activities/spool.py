"""What a service sends: in memory while it is short, in a file of the run when it is long."""

from __future__ import annotations

import codecs
import contextlib
import io
import os
import tempfile
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Protocol

from taverna_server.data.values import FileValue, Single
from taverna_server.engines.taverna.activities.jvmprocess import LARGE

_PIECE = 1 << 16


class Readable(Protocol):
    """Anything that is read piece by piece."""

    def read(self, size: int, /) -> bytes: ...

    def read1(self, size: int, /) -> bytes: ...


Taker = Callable[[bytes], None]
"""Takes the pieces of a content."""


@dataclass(frozen=True, slots=True)
class Stored:
    """Content that has arrived."""

    content: bytes | Path

    def discard(self) -> None:
        """Nobody will read it."""
        if isinstance(self.content, Path):
            self.content.unlink(missing_ok=True)

    def read(self) -> bytes:
        """All of it, in memory."""
        return self.content.read_bytes() if isinstance(self.content, Path) else self.content

    def as_bytes(self) -> Single:
        """The value as it came."""
        return FileValue(self.content) if isinstance(self.content, Path) else self.content

    def as_lines(self, charset: str, scratch: Path) -> Single:
        """The value as text, each line ended with a line feed, also the last.

        Raises:
            LookupError: there is no such charset.
        """
        codecs.lookup(charset)
        if not isinstance(self.content, Path):
            return "".join(_lines(io.BytesIO(self.content), charset))
        with self.content.open("rb") as source, _new_file(scratch) as (sink, path):
            sink.writelines(line.encode("utf-8", "replace") for line in _lines(source, charset))
        self.discard()
        return FileValue(path, "utf-8")


def store(source: Readable, scratch: Path) -> Stored:
    """Read it all.

    Raises:
        OSError, http.client.HTTPException: it broke off; nothing is left behind.
    """
    start = _read_up_to(source, LARGE)
    if len(start) < LARGE:
        return Stored(start)
    with _new_file(scratch) as (sink, path):
        sink.write(start)
        sink.writelines(_pieces(source))
    return Stored(path)


def pass_on(source: Readable, taker: Taker) -> None:
    """Hand over each piece as soon as it is there."""
    while piece := source.read1(_PIECE):
        taker(piece)


def _read_up_to(source: Readable, size: int) -> bytes:
    pieces, length = [], 0
    while length < size and (piece := source.read(min(_PIECE, size - length))):
        pieces.append(piece)
        length += len(piece)
    return b"".join(pieces)


def _pieces(source: Readable) -> Iterable[bytes]:
    return iter(lambda: source.read(_PIECE), b"")


def _lines(source: IO[bytes], charset: str) -> Iterator[str]:
    """A carriage return, a line feed, or both in a row end a line."""
    text = io.TextIOWrapper(source, encoding=charset, errors="replace", newline=None)
    try:
        for line in text:
            yield line if line.endswith("\n") else line + "\n"
    finally:
        text.detach()


@contextlib.contextmanager
def _new_file(scratch: Path) -> Iterator[tuple[IO[bytes], Path]]:
    handle, name = tempfile.mkstemp(prefix="service-", dir=scratch)
    path = Path(name)
    with os.fdopen(handle, "wb") as sink:
        try:
            yield sink, path
        except BaseException:
            path.unlink()
            raise
