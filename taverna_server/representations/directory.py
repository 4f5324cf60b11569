"""Directories of a run: listing, making one, uploading a file (protocol dossier 8.3, 8.7)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

from marshmallow import fields

from taverna_server.representations.binding import (
    REST,
    TS,
    XLINK,
    Choice,
    Document,
    attribute,
    element,
    text,
)
from taverna_server.representations.texts import Base64, Uri


@dataclass(frozen=True, slots=True)
class DirectoryEntry:
    """A directory in a listing. ``path`` is relative to ``wd``."""

    kind: ClassVar[str] = "dir"
    href: str
    name: str
    path: str


@dataclass(frozen=True, slots=True)
class FileEntry:
    """A file in a listing."""

    kind: ClassVar[str] = "file"
    href: str
    name: str
    path: str


class DirectoryReference(Document):
    """A directory, by its path below the working directory; ``DirectoryEntry``."""

    namespace = TS
    builds = DirectoryEntry

    href = Uri(required=True, metadata=attribute(XLINK))
    name = fields.String(required=True, metadata=attribute(TS))
    path = fields.String(required=True, metadata=text())


class FileReference(Document):
    """A file, by its path below the working directory; ``FileEntry``."""

    namespace = TS
    builds = FileEntry

    href = Uri(required=True, metadata=attribute(XLINK))
    name = fields.String(required=True, metadata=attribute(TS))
    path = fields.String(required=True, metadata=text())


def _entries() -> Mapping[str, type[Document]]:
    return {"dir": DirectoryReference, "file": FileReference}


class DirectoryContents(Document):
    """GET of a directory: ``entries`` are ``DirectoryEntry`` and ``FileEntry``."""

    namespace = REST
    root = "directoryContents"

    entries = Choice(_entries, many=True, metadata=element(TS))


class MkDir(Document):
    """POST on a directory: make one in it."""

    namespace = REST
    root = "mkdir"

    name = fields.String(metadata=attribute(REST))


class Upload(Document):
    """POST on a directory: put a file into it; ``content`` is bytes."""

    namespace = REST
    root = "upload"
    large_text = True

    name = fields.String(metadata=attribute(REST))
    content = Base64(load_default=b"", metadata=text())
