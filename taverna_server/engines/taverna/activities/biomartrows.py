"""What a BioMart service answers: rows of cells, taken apart while they come (activities.md 15).

A service that refuses a query says so in the body of a good answer, after blank
lines; so blank lines at the beginning wait until it is clear what they belong to.
"""

from __future__ import annotations

import codecs
import io
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from taverna_server.data.values import ErrorDocument, Value, make_list
from taverna_server.engines.taverna.activities.base import Outputs

REFUSED = "Query ERROR"
_SAID = 1000
"""Characters of a refusal that are worth repeating."""


@dataclass(frozen=True, slots=True)
class Column:
    """An attribute of the query: one column of the answer, or several as a list."""

    port: str
    width: int = 1
    is_list: bool = False


class Rows:
    """Takes the pieces of an answer and gives the rows in it."""

    def __init__(self, columns: Sequence[Column], give: Callable[[Outputs], None]) -> None:
        self.refusal = ""
        """The beginning of what the service said in place of rows."""
        self._columns = columns
        self._width = sum(column.width for column in columns)
        self._give = give
        utf8 = codecs.getincrementaldecoder("utf-8")("replace")
        self._decoder = io.IncrementalNewlineDecoder(utf8, translate=True)
        self._rest: list[str] = []
        self._blank: list[str] | None = []
        """Lines that wait; None once there was a row."""

    def take(self, piece: bytes, last: bool = False) -> None:
        """One more piece."""
        *lines, rest = self._decoder.decode(piece, last).split("\n")
        if lines:
            self._line("".join(self._rest) + lines[0])
            self._rest = []
            for line in lines[1:]:
                self._line(line)
        if rest:
            self._rest.append(rest)

    def end(self) -> None:
        """There are no more pieces."""
        self.take(b"", last=True)
        if self._rest:
            self._line("".join(self._rest))
        if not self.refusal:
            self._release()

    def _line(self, line: str) -> None:
        if self.refusal:
            self.refusal = f"{self.refusal}\n{line}"[:_SAID]
        elif self._blank is None:
            self._give(dict(self._taken_apart(line)))
        elif not line.strip():
            self._blank.append(line)
        elif line.lstrip().startswith(REFUSED):
            self.refusal = line.strip()[:_SAID]
        else:
            self._release()
            self._line(line)

    def _release(self) -> None:
        waiting, self._blank = self._blank or [], None
        for line in waiting:
            self._line(line)

    def _taken_apart(self, line: str) -> Iterator[tuple[str, Value]]:
        """A row that is too short is an error at each port."""
        cells = line.split("\t")
        if len(cells) < self._width:
            for column in self._columns:
                yield column.port, ErrorDocument(line, int(column.is_list))
            return
        place = 0
        for column in self._columns:
            taken = cells[place : place + column.width]
            place += column.width
            yield column.port, make_list(taken, 1) if column.is_list else taken[0]
