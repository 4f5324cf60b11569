"""Which representation the client wants, and what it sent.

``choose`` picks among what a resource offers. An offer gets the quality of the
most specific range that matches it, so ``q=0`` takes a single type out of a
range; among offers of equal quality the one named most exactly wins, then the
one the resource puts first (protocol dossier 2.6). What cannot be read as a
range is left out, except a bare ``*``: Java's ``URLConnection``, so every
engine, sends ``text/html, image/gif, image/jpeg, *; q=.2, */*; q=.2``.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from taverna_server.errors import NotAcceptable, UnsupportedMedia

XML = "application/xml"
JSON = "application/json"
TEXT = "text/plain"
T2FLOW = "application/vnd.taverna.t2flow+xml"
SCUFL = "application/vnd.taverna.scufl+xml"
WFBUNDLE = "application/vnd.taverna.scufl2.workflow-bundle"
ROBUNDLE = "application/vnd.wf4ever.robundle+zip"
WADL = "application/vnd.sun.wadl+xml"
ZIP = "application/zip"
URI_LIST = "text/uri-list"
BYTES = "application/octet-stream"

_TOKEN = r"[!#$%&'*+\-.^_`|~0-9A-Za-z]+"  # noqa: S105  (a token of RFC 9110, no secret)
_MEDIA_TYPE = re.compile(rf"({_TOKEN})/({_TOKEN})")
_QUALITY = re.compile(r"(?:0?\.[0-9]+|0|1)(?:\.[0-9]*)?")
_ALIASES = {"text/xml": XML}


@dataclass(frozen=True, slots=True)
class MediaRange:
    """One member of an ``Accept`` header."""

    type: str
    subtype: str
    quality: float = 1.0

    @property
    def exactness(self) -> int:
        """2 for one media type, 1 for ``text/*``, 0 for ``*/*``."""
        return (self.type != "*") + (self.subtype != "*")

    def matches(self, offer: str) -> bool:
        """Whether the range includes a media type."""
        kind, _, subtype = offer.partition("/")
        return self.type in ("*", kind) and self.subtype in ("*", subtype)


ANYTHING = MediaRange("*", "*")


def parse_accept(header: str | None) -> list[MediaRange]:
    """The ranges of an ``Accept`` header; ``*/*`` when it has none that can be read."""
    return list(_ranges(header or "")) or [ANYTHING]


def choose(offers: Sequence[str], accept: str | None) -> str:
    """The offer that the client likes best.

    Raises:
        NotAcceptable: it accepts none of them; the message names them.
    """
    ranges = parse_accept(accept)
    ranked = [(*_liking(offer, ranges), -place) for place, offer in enumerate(offers)]
    best = max(ranked)
    if not best[0]:
        raise NotAcceptable(f"this resource is available as {' or '.join(offers)}")
    return offers[-best[2]]


def accepts(offer: str, accept: str | None) -> bool:
    """Whether the client takes this media type at all."""
    return bool(_liking(offer, parse_accept(accept))[0])


def quality(offer: str, ranges: Sequence[MediaRange]) -> float:
    """How much a client likes a media type, from 0 to 1."""
    return _liking(offer, ranges)[0]


def media_type(content_type: str | None) -> str:
    """The media type of a body without its parameters; ``*/*`` when none is given.

    Raises:
        UnsupportedMedia: not a media type.
    """
    if content_type is None or not (name := content_type.partition(";")[0].strip().lower()):
        return "*/*"
    if not _MEDIA_TYPE.fullmatch(name):
        raise UnsupportedMedia(f"'{name[:80]}' is not a media type")
    return _ALIASES.get(name, name)


def consumed(content_type: str | None, readable: Sequence[str]) -> str:
    """The media type of a body, if the resource reads it; ``*/*`` when the client says nothing.

    Raises:
        UnsupportedMedia: another type; the message names those that are read.
    """
    given = media_type(content_type)
    if given not in readable and given != "*/*":
        raise UnsupportedMedia(f"this resource reads {' or '.join(readable)}, not {given[:80]}")
    return given


def charset(content_type: str | None) -> str:
    """The ``charset`` parameter; UTF-8 when there is none."""
    found = re.search(r';\s*charset\s*=\s*"?([^\s";]+)', content_type or "", re.IGNORECASE)
    return found[1] if found else "utf-8"


def _liking(offer: str, ranges: Sequence[MediaRange]) -> tuple[float, int]:
    """Quality and exactness of the most specific range that matches; (0, 0) for none."""
    matching = [r for r in ranges if r.matches(offer)]
    if not matching:
        return 0.0, 0
    best = max(matching, key=lambda r: (r.exactness, r.quality))
    return best.quality, best.exactness


def _ranges(header: str) -> Iterator[MediaRange]:
    for member in header.split(","):
        name, *parameters = (part.strip() for part in member.split(";"))
        name = "*/*" if name == "*" else name.lower()
        if _MEDIA_TYPE.fullmatch(name):
            kind, _, subtype = _ALIASES.get(name, name).partition("/")
            yield MediaRange(kind, subtype, _quality(parameters))


def _quality(parameters: Sequence[str]) -> float:
    for parameter in parameters:
        name, _, value = parameter.partition("=")
        if name.strip().lower() == "q" and _QUALITY.fullmatch(value.strip()):
            return min(float(value), 1.0)
    return 1.0
