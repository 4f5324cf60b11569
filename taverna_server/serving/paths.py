"""Addresses of the Player interface as its clients write them (Player dossier 1.1, 1.15).

``//runs/`` is ``/runs``, ``/runs/7.json`` is ``/runs/7`` with a wish for JSON, what is
below ``/workflows/3/runs`` has the address below ``/runs`` and the number as a question,
and a POST with ``_method=delete`` is a DELETE, since forms know no other way. All of it without
a redirect: the clients follow none. Other interfaces have their own habits and are
left alone.
"""

from __future__ import annotations

import io
import re
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs

from taverna_server.serving.faces import PLAYER_PLACES
from taverna_server.serving.views import FORMAT

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

PEEK = 2**16
"""Bytes at the beginning of a form in which its ``_method`` is looked for."""

_SLASHES = re.compile(r"/{2,}")
_SUFFIX = re.compile(r"\.(json|html|js)$")
_NESTED = re.compile(r"/workflows/([0-9]+)/runs(/.*|)")
_NAMES_ARE_FREE = ("input", "output", "download", "interaction")
"""Below these stand names of ports, which may have dots."""
_OVERRIDDEN = {"PUT", "PATCH", "DELETE"}
_IN_FORM = re.compile(rb"(?:^|&)_method=([A-Za-z]+)(?:&|$)")
_IN_PARTS = re.compile(rb'name="?_method"?\r\n(?:[^\r\n]+\r\n)*\r\n([A-Za-z]+)\r\n')


class WithPlayerPaths:
    """Puts the addresses right."""

    def __init__(self, application: WSGIApplication) -> None:
        self.application = application

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        path = _SLASHES.sub("/", environ.get("PATH_INFO", ""))
        first, *below = path.strip("/").split("/")
        if _SUFFIX.sub("", first) in PLAYER_PLACES:
            path = path.rstrip("/")
            suffix = _SUFFIX.search(path)
            if suffix and not any(name in _NAMES_ARE_FREE for name in below[:-1]):
                environ[FORMAT] = suffix[1]
                path = path[: suffix.start()]
            environ["PATH_INFO"] = path
            _unnest(environ, path)
            if environ["REQUEST_METHOD"] == "POST":
                _override_method(environ)
        elif path == "/":
            environ["PATH_INFO"] = path
        return self.application(environ, start_response)


def _unnest(environ: WSGIEnvironment, path: str) -> None:
    """``/workflows/3/runs/new`` is ``/runs/new?workflow_id=3``."""
    if found := _NESTED.fullmatch(path):
        asked = environ.get("QUERY_STRING", "")
        environ["PATH_INFO"] = f"/runs{found[2]}"
        environ["QUERY_STRING"] = f"workflow_id={found[1]}" + (f"&{asked}" if asked else "")


def _override_method(environ: WSGIEnvironment) -> None:
    wanted = parse_qs(environ.get("QUERY_STRING", "")).get("_method", [""])[0]
    wanted = (wanted or environ.get("HTTP_X_HTTP_METHOD_OVERRIDE", "") or _peeked(environ)).upper()
    if wanted in _OVERRIDDEN:
        environ["REQUEST_METHOD"] = wanted


def _peeked(environ: WSGIEnvironment) -> str:
    """What a form says, whose body is there as before for whoever reads it."""
    kind = environ.get("CONTENT_TYPE", "").partition(";")[0].strip().lower()
    patterns = {"application/x-www-form-urlencoded": _IN_FORM, "multipart/form-data": _IN_PARTS}
    length = environ.get("CONTENT_LENGTH") or ""
    if kind not in patterns or not length.isdigit():
        return ""
    stream = environ["wsgi.input"]
    head = _read(stream, min(int(length), PEEK))
    environ["wsgi.input"] = _Joined(head, stream)
    found = patterns[kind].search(head)
    return found[1].decode() if found else ""


def _read(stream: Any, size: int) -> bytes:
    """That many bytes, or fewer where the body breaks off; what reads it then notices."""
    found = bytearray()
    try:
        while len(found) < size and (piece := stream.read(size - len(found))):
            found += piece
    except OSError:
        return bytes(found)
    return bytes(found)


class _Joined(io.RawIOBase):
    """The bytes that were read already, then the rest of the stream."""

    def __init__(self, head: bytes, rest: Any) -> None:
        self._head, self._rest = head, rest

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        piece = self._head[: len(buffer)] or self._rest.read(len(buffer))
        self._head = self._head[len(piece) :]
        buffer[: len(piece)] = piece
        return len(piece)
