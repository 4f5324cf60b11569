"""What many documents share: links and the version attributes."""

from __future__ import annotations

import functools
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from marshmallow import fields

import taverna_server
from taverna_server.representations.binding import (
    TS,
    XLINK,
    Document,
    Namespace,
    attribute,
    element,
    text,
)
from taverna_server.representations.texts import Uri

SERVER_VERSION = "2.5.4"
"""The Taverna Server whose interface this is; clients switch features on it."""


@dataclass(frozen=True, slots=True)
class Link:
    """A reference to another resource, as an element without children."""

    href: str
    text: str | None = None
    """Only ``runDescription/expiry`` has one."""


class Location(Document):
    """An empty element with ``xlink:href``."""

    namespace = TS
    builds = Link

    href = Uri(required=True, metadata=attribute(XLINK))


class LabelledLocation(Location):
    """A link with a text."""

    text = fields.String(metadata=text())


def link(namespace: Namespace, name: str | None = None, *, required: bool = True) -> fields.Nested:
    """A child element that is a link; its value is a ``Link``."""
    return fields.Nested(Location, required=required, metadata=element(namespace, name))


@functools.cache
def versions() -> dict[str, str]:
    """The three version attributes of this server (protocol dossier 2.8)."""
    own = taverna_server.__version__
    written = Path(taverna_server.__file__).stat().st_mtime
    return {
        "server_version": SERVER_VERSION,
        "server_revision": f"taverna-server-python {own} (tag: {own})",
        "server_build_timestamp": datetime.fromtimestamp(written, UTC).strftime(
            "%d.%m.%Y @ %H:%M:%S UTC"
        ),
    }


def _version(name: str, *, required: bool) -> fields.String:
    """A version attribute, written as this server's unless given."""
    place = attribute(TS, order=1)
    return fields.String(required=required, dump_default=versions()[name], metadata=place)


class Versioned(Document):
    """An answer with the version attributes."""

    server_version = _version("server_version", required=True)
    server_revision = _version("server_revision", required=True)
    server_build_timestamp = _version("server_build_timestamp", required=True)


class VersionedAnswer(Document):
    """A document that has the version attributes as answer but not as request."""

    server_version = _version("server_version", required=False)
    server_revision = _version("server_revision", required=False)
    server_build_timestamp = _version("server_build_timestamp", required=False)
