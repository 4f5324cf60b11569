"""How answers travel: not again when the client has them, and packed when they are long.

Documents, texts and logs carry an ``ETag``, so a poller that sends it back
(``If-None-Match``) has 304 and no body while nothing changed. The tags are weak:
they mean the content, packed or not.

Text of some length is packed with gzip for those who accept it. Files below
``wd`` never are: their length and their ranges are a promise to clients that
resume downloads, and most of what is large there is packed already. A request
with ``Range`` is left alone, too.
"""

from __future__ import annotations

import gzip
import re
import zlib
from collections.abc import Iterable, Iterator
from hashlib import blake2b
from typing import Any

from flask import Response, request

THRESHOLD = 1400
"""Bytes: what is shorter fits into one packet anyway."""
LEVEL = 5
_READING = ("GET", "HEAD")
_TEXTUAL = re.compile(r"text/.*|.*[/+](?:xml|json)")


def deliver(response: Response) -> Response:
    """Spare the client what it has, or some of the bytes; for ``after_request``."""
    if request.method in _READING and response.status_code == 200:
        if not response.is_streamed and not response.direct_passthrough:
            _tag(response)
        if "ETag" in response.headers:
            response.headers.setdefault("Cache-Control", "private, no-cache")
            response.make_conditional(request.environ)
        if _TEXTUAL.fullmatch(response.mimetype or "") and "Accept-Ranges" not in response.headers:
            response.vary.update(("Accept", "Accept-Encoding"))
            _pack(response)
    return response


def _tag(response: Response) -> None:
    kind = response.content_type.encode()
    content = blake2b(kind + b"\n" + response.get_data(), digest_size=12)
    response.set_etag(content.hexdigest(), weak=True)


def _pack(response: Response) -> None:
    length = response.content_length or 0
    wanted = request.accept_encodings.quality("gzip") > 0 and "Range" not in request.headers
    if not wanted or length < THRESHOLD or response.status_code != 200:
        return
    response.headers["Content-Encoding"] = "gzip"
    if response.is_streamed or response.direct_passthrough:
        pieces: Iterable[Any] = response.response
        response.response = _packed(pieces)
        del response.headers["Content-Length"]
    else:
        response.set_data(gzip.compress(response.get_data(), LEVEL, mtime=0))


def _packed(pieces: Iterable[bytes]) -> Iterator[bytes]:
    packer = zlib.compressobj(LEVEL, wbits=16 + zlib.MAX_WBITS)
    for piece in pieces:
        if packed := packer.compress(piece):
            yield packed
    yield packer.flush()
