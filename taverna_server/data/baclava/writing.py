"""Values into Baclava documents."""

from __future__ import annotations

import codecs
import os
import tempfile
from base64 import b64encode
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

from lxml import etree

from taverna_server.data.baclava.names import BACLAVA, BYTES, NULL, TEXT, XSCUFL
from taverna_server.data.outputs import error_text
from taverna_server.data.values import (
    ErrorDocument,
    FileValue,
    ListValue,
    Single,
    Value,
    depth_of,
)

_PIECE = 3 << 16
"""Bytes encoded at a time: a multiple of 3, so that pieces join without padding."""


def write_baclava(path: Path, values: Mapping[str, Value]) -> None:
    """Write a document; a reader sees all of it or none."""
    handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    try:
        with os.fdopen(handle, "wb") as stream, etree.xmlfile(stream, encoding="UTF-8") as xml:
            _write_map(xml, values)
        Path(temporary).chmod(0o644)
        os.replace(temporary, path)
    except BaseException:
        os.unlink(temporary)
        raise


def _write_map(xml: Any, values: Mapping[str, Value]) -> None:
    xml.write_declaration()
    with xml.element(_b("dataThingMap"), nsmap={"b": BACLAVA, "s": XSCUFL}):
        for key, value in values.items():
            hint = _leaf_type(value)
            declared = "l(" * depth_of(value) + f"'{hint}'" + ")" * depth_of(value)
            if isinstance(value, ErrorDocument):
                declared = f"'{TEXT}'"
            document = {"lsid": "", "syntactictype": declared}
            with (
                xml.element(_b("dataThing"), key=key),
                xml.element(_b("myGridDataDocument"), document),
            ):
                _write_metadata(xml, hint)
                _write_node(xml, value, hint, {"lsid": ""})


def _write_metadata(xml: Any, mime_type: str) -> None:
    with xml.element(_s("metadata")):
        if mime_type != NULL:
            with xml.element(_s("mimeTypes")), xml.element(_s("mimeType")):
                xml.write(mime_type)


def _write_node(xml: Any, value: Value, hint: str, attributes: Mapping[str, str]) -> None:
    if isinstance(value, ListValue):
        _write_list(xml, value, hint, attributes)
        return
    with xml.element(_b("dataElement"), attributes):
        if _leaf_type(value) != hint:
            _write_metadata(xml, _leaf_type(value))
        with xml.element(_b("dataElementData")):
            for encoded in _base64(_content(value)):
                xml.write(encoded)
                if len(encoded) > _PIECE:
                    xml.flush()  # else the writer keeps all of it


def _write_list(xml: Any, items: ListValue, hint: str, attributes: Mapping[str, str]) -> None:
    with xml.element(_b("partialOrder"), {**attributes, "type": "list"}):
        with xml.element(_b("relationList")):
            for child in range(1, len(items)):
                relation = {"parent": str(child - 1), "child": str(child)}
                with xml.element(_b("relation"), relation):
                    pass
        with xml.element(_b("itemList")):
            for index, item in enumerate(items):
                _write_node(xml, item, hint, {"lsid": "", "index": str(index)})


def _leaf_type(value: Value) -> str:
    """The type of the last leaf, as the original has it."""
    if isinstance(value, ListValue):
        types = (_leaf_type(item) for item in reversed(value.items))
        return next((found for found in types if found != NULL), NULL)
    if isinstance(value, FileValue):
        return BYTES if value.charset is None else TEXT
    return BYTES if isinstance(value, bytes) else TEXT


def _content(value: Single | ErrorDocument) -> Iterator[bytes]:
    """The bytes of a leaf in pieces; text always as UTF-8."""
    if isinstance(value, FileValue):
        with value.path.open("rb") as stream:
            pieces = iter(lambda: stream.read(_PIECE), b"")
            yield from pieces if value.charset is None else _as_utf8(pieces, value.charset)
    elif isinstance(value, bytes):
        yield value
    else:
        text = error_text(value) if isinstance(value, ErrorDocument) else value
        yield text.encode("utf-8", "surrogatepass")


def _as_utf8(pieces: Iterable[bytes], charset: str) -> Iterator[bytes]:
    decoder = codecs.getincrementaldecoder(charset)("replace")
    for piece in pieces:
        yield decoder.decode(piece).encode("utf-8")
    yield decoder.decode(b"", final=True).encode("utf-8")


def _base64(pieces: Iterable[bytes]) -> Iterator[str]:
    pending = b""
    for piece in pieces:
        pending += piece
        for start in range(0, len(pending) // _PIECE * _PIECE, _PIECE):
            yield b64encode(pending[start : start + _PIECE]).decode("ascii")
        pending = pending[len(pending) // _PIECE * _PIECE :]
    yield b64encode(pending).decode("ascii")


def _b(name: str) -> str:
    return f"{{{BACLAVA}}}{name}"


def _s(name: str) -> str:
    return f"{{{XSCUFL}}}{name}"
