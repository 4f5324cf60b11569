"""Outputs looked at a page at a time: a list of 10,000 items costs what is shown of it.

``outputs.describe_output`` reads a whole tree. Here a list is its names, read once and
remembered while the directory is what it was; an item is looked at when it is asked
for. The rules for names are the same, and no symbolic link is followed.
"""

from __future__ import annotations

import os
import stat
import threading
from collections import OrderedDict
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TypeAlias

from taverna_server.data.outputs import (
    ERROR_SUFFIX,
    MAX_LIST_DEPTH,
    OutputAbsent,
    OutputError,
    OutputValue,
    file_name,
    item_number,
)
from taverna_server.errors import UnknownEntry

MOST_REMEMBERED = 64
LONGEST_REMEMBERED = 100_000
"""Names of a list; those of a longer one are read every time."""

_OPEN = os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC

Index: TypeAlias = tuple[int, ...]
"""Of an item, from zero: ``(2, 0)`` is the first item of the third list."""


@dataclass(frozen=True, slots=True)
class ListFound:
    """A list at some depth. Numbers of items are from zero."""

    path: str
    """Relative to the working directory: ``out/X``."""
    total: int
    errors: tuple[int, ...]
    """The items that are errors, in their order; those inside inner lists are not counted."""


Found: TypeAlias = OutputValue | OutputError | ListFound | OutputAbsent


def look(out: Path, port: str, index: Index = ()) -> Found:
    """What there is for a port, or for an item of it.

    Raises:
        UnknownEntry: there is no such item.
    """
    with _opened(out, port, index) as place:
        return OutputAbsent() if place is None else place.found()


def look_at_items(
    out: Path, port: str, index: Index, numbers: Sequence[int]
) -> list[tuple[int, Found]]:
    """Some items of a list, with their numbers; those beyond its end are left out.

    Raises:
        UnknownEntry: there is no such list.
    """
    with _opened(out, port, index) as place:
        if place is None:
            return []
        with place.inside() as (directory, items):
            chosen = [number for number in numbers if 0 <= number < len(items.names)]
            return [(it, _item(directory, place, items.names[it]).found()) for it in chosen]


@dataclass(frozen=True, slots=True)
class _Place:
    """An entry by its name in an open directory; an empty name is a gap in a list."""

    directory: int
    name: str
    path: str

    def found(self) -> Found:
        mode, size = _looked_at(self.directory, self.name)
        if stat.S_ISDIR(mode):
            with self.inside() as (_, items):
                return ListFound(self.path, len(items.names), items.errors)
        if not stat.S_ISREG(mode):
            return OutputAbsent()
        is_error = self.name.endswith(ERROR_SUFFIX)
        return (OutputError if is_error else OutputValue)(self.path, size)

    @contextmanager
    def inside(self) -> Iterator[tuple[int, _Items]]:
        """The directory that stands here, and the items in it."""
        try:
            handle = os.open(self.name or "\0", _OPEN, dir_fd=self.directory)
        except (OSError, ValueError) as error:
            raise UnknownEntry(self.path) from error
        try:
            yield handle, _items_of(handle)
        finally:
            os.close(handle)


def _item(directory: int, parent: _Place, name: str) -> _Place:
    return _Place(directory, name, f"{parent.path}/{name}")


@contextmanager
def _opened(out: Path, port: str, index: Index) -> Iterator[_Place | None]:
    """The place of a port or an item; None where nothing is there for the port."""
    if len(index) > MAX_LIST_DEPTH:
        raise UnknownEntry(port)
    try:
        directory = os.open(out, _OPEN)
    except OSError:
        directory = None
    if directory is None:
        yield None
        return
    try:
        with os.scandir(directory) as entries:
            name = _chosen(file_name(port), [entry.name for entry in entries])
        place = _Place(directory, name, f"{out.name}/{name}") if name else None
        if place is None and index:
            raise UnknownEntry(port)
        with _descended(place, index) as inner:
            yield inner
    finally:
        os.close(directory)


@contextmanager
def _descended(place: _Place | None, index: Index) -> Iterator[_Place | None]:
    if place is None or not index:
        yield place
        return
    with place.inside() as (directory, items):
        if not 0 <= index[0] < len(items.names):
            raise UnknownEntry(place.path)
        with _descended(_item(directory, place, items.names[index[0]]), index[1:]) as inner:
            yield inner


def _chosen(name: str, among: Sequence[str]) -> str:
    """The entry for a name: itself, its error, or itself with a suffix; empty for none."""
    suffixed = sorted(it for it in among if it.startswith(f"{name}."))
    choices = [name, name + ERROR_SUFFIX, *suffixed]
    return next((choice for choice in choices if choice in among), "")


def _looked_at(directory: int, name: str) -> tuple[int, int]:
    """Mode and size; zeros where nothing is."""
    if not name:
        return 0, 0
    try:
        found = os.stat(name, dir_fd=directory, follow_symlinks=False)
    except OSError:  # removed meanwhile
        return 0, 0
    return found.st_mode, found.st_size


@dataclass(frozen=True, slots=True)
class _Items:
    """What a list consists of."""

    names: Sequence[str]
    """Of each item, an empty one for a gap."""
    errors: tuple[int, ...]


_remembered: OrderedDict[tuple[int, int, int], _Items] = OrderedDict()
_lock = threading.Lock()


def _items_of(directory: int) -> _Items:
    """The items of the list in an open directory."""
    state = os.fstat(directory)
    key = (state.st_dev, state.st_ino, state.st_mtime_ns)
    with _lock:
        known = _remembered.get(key)
    if known is not None:
        return known
    names = _in_order(os.listdir(directory))
    errors = (number for number, name in enumerate(names) if name.endswith(ERROR_SUFFIX))
    items = _Items(names, tuple(errors))
    if len(names) <= LONGEST_REMEMBERED:
        with _lock:
            _remembered[key] = items
            if len(_remembered) > MOST_REMEMBERED:
                _remembered.popitem(last=False)
    return items


def _in_order(entries: Sequence[str]) -> Sequence[str]:
    by_number: dict[int, list[str]] = {}
    for name in entries:
        number = item_number(name)
        if number and number <= 1000 + 10 * len(entries):
            by_number.setdefault(number, []).append(name)
    return [_of_number(number, by_number) for number in range(1, max(by_number, default=0) + 1)]


def _of_number(number: int, by_number: Mapping[int, list[str]]) -> str:
    names = by_number.get(number, [])
    return names[0] if len(names) == 1 else _chosen(str(number), names)
