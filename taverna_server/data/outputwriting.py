"""Outputs become files while the run makes them, item by item.

A port's values arrive as tokens: items with their index, each list after its items,
the whole value last (execution-semantics 3). An item is written when it comes; when
its list comes, only what no item brought is still to be written. So a run that is
stopped, or killed, leaves every item that it had finished, and a list is never gone
through to be written a second time.

What is kept in memory: for each list that is not complete, how many members it has.
"""

from __future__ import annotations

import errno
import os
import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import TypeAlias

from taverna_server.data.outputs import ERROR_SUFFIX, error_text, file_name
from taverna_server.data.values import ErrorDocument, FileValue, ListValue, Value, read_bytes
from taverna_server.data.wholefiles import WholeFiles

Place: TypeAlias = tuple[int, ...]
"""Where in a port's value: ``(2, 0)`` is item 0 of item 2, ``()`` the whole."""


@dataclass(slots=True)
class _List:
    """A list that is not complete yet."""

    path: str
    members: int = 0


class OutputWriter:
    """Writes the outputs of one run; call ``close`` at the end."""

    def __init__(self, out_dir: Path) -> None:
        """The directory is made when there is something to write."""
        self._out = out_dir
        self._files = WholeFiles()
        self._lists: dict[tuple[str, Place], _List] = {}

    def close(self) -> None:
        """Let go of the directories."""
        self._files.close()

    def token(self, port: str, place: Place, value: Value) -> None:
        """Write what has come of a port and is not there yet.

        Raises:
            FileExistsError: something lies where the port's output belongs.
            OSError: it could not be written.
        """
        begun = None
        if type(value) is not str and self._lists:
            begun = self._lists.pop((port, place), None)
        if begun is None:
            suffix = ERROR_SUFFIX if isinstance(value, ErrorDocument) else ""
            self._write(*self._home(port, place, suffix), value)
        elif isinstance(value, ListValue):
            self._complete(begun, value)
        else:  # an error has taken the place of the list
            self._files.leave()
            shutil.rmtree(begun.path)
            self._write(*os.path.split(begun.path), value)

    def _home(self, port: str, place: Place, suffix: str = "") -> tuple[str, str]:
        """The directory of a new value, and its name there."""
        if place:
            around = self._lists.get((port, place[:-1])) or self._begin(port, place[:-1])
            around.members += 1
            return around.path, str(place[-1] + 1)
        self._out.mkdir(parents=True, exist_ok=True)
        name = file_name(port)
        path = self._out / f"{name}{suffix}"
        if os.path.lexists(path):
            raise FileExistsError(errno.EEXIST, os.strerror(errno.EEXIST), str(path))
        return str(self._out), name

    def _begin(self, port: str, place: Place) -> _List:
        """Make the directory of a list, and of those around it."""
        path = "/".join(self._home(port, place))
        Path(path).mkdir()
        made = self._lists[port, place] = _List(path)
        return made

    def _complete(self, begun: _List, value: ListValue) -> None:
        if begun.members == len(value):
            return
        for number, item in enumerate(value, start=1):
            path = f"{begun.path}/{number}"
            if not (os.path.lexists(path) or os.path.lexists(f"{path}{ERROR_SUFFIX}")):
                self._write(begun.path, str(number), item)

    def _write(self, parent: str, name: str, value: Value) -> None:
        if type(value) is str:  # nearly all are
            self._files.create(parent, name, read_bytes(value))
        elif isinstance(value, ListValue):
            path = f"{parent}/{name}"
            Path(path).mkdir()
            for number, item in enumerate(value, start=1):
                self._write(path, str(number), item)
        elif isinstance(value, ErrorDocument):
            text = error_text(value).encode("utf-8", "surrogatepass")
            self._files.create(parent, f"{name}{ERROR_SUFFIX}", text)
        elif isinstance(value, FileValue):
            with value.path.open("rb") as source:
                self._files.create(parent, name, source)
        else:
            self._files.create(parent, name, read_bytes(value))
