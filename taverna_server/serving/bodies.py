"""Request bodies, read from the server's stream and never by the framework.

Flask would parse a form and, without ``Content-Length``, see nothing. Here a
body is what its framing says: as long as ``Content-Length``, or chunked to its
end, never both. One that is longer than its resource takes is refused without
being read.

A body that ends before its ``Content-Length`` is refused. One that is chunked
and breaks off cannot be told from a complete one behind granian, which reports
neither (gunicorn does); the client then has no answer and sends it again.
"""

from __future__ import annotations

from collections.abc import Iterator

from flask import Response, g, request
from werkzeug.exceptions import LengthRequired

from taverna_server.errors import BadRequest, TooLarge, UnsupportedMedia
from taverna_server.serving.context import config
from taverna_server.serving.negotiation import TEXT, charset, consumed

CHUNK = 2**18


def check_framing() -> None:
    """Refuse requests whose body two readers may see differently (request smuggling).

    Raises:
        BadRequest: two framings, or a length or an encoding that is none.
    """
    coding, length = _framing()
    if coding is not None and length is not None:
        raise BadRequest("either Content-Length or Transfer-Encoding, not both")
    if coding is not None and coding.strip().lower() != "chunked":
        raise BadRequest("of transfer encodings only 'chunked' is understood")
    if length is not None and not (length.isascii() and length.isdigit()):
        raise BadRequest("Content-Length is not a number")


def chunks() -> Iterator[bytes]:
    """The body, piece by piece, each at most ``CHUNK`` long.

    Raises:
        BadRequest: it ended early.
    """
    coding, length = _framing()
    if coding:
        yield from iter(lambda: _read(CHUNK), b"")
    left = int(length or 0)
    while left:
        piece = _read(min(left, CHUNK))
        if not piece:
            raise BadRequest(
                f"the body ended {left} bytes before its end, after {length} were promised"
            )
        left -= len(piece)
        yield piece
    g.body_read = True


def close_if_unread(response: Response) -> Response:
    """Say that the connection ends here where a body was refused without being read.

    It would end anyway, since nobody knows where the next request begins; a
    client that is not told sends that one into nowhere. For ``after_request``.
    """
    coding, length = _framing()
    if (coding or length not in (None, "0")) and not g.get("body_read"):
        response.headers["Connection"] = "close"
    return response


def _read(size: int) -> bytes:
    try:
        piece: bytes = request.environ["wsgi.input"].read(size)
        return piece
    except OSError as error:  # web servers that notice say so this way
        raise BadRequest("the body broke off") from error


def whole(limit: int) -> bytes:
    """The body in one piece.

    Raises:
        TooLarge: it is longer than ``limit``; the rest is not read.
    """
    if int(_framing()[1] or 0) > limit:
        raise TooLarge(f"this resource takes at most {limit} bytes")
    found = bytearray()
    for piece in chunks():
        found += piece
        if len(found) > limit:
            raise TooLarge(f"this resource takes at most {limit} bytes")
    return bytes(found)


def text() -> str:
    """A ``text/plain`` body.

    Raises:
        UnsupportedMedia: another media type or an unknown charset.
        BadRequest: bytes that are no text in this charset.
        LengthRequired: no framing, so that it cannot be told from an empty body.
    """
    content_type = request.headers.get("Content-Type")
    consumed(content_type, [TEXT])
    _require_framing()
    content = whole(config().max_text_size)
    try:
        return content.decode(charset(content_type))
    except UnicodeDecodeError as error:
        raise BadRequest(f"not text in {charset(content_type)}: {error.reason}") from error
    except LookupError as error:
        raise UnsupportedMedia(f"unknown charset {charset(content_type)[:40]}") from error


def file_name() -> str:
    """A ``text/plain`` body that names a file: one line end after it is no part of it."""
    return text().removesuffix("\n").removesuffix("\r")


def _framing() -> tuple[str | None, str | None]:
    """``Transfer-Encoding`` and ``Content-Length``, None where absent or empty (PEP 3333)."""
    headers = request.headers
    return headers.get("Transfer-Encoding") or None, headers.get("Content-Length") or None


def _require_framing() -> None:
    if not any(_framing()) and request.environ.get("SERVER_PROTOCOL", "").startswith("HTTP/1"):
        raise LengthRequired("say how long the body is, or send it chunked")
