"""Request bodies as trees: JSON, urlencoded forms, multipart forms with files.

Form fields are called ``run[inputs_attributes][0][name]``: the brackets are the
branches of a tree, which so is the same whatever it came in (Player dossier 1.4).
Values of forms are bytes, since they need not be text; files go to files of ours
as they come, never whole into memory, and are gone when the request is over.
"""

from __future__ import annotations

import contextlib
import json
import re
import shutil
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, BinaryIO
from urllib.parse import parse_qsl

from flask import request
from werkzeug.exceptions import RequestEntityTooLarge
from werkzeug.http import parse_options_header
from werkzeug.sansio.multipart import Data, Epilogue, Event, Field, File, MultipartDecoder, NeedData

from taverna_server.errors import BadRequest, TooLarge, UnsupportedMedia
from taverna_server.serving import bodies
from taverna_server.serving.context import config
from taverna_server.serving.negotiation import JSON, media_type

FORM = "application/x-www-form-urlencoded"
MULTIPART = "multipart/form-data"
MOST_PARTS = 20_000
DEEPEST = 12
_NAME = re.compile(r"[^\[\]]+|(?<=\[)(?=\])")

Tree = dict[str, Any]
"""Leaves: ``bytes`` and ``Upload`` of forms; what JSON has, of JSON."""


@dataclass(frozen=True, slots=True)
class Upload:
    """A file that came with a form; whoever wants to keep it moves or copies it."""

    path: Path
    file_name: str

    @property
    def size(self) -> int:
        return self.path.stat().st_size


@contextlib.contextmanager
def received() -> Iterator[Tree]:
    """The body of the request; uploads last as long as the block.

    Raises:
        BadRequest: it cannot be read as what its media type says.
        UnsupportedMedia: another media type.
        TooLarge: longer than a document or a form may be.
    """
    kind = media_type(request.headers.get("Content-Type"))
    if kind == MULTIPART:
        directory = _new_directory()
        try:
            yield _multipart(directory)
        finally:
            shutil.rmtree(directory, ignore_errors=True)
    elif kind in (FORM, "*/*"):
        yield _form(bodies.whole(config().max_document_size))
    elif kind == JSON or kind.endswith("+json"):
        yield _json(bodies.whole(config().max_document_size))
    else:
        raise UnsupportedMedia(f"this resource reads {JSON}, {FORM} or {MULTIPART}")


def _json(body: bytes) -> Tree:
    try:
        found = json.loads(body)
    except (ValueError, RecursionError) as error:
        raise BadRequest("the body is no JSON that can be read") from error
    if not isinstance(found, dict):
        raise BadRequest("the body is no JSON object")
    return found


def _form(body: bytes) -> Tree:
    try:
        pairs = parse_qsl(body, keep_blank_values=True, max_num_fields=MOST_PARTS)
    except ValueError as error:
        raise BadRequest("more fields than a form may have") from error
    tree: Tree = {}
    for name, value in pairs:
        plant(tree, name.decode("utf-8", "replace"), value)
    return tree


def _new_directory() -> Path:
    place = config().data / "uploads"
    place.mkdir(mode=0o700, exist_ok=True)
    return Path(tempfile.mkdtemp(dir=place))


def _multipart(directory: Path) -> Tree:
    _, options = parse_options_header(request.headers.get("Content-Type"))
    boundary = options.get("boundary", "")
    if not boundary:
        raise BadRequest("a multipart form needs a boundary")
    reader = _Multipart(directory)
    try:
        reader.read(MultipartDecoder(boundary.encode("latin-1", "replace"), max_parts=MOST_PARTS))
    except (ValueError, RequestEntityTooLarge) as error:
        raise BadRequest("the body is no multipart form that can be read") from error
    finally:
        reader.close()
    return reader.tree


@dataclass
class _Multipart:
    """Takes the parts of a form as they come."""

    directory: Path
    tree: Tree = field(default_factory=dict)
    _part: Field | File | None = None
    _content: bytearray = field(default_factory=bytearray)
    _file: BinaryIO | None = None
    _count: int = 0
    _kept: int = 0
    """Bytes of all fields, which are kept in memory."""

    def read(self, decoder: MultipartDecoder) -> None:
        length = 0
        for chunk in bodies.chunks():
            length += len(chunk)
            if length > config().max_upload_size:
                raise TooLarge(f"a form has at most {config().max_upload_size} bytes")
            decoder.receive_data(chunk)
            self._take_all(decoder)
        decoder.receive_data(None)
        self._take_all(decoder)

    def close(self) -> None:
        if self._file is not None:
            self._file.close()

    def _take_all(self, decoder: MultipartDecoder) -> None:
        while not isinstance(event := decoder.next_event(), NeedData | Epilogue):
            self._take(event)

    def _take(self, event: Event) -> None:
        if isinstance(event, Field | File):
            self._part, self._content = event, bytearray()
            if isinstance(event, File):
                self._count += 1
                self._file = (self.directory / str(self._count)).open("wb")
        elif isinstance(event, Data):
            self._add(event.data)
            if not event.more_data:
                self._end()

    def _add(self, data: bytes) -> None:
        if self._file is not None:
            self._file.write(data)
            return
        self._kept += len(data)
        if self._kept > config().max_document_size:
            raise TooLarge(f"the fields of a form have at most {config().max_document_size} bytes")
        self._content += data

    def _end(self) -> None:
        part, self._part = self._part, None
        if isinstance(part, Field):
            plant(self.tree, part.name, bytes(self._content))
        elif isinstance(part, File) and self._file is not None:
            self._file.close()
            self._file = None
            upload = Upload(self.directory / str(self._count), part.filename)
            if upload.file_name or upload.size:  # a browser sends empty ones for nothing
                plant(self.tree, part.name, upload)


def plant(tree: Tree, name: str, leaf: object) -> None:
    """Put a leaf where its name says; ``[]`` is the next place of a list.

    As everywhere with such names, ``a[][x]`` begins a new item once the last one
    has an ``x``. What contradicts an earlier name takes its place.

    Raises:
        BadRequest: more brackets than anything needs.
    """
    branches = _NAME.findall(name) or [name]
    if len(branches) > DEEPEST:
        raise BadRequest(f"the field '{name[:80]}' has too many brackets")
    here: Any = tree
    for step, after in zip(branches, [*branches[1:], None], strict=True):
        here = _step(here, step, after, leaf)


def _step(here: Any, step: str, after: str | None, leaf: object) -> Any:
    new: Any = leaf if after is None else [] if after == "" else {}
    if isinstance(here, list):
        last = here[-1] if here else None
        reused = isinstance(new, dict) and isinstance(last, dict) and after not in last
        if not reused:
            here.append(new)
        return here[-1]
    if after is None or not isinstance(here.get(step), type(new)):
        here[step] = new
    return here[step]
