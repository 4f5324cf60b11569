"""What a run was given, as its pages show it, and as a form begins with to give it again."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import PurePosixPath

from taverna_server.data.paths import WorkDirectory
from taverna_server.data.values import ListValue, Value
from taverna_server.errors import BadPath, UnknownEntry
from taverna_server.manager.giving import InputContent
from taverna_server.web.runs.context import Viewed
from taverna_server.web.runs.shown import FIRST_ITEMS, Outputs, Shown, preview_of_file, shown_value

MOST_DOCUMENT = 4 << 20
"""Bytes of a Baclava document that is read for a page."""
MOST_TYPED = 1 << 16
"""Bytes of all texts of an input that a form shows to be edited."""
MOST_ITEMS = 1000
_SAID = 100
"""Characters of a text that words tell of."""


def given_to(found: Viewed) -> dict[str, InputContent]:
    """What each port was given; nothing where it is all in one document that is too long."""
    run = found.run
    wd = found.manager.working_directory(found.user, run.id)
    if run.baclava_input is not None and _size(wd, run.baclava_input) > MOST_DOCUMENT:
        return {}
    return {it.port: it for it in found.manager.given_inputs(found.user, run.id)}


def given_inputs(found: Viewed, items: int = FIRST_ITEMS) -> list[Shown]:
    """Each input port of the workflow, in its order."""
    wd = found.manager.working_directory(found.user, found.run.id)
    given = given_to(found)
    ports = [port.name for port in found.manager.expected_inputs(found.user, found.run.id)]
    return [_shown(wd, port, given.get(port), items) for port in ports]


def _shown(wd: WorkDirectory, port: str, given: InputContent | None, items: int) -> Shown:
    if given is None:
        return Shown(port)
    if given.value is not None:
        return shown_value(wd, port, given.value, items=items)
    if given.depth and given.path:
        return _list_below(wd, given.path, port, items)
    return Shown(port, preview=preview_of_file(wd, given.path or ""))


def _list_below(wd: WorkDirectory, directory: str, port: str, items: int) -> Shown:
    """A list that lies in a directory below ``wd``, laid out as outputs are."""
    place = PurePosixPath(directory)
    found = Outputs(wd, out=str(place.parent)).show(place.name, (), items)
    return Shown(port, found.index, found.preview, found.total, found.errors, found.items)


Typed = str | list["Typed"]


@dataclass(frozen=True, slots=True)
class Again:
    """An input of an earlier run, for the form that begins with it."""

    typed: Typed | None
    """A text, or lists of texts; None for what cannot be typed."""
    words: str
    """What it is, for people."""


def begin_again(found: Viewed) -> dict[str, Again]:
    """Each input of a run, by port.

    A text that the engine splits is kept as it is: how it is split is Taverna's affair.
    """
    given = given_to(found)
    split = {it.port: it for it in found.manager.inputs(found.user, found.run.id) if it.delimiter}
    found_by_port = {port: _again(found, port, it) for port, it in given.items()}
    for port, it in split.items():
        words = f"“{(it.value or it.file or '')[:_SAID]}”, split at “{it.delimiter}”"
        found_by_port[port] = Again(None, words)
    return found_by_port


def _again(found: Viewed, port: str, given: InputContent) -> Again:
    """A text to be edited where it is one; else the words for keeping it."""
    wd = found.manager.working_directory(found.user, found.run.id)
    budget = [MOST_TYPED, MOST_ITEMS]
    try:
        if given.value is not None:
            return Again(_typed(given.value, budget), "")
        return Again(_typed_from(wd, given.path or "", given.depth, budget), "")
    except (_NotTyped, UnknownEntry, BadPath):
        return Again(None, _words(_shown(wd, port, given, 0)))


class _NotTyped(Exception):
    """Too long, or no text."""


def _typed(value: Value, budget: list[int]) -> Typed:
    if isinstance(value, str | bytes):
        content = value if isinstance(value, bytes) else value.encode("utf-8", "surrogatepass")
        return _text(content, budget)
    if isinstance(value, ListValue):
        return [_typed(item, budget) for item in value]
    raise _NotTyped


def _typed_from(wd: WorkDirectory, path: str, depth: int, budget: list[int]) -> Typed:
    if depth:
        return [_typed_from(wd, item, depth - 1, budget) for item in _items(wd, path)]
    stream, found = wd.open_file(path)
    with stream:
        if found.st_size > budget[0]:
            raise _NotTyped
        return _text(stream.read(found.st_size), budget)


def _items(wd: WorkDirectory, path: str) -> Iterator[str]:
    names = [entry.name for entry in wd.list(path) if entry.name.isdigit()]
    yield from (f"{path}/{name}" for name in sorted(names, key=int))


def _text(content: bytes, budget: list[int]) -> str:
    """Raises _NotTyped for what is no text, or more than is left of the budget."""
    budget[0] -= len(content)
    budget[1] -= 1
    if min(budget) < 0 or b"\0" in content:
        raise _NotTyped
    try:
        return content.decode()
    except UnicodeDecodeError as error:
        raise _NotTyped from error


def _words(shown: Shown) -> str:
    if shown.total is not None:
        return f"a list of {shown.total:,}"
    return shown.preview.media_type if shown.preview else "a file"


def _size(wd: WorkDirectory, path: str) -> int:
    try:
        return wd.entry(path).size
    except (UnknownEntry, BadPath):
        return 0
