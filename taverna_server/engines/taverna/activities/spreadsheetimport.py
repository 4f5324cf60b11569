"""Columns of a spreadsheet as lists (activities.md 11).

The file is looked at by ``spreadsheetfiles``; here are the ranges, the names of
columns and what becomes of empty cells. Where the last column of the range is
excluded, Excel and CSV files have no rows at all: so it was.
"""

from __future__ import annotations

import functools
import itertools
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from taverna_server.data.values import ErrorDocument, Value, make_list
from taverna_server.engines.taverna.activities.base import (
    ActivityFailure,
    BoundActivity,
    Inputs,
    Outputs,
    RunContext,
)
from taverna_server.engines.taverna.activities.spreadsheetfiles import (
    Cell,
    Sheet,
    SpreadsheetMissing,
    SpreadsheetUnreadable,
    read_sheet,
)
from taverna_server.workflow.model import Activity, ActivityPort, Bean

INPUT, OUTPUT = "fileurl", "output"
_LETTERS = 26
_MOST_COLUMNS, _MOST_ROWS = 1 << 14, 1 << 20
_TO_BE_QUOTED = re.compile(r'["\r\n]|^[ \t]|[ \t]$')


@dataclass(frozen=True, slots=True)
class Range:
    """Numbers from 0, both ends included; without ``end`` to the last there is."""

    start: int
    end: int | None = None
    excludes: tuple[Range, ...] = ()

    def __contains__(self, number: int) -> bool:
        inside = self.start <= number and (self.end is None or number <= self.end)
        return inside and not any(number in excluded for excluded in self.excludes)


@dataclass(frozen=True)
class Import:
    """The configuration."""

    columns: Range
    rows: Range
    names: Mapping[str, str]
    policy: str
    filler: str
    skips_blank: bool
    single: bool
    delimiter: str

    @functools.cached_property
    def ports(self) -> dict[int, str]:
        """The name of each column in the range."""
        end = min(self.columns.end or 0, self.columns.start + _MOST_COLUMNS)
        wanted = (n for n in range(self.columns.start, end + 1) if n in self.columns)
        return {number: self._name(column_letters(number)) for number in wanted}

    def _name(self, letters: str) -> str:
        return self.names.get(letters, letters)


class SpreadsheetImport(BoundActivity):
    """Reads the first sheet of the file at ``fileurl``."""

    def __init__(self, activity: Activity, context: RunContext) -> None:
        super().__init__(activity, context)
        self._import = read_import(activity.config or Bean("none"))

    @classmethod
    def problems(cls, activity: Activity) -> Iterable[str]:
        end = read_import(activity.config or Bean("none")).columns.end
        if end is None:
            yield "The range of columns of the spreadsheet has no end."

    @classmethod
    def output_ports(cls, activity: Activity) -> Sequence[ActivityPort]:
        wanted = read_import(activity.config or Bean("none"))
        if wanted.single:
            return (ActivityPort(OUTPUT),)
        return tuple(ActivityPort(name, 1) for name in dict.fromkeys(wanted.ports.values()))

    def invoke(self, inputs: Inputs) -> Outputs:
        if INPUT not in inputs:
            raise ActivityFailure("Input is not a file reference or a file name")
        rows = self._rows(inputs[INPUT])
        return self._text(rows) if self._import.single else self._columns(rows)

    def _rows(self, given: Value) -> list[dict[int, Cell]]:
        try:
            return list(_chosen(self._import, read_sheet(given, self.context)))
        except SpreadsheetMissing as error:
            raise ActivityFailure("Input spreadsheet file does not exist", str(error)) from error
        except SpreadsheetUnreadable as error:
            raise ActivityFailure("Spreadsheet input cannot be read", str(error)) from error

    def _columns(self, rows: Sequence[Mapping[int, Cell]]) -> Outputs:
        lists: dict[str, list[Value]] = {name: [] for name in self._import.ports.values()}
        for row in rows:
            for number, name in self._import.ports.items():
                lists[name].append(self._filled(row, number, name))
        return {name: make_list(items, 1) for name, items in lists.items()}

    def _filled(self, row: Mapping[int, Cell], number: int, name: str) -> Value:
        cell = row[number]
        if cell is not None:
            return cell
        if self._import.policy != "GENERATE_ERROR":
            return self._filler
        shown = ", ".join(f"{n}={'null' if c is None else c}" for n, c in row.items())
        return ErrorDocument(f"Missing data for spreadsheet cell {name}{{{shown}}}")

    def _text(self, rows: Sequence[Mapping[int, Cell]]) -> Outputs:
        missing = "ERROR" if self._import.policy == "GENERATE_ERROR" else self._filler
        lines = (
            (missing if row[number] is None else str(row[number]) for number in self._import.ports)
            for row in rows
        )
        return {OUTPUT: "".join(_record(line, self._import.delimiter) for line in lines)}

    @property
    def _filler(self) -> str:
        return self._import.filler if self._import.policy == "USER_DEFINED" else ""


def column_letters(number: int) -> str:
    """``A`` for 0, ``Z`` for 25, ``AA`` for 26."""
    before, last = divmod(number, _LETTERS)
    return (column_letters(before - 1) if before else "") + chr(ord("A") + last)


def read_import(config: Bean) -> Import:
    """What the configuration says. Raises ValueError for ranges that are none."""
    pairs = (entry.children for entry in config.all("columnNames", "entry"))
    return Import(
        _range(config.find("columnRange")),
        _range(config.find("rowRange")),
        {pair[0].text: pair[1].text for pair in pairs if len(pair) > 1},
        config.text_of("emptyCellPolicy", "EMPTY_STRING").strip(),
        config.text_of("emptyCellValue"),
        config.text_of("ignoreBlankRows").strip() == "true",
        config.text_of("outputFormat").strip() == "SINGLE_PORT",
        config.text_of("csvDelimiter")[:1] or ",",
    )


def _range(bean: Bean | None) -> Range:
    bean = bean or Bean("none")
    start, end = (
        int(bean.text_of(name, default)) for name, default in (("start", "0"), ("end", "-1"))
    )
    excludes = bean.find("excludes")
    return Range(
        max(start, 0),
        min(end, _MOST_ROWS) if end >= 0 else None,
        tuple(_range(inner) for inner in (excludes.children if excludes else ())),
    )


def _chosen(wanted: Import, sheet: Sheet) -> Iterator[dict[int, Cell]]:
    """The rows and columns of the ranges; what lies beyond a sheet is empty."""
    if sheet.kind != "ods" and wanted.columns.end not in wanted.ports:
        return
    beyond = () if sheet.kind == "csv" or wanted.rows.end is None else itertools.repeat(())
    for number, row in enumerate(itertools.chain(sheet.rows, beyond)):
        if number > (wanted.rows.end or 0) and wanted.rows.end is not None:
            return
        if number in wanted.rows:
            cells = {n: row[n] if n < len(row) else None for n in wanted.ports}
            if not wanted.skips_blank or any(cell is not None for cell in cells.values()):
                yield cells


def _record(cells: Iterable[str], delimiter: str) -> str:
    """A line as Taverna's CSV writer makes it: an empty or a '#' beginning is quoted, too."""
    fields = [_field(cell, delimiter, first=not number) for number, cell in enumerate(cells)]
    return delimiter.join(fields) + "\n"


def _field(text: str, delimiter: str, first: bool) -> str:
    needed = delimiter in text or _TO_BE_QUOTED.search(text)
    if needed or (first and text[:1] in ("", "#")):
        return '"' + text.replace('"', '""') + '"'
    return text
