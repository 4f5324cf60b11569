"""A session with Rserve: its protocol QAP1, as far as RShell activities need it.

Libraries for Python know no logins and no files in the session's directory,
which are half of what is wanted, and bring numpy for the other half.

A message is a header (command, length) and parameters, each a byte of type and
three of length. Results are R values in a notation of the same kind. Text is
UTF-8 in both directions, whatever the server's own encoding.
"""

from __future__ import annotations

import enum
import socket
import struct
from collections.abc import Iterator
from typing import TypeAlias

RValue: TypeAlias = list[object] | None
"""A vector as a list of text, numbers, truth values, NA as None; None itself for R's NULL."""

_GREETING, _HEADER = 32, struct.Struct("<IIII")
_LOGIN, _EVAL, _ENCODING = 0x001, 0x003, 0x082
_OPEN, _CREATE, _CLOSE, _READ, _WRITE = 0x010, 0x011, 0x012, 0x013, 0x014
_OK, _ERROR, _OUT_OF_BAND = 0x10001, 0x10002, 0x20000
_STRING, _BYTES, _SEXP, _LARGE = 4, 5, 10, 0x40
_HAS_ATTRIBUTES = 0x80
_NA_INT, _NA_STRING, _NA_BOOL = -(2**31), b"\xff", 2
_NA_DOUBLE = struct.pack("<II", 1954, 0x7FF00000)
_PIECE = 1 << 20
_PATIENCE = 30
_LONGEST_SHORT = 0xFFFFFF
_MEANINGS = {0x41: "authentication failed", 0x46: "no such file", 0x48: "access denied"}


class Kind(enum.IntEnum):
    """Types of R values."""

    NULL = 0
    VECTOR = 16
    INTEGERS = 32
    DOUBLES = 33
    STRINGS = 34
    BOOLEANS = 36


class RserveUnreachable(Exception):
    """No session: nobody answers, or no Rserve, or it refuses the login."""


class RserveRefused(Exception):
    """It did not do what it was asked."""


class Rserve:
    """One session. ``cut`` ends it from another thread."""

    def __init__(self, host: str, port: int, username: str = "", password: str = "") -> None:
        """Raises RserveUnreachable."""
        try:
            self._socket = socket.create_connection((host, port), _PATIENCE)
        except (OSError, UnicodeError) as error:
            raise RserveUnreachable(str(error)) from error
        try:
            greeting = self._receive(_GREETING)
            if greeting[:4] != b"Rsrv" or greeting[8:12] != b"QAP1":
                raise RserveUnreachable("something else than Rserve answers there")
            self._socket.settimeout(None)
            if username:
                self._ask(_LOGIN, _text(f"{username}\n{password}"))
            self._ask(_ENCODING, _text("utf8"))
        except (OSError, EOFError, RserveRefused) as error:
            self._socket.close()
            raise RserveUnreachable(str(error)) from error
        except RserveUnreachable:
            self._socket.close()
            raise

    def evaluate(self, expression: str) -> RValue:
        """The value of an R expression.

        Raises:
            RserveRefused: R found an error in it.
        """
        answer = self._ask(_EVAL, _text(expression))
        kind, start, length = _item(answer, 0)
        if kind != _SEXP:
            raise RserveRefused("Unexpected result")
        return _value(answer[start : start + length])

    def write_file(self, name: str, content: bytes) -> None:
        """Put a file into the session's directory."""
        self._ask(_CREATE, _text(name))
        for start in range(0, len(content), _PIECE):
            self._ask(_WRITE, _parameter(_BYTES, content[start : start + _PIECE]))
        self._ask(_CLOSE, b"")

    def read_file(self, name: str) -> bytes:
        """A file of the session's directory. Raises RserveRefused when there is none."""
        self._ask(_OPEN, _text(name))
        pieces = list(iter(lambda: self._ask(_READ, b""), b""))
        self._ask(_CLOSE, b"")
        return b"".join(pieces)

    def cut(self) -> None:
        """End the session whatever it does; a call under way raises OSError or EOFError."""
        try:
            self._socket.shutdown(socket.SHUT_RDWR)
        except OSError:  # it had ended by itself
            return

    def close(self) -> None:
        self._socket.close()

    def _ask(self, command: int, body: bytes) -> bytes:
        self._socket.sendall(_HEADER.pack(command, len(body), 0, 0) + body)
        while True:
            answer, low, _, high = _HEADER.unpack(self._receive(_HEADER.size))
            content = self._receive(low | high << 32)
            if not answer & _OUT_OF_BAND:
                break
        if answer & 0xFFFFFF == _OK:
            return content
        status = answer >> 24 & 0x7F
        raise RserveRefused(_MEANINGS.get(status, f"Rserve says error {status:#x}"))

    def _receive(self, size: int) -> bytes:
        content = bytearray()
        while len(content) < size:
            piece = self._socket.recv(min(size - len(content), _PIECE))
            if not piece:
                raise EOFError("the connection ended")
            content += piece
        return bytes(content)


def quoted(text: str) -> str:
    """An R string of the text, in plain ASCII."""
    return '"' + "".join(map(_character, text.replace("\0", ""))) + '"'


def _character(character: str) -> str:
    if character in '"\\':
        return "\\" + character
    if " " <= character <= "~":
        return character
    return (
        f"\\u{{{ord(character):x}}}" if ord(character) < 0x10000 else f"\\U{{{ord(character):x}}}"
    )


def _text(text: str) -> bytes:
    content = text.encode("utf-8", "replace") + b"\0"
    return _parameter(_STRING, content + b"\0" * (-len(content) % 4))


def _parameter(kind: int, content: bytes) -> bytes:
    if len(content) <= _LONGEST_SHORT:
        return struct.pack("<I", kind | len(content) << 8) + content
    return struct.pack("<Q", kind | _LARGE | len(content) << 8) + content


def _item(data: bytes, start: int) -> tuple[int, int, int]:
    """Type, beginning and length of the item that begins there."""
    (head,) = struct.unpack_from("<I", data, start)
    if not head & _LARGE:
        return head & 0xFF, start + 4, head >> 8
    (head,) = struct.unpack_from("<Q", data, start)
    return (head & 0xFF) ^ _LARGE, start + 8, head >> 8


def _items(data: bytes) -> Iterator[bytes]:
    """The R values in a sequence of them."""
    start = 0
    while start < len(data):
        _, begin, length = _item(data, start)
        yield data[start : begin + length]
        start = begin + length


def _value(data: bytes) -> RValue:
    kind, start, length = _item(data, 0)
    content = data[start : start + length]
    if kind & _HAS_ATTRIBUTES:
        _, begin, size = _item(content, 0)
        content = content[begin + size :]
    match kind & ~_HAS_ATTRIBUTES:
        case Kind.NULL:
            return None
        case Kind.VECTOR:
            return [_value(item) for item in _items(content)]
        case Kind.INTEGERS:
            return [None if n == _NA_INT else n for (n,) in struct.iter_unpack("<i", content)]
        case Kind.DOUBLES:
            return list(_doubles(content))
        case Kind.STRINGS:
            return list(_strings(content))
        case Kind.BOOLEANS:
            (count,) = struct.unpack_from("<I", content)
            return [None if b == _NA_BOOL else bool(b) for b in content[4 : 4 + count]]
    raise RserveRefused("Unexpected result")


def _doubles(content: bytes) -> Iterator[float | None]:
    for start in range(0, len(content), 8):
        raw = content[start : start + 8]
        yield None if raw == _NA_DOUBLE else struct.unpack("<d", raw)[0]


def _strings(content: bytes) -> Iterator[str | None]:
    """Each ends with a zero; what follows the last is padding."""
    for raw in content.split(b"\0")[:-1]:
        yield None if raw == _NA_STRING else raw.decode("utf-8", "replace")
