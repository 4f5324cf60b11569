"""Values as a page shows them, by their media type (Player dossier 2.4, U25).

A preview is text of ours to be escaped, or says that the browser is to fetch the
value by its own address, as a picture, sound or sandboxed page. It reads a bounded
part of the value. No type breaks a page: what is not known is offered to be
downloaded.
"""

from __future__ import annotations

import csv
import io
import json
import re
from dataclasses import dataclass
from typing import BinaryIO

from lxml import etree

from taverna_server.data.content import EMPTY, HEAD, HTML, TEXT, XML, of_content
from taverna_server.errors import MalformedDocument
from taverna_server.etree import parse_xml
from taverna_server.serving.content_types import is_textual
from taverna_server.web.runs.errortexts import ErrorText, read_error

ERROR = "application/x-error"

MOST_TEXT = 1 << 16
"""Bytes of a text that are shown."""
MOST_STRUCTURE = 1 << 18
"""Bytes of XML or JSON that are indented."""
MOST_INDENTED = 1 << 20
"""Bytes of the same when it is indented: what is nested deep grows a hundredfold."""
MOST_ROWS, MOST_COLUMNS = 100, 50
MOST_SHOWN = 32 << 20
"""Bytes of a picture or a page that a browser is told to fetch by itself."""

_PICTURES = {"image/png", "image/jpeg", "image/gif", "image/bmp", "image/webp", "image/svg+xml"}
_SEPARATORS = {"text/csv": ",;", "text/tab-separated-values": "\t", TEXT: "\t,;"}
_FEWEST_LINES = {"\t": 2, ",": 3, ";": 3}
"""From how many lines on a text looks like a table: sentences have commas, too."""


@dataclass(frozen=True, slots=True)
class Preview:
    """What to show for one value."""

    kind: str
    """``text``, ``xml``, ``json``, ``table``, ``page``, ``picture``, ``document`` (PDF),
    ``sound``, ``film``, ``error``, ``empty``, ``large`` or ``other``."""
    media_type: str
    size: int
    text: str = ""
    rows: tuple[tuple[str, ...], ...] = ()
    cut: bool = False
    """There is more than what is shown."""
    error: ErrorText | None = None


def preview_bytes(content: bytes, media_type: str | None = None, most: int = MOST_TEXT) -> Preview:
    """Of a value that is in memory already."""
    found = media_type or of_content(content[:HEAD])
    return preview(io.BytesIO(content), len(content), found, most)


def preview(stream: BinaryIO, size: int, media_type: str, most: int = MOST_TEXT) -> Preview:
    """Look at a value from its beginning; of a text, at ``most`` bytes."""
    if media_type == ERROR:
        text = _text(stream.read(MOST_TEXT))
        return Preview("error", media_type, size, text, error=read_error(text))
    if size == 0 or media_type in (EMPTY, "inode/x-empty"):
        return Preview("empty", media_type, size)
    if found := _by_browser(media_type):
        return Preview(found if size <= MOST_SHOWN else "large", media_type, size)
    if not is_textual(media_type):
        return Preview("other", media_type, size)
    structured = MOST_STRUCTURE if most == MOST_TEXT else most
    return _of_text(stream.read(min(size, structured)), size, media_type, most)


def _by_browser(media_type: str) -> str | None:
    kind = media_type.partition("/")[0]
    if media_type in _PICTURES:
        return "picture"
    if media_type == "application/pdf":
        return "document"
    return {"audio": "sound", "video": "film"}.get(kind)


def _of_text(content: bytes, size: int, media_type: str, most: int) -> Preview:
    if size == len(content):
        indented = _indented(content, media_type)
        if indented is not None:
            return Preview(indented[0], media_type, size, indented[1])
    shown, cut = _text(content[:most]), size > most
    rows = _rows(shown, media_type, cut)
    if rows:
        more = cut or len(rows) > MOST_ROWS
        return Preview("table", media_type, size, shown, rows[:MOST_ROWS], more)
    return Preview("page" if media_type == HTML else "text", media_type, size, shown, cut=cut)


def _indented(content: bytes, media_type: str) -> tuple[str, str] | None:
    """The kind and the text of what has a structure; None for anything else."""
    if media_type in (XML, "text/xml") or media_type.endswith("+xml"):
        return _indented_xml(content)
    if media_type.endswith("json") or (media_type == TEXT and content.lstrip()[:1] in (b"{", b"[")):
        return _indented_json(content)
    return None


def _indented_xml(content: bytes) -> tuple[str, str] | None:
    try:
        root = parse_xml(content)
    except MalformedDocument:
        return None
    etree.indent(root)
    text = etree.tostring(root, encoding="unicode")
    return ("xml", text) if len(text) <= MOST_INDENTED else None


def _indented_json(content: bytes) -> tuple[str, str] | None:
    pieces, length = list[str](), 0
    try:
        for piece in json.JSONEncoder(indent=2, ensure_ascii=False).iterencode(json.loads(content)):
            length += len(piece.encode())  # fails for half a character, which stands in no page
            if length > MOST_INDENTED:
                return None
            pieces.append(piece)
    except (ValueError, RecursionError):
        return None
    return "json", "".join(pieces)


def _rows(text: str, media_type: str, cut: bool) -> tuple[tuple[str, ...], ...]:
    """The rows of a table; none where it is no table."""
    lines = text.splitlines()[: MOST_ROWS + 2]
    if cut and lines:
        lines.pop()  # perhaps half a line
    for separator in _SEPARATORS.get(media_type, ""):
        rows = _split(lines, separator)
        widths = {len(row) for row in rows}
        declared = media_type != TEXT
        even = len(widths) == 1 and len(rows) >= _FEWEST_LINES[separator]
        if max(widths, default=0) > 1 and (declared or even):
            return tuple(rows[: MOST_ROWS + 1])
    return ()


def _split(lines: list[str], separator: str) -> list[tuple[str, ...]]:
    try:
        rows = csv.reader(lines, delimiter=separator)
        return [tuple(row[:MOST_COLUMNS]) for row in rows if row]
    except csv.Error:
        return []


def _text(content: bytes) -> str:
    """As UTF-8; a character cut in two at the end is left out."""
    return re.sub("\ufffd{1,3}$", "", content.decode("utf-8", "replace"))
