"""Rows of a spreadsheet file: xls, xlsx, ods or comma separated text (activities.md 11).

Numbers are written as Java writes doubles (``3.0``), dates in ISO 8601, as they stand in
OpenDocument files. (In Excel files Taverna used the cell's display format, which
the library does not tell.)
"""

from __future__ import annotations

import codecs
import datetime
import re
import urllib.request
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from io import BytesIO
from typing import TypeAlias
from urllib.parse import unquote, urlsplit

from taverna_server.data.values import (
    ErrorDocument,
    FileValue,
    ListValue,
    Single,
    Value,
    read_bytes,
    read_text,
)
from taverna_server.engines.taverna.activities.base import RunContext
from taverna_server.engines.taverna.activities.httpclient import (
    HttpClient,
    Request,
    ServiceUnreachable,
)
from taverna_server.engines.taverna.activities.javatext import double_text

Cell: TypeAlias = str | None
"""None for an empty one."""

_ZIP, _OLE = b"PK\x03\x04", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_ODS = b"application/vnd.oasis.opendocument.spreadsheet"
_FIELD = re.compile(r'[ \t]*"((?:[^"]|"")*)"[^,\r\n]*|([^,\r\n]*)')
_FETCH_PATIENCE = 60
_OK, _MISSING = 200, (404, 410)
_MOST_OF_A_NAME = 4096
_NO_LIBRARY = "reading xls, xlsx and ods files needs: pip install 'taverna-server[excel]'"


@dataclass(frozen=True, slots=True)
class Sheet:
    """The first sheet of a file."""

    rows: Iterable[Sequence[Cell]]
    """From the first on, each as long as it likes."""
    kind: str
    """``excel``, ``ods`` or ``csv``."""


class SpreadsheetMissing(Exception):
    """There is no such file."""


class SpreadsheetUnreadable(Exception):
    """It is no spreadsheet, or a broken one."""


def read_sheet(given: Value, context: RunContext) -> Sheet:
    """The first sheet of the spreadsheet.

    ``given`` is a file, or the text of an address or path, which begins at ``wd``.
    Services get credentials of the run.

    Raises:
        SpreadsheetMissing: there is nothing.
        SpreadsheetUnreadable: what is there cannot be read.
    """
    content = _content(given, context)
    if content.startswith((_ZIP, _OLE)):
        kind = "ods" if _ODS in content[:200] else "excel"
        return Sheet(list(_sheet_rows(content)), kind)
    if b"\0" in content and not content.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        raise SpreadsheetUnreadable("it is neither a spreadsheet nor text")
    return Sheet(csv_rows(_decoded(content)), "csv")


def _content(given: Value, context: RunContext) -> bytes:
    """Inputs of the server are bytes or files: these may be a name, or the spreadsheet itself."""
    if isinstance(given, ListValue | ErrorDocument):
        raise TypeError("fileurl takes single values")
    if isinstance(given, bytes | FileValue) and not _is_name(given):
        return given.path.read_bytes() if isinstance(given, FileValue) else given
    return _fetched(read_text(given).strip(), context)


def _is_name(given: Single) -> bool:
    """Whether it says where the spreadsheet is: one line of text, without a comma."""
    if isinstance(given, FileValue):
        with given.path.open("rb") as stream:
            head = stream.read(_MOST_OF_A_NAME + 1)
    else:
        head = read_bytes(given)[: _MOST_OF_A_NAME + 1]
    named = head.strip()
    unlike = (b"\n", b"\r", b"\0", b",")
    return 0 < len(head) <= _MOST_OF_A_NAME and not any(mark in named for mark in unlike)


def _fetched(place: str, context: RunContext) -> bytes:
    try:
        url = urlsplit(place)
        if url.scheme in ("http", "https"):
            return _asked_for(place, context)
        if url.scheme == "ftp":
            # The scheme was looked at above.
            with urllib.request.urlopen(place, timeout=_FETCH_PATIENCE) as answer:  # noqa: S310
                content: bytes = answer.read()
                return content
        name = unquote(url.path) if url.scheme == "file" else place
        return (context.wd / name).read_bytes()
    except FileNotFoundError as error:
        raise SpreadsheetMissing(place) from error
    except (OSError, ValueError, ServiceUnreachable) as error:
        raise SpreadsheetUnreadable(str(error)) from error


def _asked_for(url: str, context: RunContext) -> bytes:
    answer = HttpClient(context).send(Request("GET", url))
    content = answer.body.read()
    answer.body.discard()
    if answer.status in _MISSING:
        raise SpreadsheetMissing(url)
    if answer.status != _OK:
        raise SpreadsheetUnreadable(f"{url} answers {answer.status} {answer.reason}")
    return content


def _sheet_rows(content: bytes) -> Iterator[Sequence[Cell]]:
    try:
        from python_calamine import CalamineError, CalamineWorkbook  # an extra, and seldom needed
    except ImportError as error:
        raise SpreadsheetUnreadable(_NO_LIBRARY) from error
    try:
        with CalamineWorkbook.from_object(BytesIO(content)) as workbook:
            rows = workbook.get_sheet_by_index(0).to_python(skip_empty_area=False)
    except (CalamineError, IndexError) as error:
        raise SpreadsheetUnreadable(f"{type(error).__name__}: {error}") from error
    return ([_cell(cell) for cell in row] for row in rows)


def _cell(value: object) -> Cell:
    if value == "":
        return None
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int | float):
        return double_text(float(value))
    if isinstance(value, datetime.date | datetime.time):
        return value.isoformat()
    return str(value)


def csv_rows(text: str) -> Iterator[list[Cell]]:
    """Records of comma separated text; fields without quotes lose the blanks around them."""
    at = 0
    row: list[Cell] = []
    while at < len(text) or row:
        field = _FIELD.match(text, at)
        assert field is not None  # noqa: S101  (the second form matches anything, also nothing)
        quoted = field[1] is not None
        row.append((field[1].replace('""', '"') if quoted else field[2].strip(" \t")) or None)
        at = field.end()
        if text[at : at + 1] == ",":
            at += 1
            continue
        yield row
        row = []
        at += 2 if text.startswith("\r\n", at) else 1


def _decoded(content: bytes) -> str:
    for mark, charset in (
        (codecs.BOM_UTF8, "utf-8-sig"),
        (codecs.BOM_UTF16_LE, "utf-16"),
        (codecs.BOM_UTF16_BE, "utf-16"),
    ):
        if content.startswith(mark):
            return content.decode(charset, "replace")
    return content.decode("utf-8", "replace")
