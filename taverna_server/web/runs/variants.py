"""A table of values, a run for each row: CSV as people paste it or their programs write it.

The first line names inputs, and each further line has their values for one run. Values are
separated by commas, semicolons or tabs, whichever the first line has. An empty cell leaves
an input as it is for all runs. A list stands in its cell as JSON, or with an item a line.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import islice

from taverna_server.player.requests import GivenInput
from taverna_server.web.runs.fields import LINES, items_of

MOST_TOLD = 5
"""Problems of a table that are told at once."""

_NOTHING = "\x1f"

Row = Mapping[str, str]


class BadTable(Exception):
    """A table that cannot be used; ``problems`` are sentences that say where and why."""

    def __init__(self, problems: Sequence[str]) -> None:
        self.problems = [*problems[:MOST_TOLD]]
        if len(problems) > MOST_TOLD:
            self.problems.append(f"And {len(problems) - MOST_TOLD} more.")
        super().__init__(" ".join(self.problems))


@dataclass(frozen=True, slots=True)
class Table:
    """Inputs by name, and the rows, each with its values that are not empty."""

    header: Sequence[str]
    rows: Sequence[Row]


def decoded(content: bytes) -> str:
    """The text of a file.

    Raises:
        BadTable: it is no text.
    """
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        words = "The file is no text in UTF-8: save it as “CSV UTF-8”, or paste the table."
        raise BadTable([words]) from error


def read_table(text: str, ports: Sequence[tuple[str, int]], most: int) -> Table:
    """The table.

    Raises:
        BadTable: no table for a workflow with these inputs, or of more rows than ``most``.
    """
    first, *lines = _lines(text, most) or [[]]
    header = [name.strip() for name in first]
    _check_header(header, [name for name, _ in ports])
    rows, problems = [], []
    for number, cells in enumerate(lines, 1):
        if len(cells) != len(header):
            problems.append(
                f"Row {number} has {_values(len(cells))}, the first line {len(header)}."
            )
        rows.append({name: it for name, it in zip(header, cells, strict=False) if it})
    if problems:
        raise BadTable(problems)
    if not rows:
        raise BadTable(["There is no row below the first line: each further line is a run."])
    if len(rows) > most:
        raise BadTable([f"The table has more than {most} rows: that is the most at once here."])
    return Table(header, rows)


def given_by(row: Row, ports: Sequence[tuple[str, int]]) -> dict[str, GivenInput]:
    """What a row gives the inputs that it names."""
    depths = dict(ports)
    return {name: GivenInput(_value(it, depths[name])) for name, it in row.items()}


def _value(cell: str, depth: int) -> object:
    return items_of(cell, LINES) if depth and not cell.lstrip().startswith("[") else cell


def _lines(text: str, most: int) -> list[list[str]]:
    """The cells of each line that has any; few more than may be."""
    plain = text.replace("\r\n", "\n").lstrip("\n\ufeff")
    reader = csv.reader(io.StringIO(plain), delimiter=_separator(plain), strict=True)
    try:
        return list(islice((cells for cells in reader if any(cells)), most + 2))
    except csv.Error as error:
        raise BadTable([f"Line {reader.line_num} of the table cannot be read: {error}."]) from error


def _separator(text: str) -> str:
    """Of a single column there is none: a line is a value, whatever is in it."""
    first = text.partition("\n")[0]
    return next((it for it in "\t,;" if it in first), _NOTHING)


def _check_header(header: Sequence[str], known: Sequence[str]) -> None:
    if not header:
        raise BadTable(["The table is empty. Its first line names inputs of the workflow."])
    wrong = [it for it in header if it not in known]
    problems = [f"“{it[:80]}” in the first line is no input of this workflow." for it in wrong]
    if wrong:
        problems.append(f"Its inputs are {', '.join(known)}.")
    twice = {it for it in header if header.count(it) > 1 and it in known}
    problems += [f"“{it}” is twice in the first line." for it in sorted(twice)]
    if problems:
        raise BadTable(problems)


def _values(count: int) -> str:
    return f"{count} value" if count == 1 else f"{count} values"
