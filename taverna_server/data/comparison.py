"""How the files of two workspaces differ, in the words of ``diff -r``.

What is long is not diffed line by line: that it differs is said, and no more.
Contents are compared piece by piece.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterator

from taverna_server.data.paths import Entry
from taverna_server.data.workspace import Workspace

LONGEST_TEXT = 2**19
MOST_LINES = 20_000
PIECE = 2**20


def differing_files(
    places: tuple[Workspace, Workspace], names: tuple[str, str], brief: bool, context: int
) -> Iterator[str]:
    """Lines; at most ``MOST_LINES`` and one that says so."""
    lines = _all_lines(places, names, brief, context)
    for count, line in enumerate(lines):
        if count == MOST_LINES:
            yield "... and more."
            return
        yield line


def _all_lines(
    places: tuple[Workspace, Workspace], names: tuple[str, str], brief: bool, context: int
) -> Iterator[str]:
    one, other = (dict(place.files()) for place in places)
    for path in sorted(one.keys() | other.keys()):
        if path not in other:
            yield _only_in(names[0], path)
        elif path not in one:
            yield _only_in(names[1], path)
        elif not _is_same(places, path, one[path], other[path]):
            called = f"{names[0]}/{path}", f"{names[1]}/{path}"
            if brief:
                yield f"Files {called[0]} and {called[1]} differ"
            else:
                yield from _changes(places, path, called, context)


def _only_in(name: str, path: str) -> str:
    directory, _, base = path.rpartition("/")
    return f"Only in {name}{'/' + directory if directory else ''}: {base}"


def _is_same(places: tuple[Workspace, Workspace], path: str, one: Entry, other: Entry) -> bool:
    if one.size != other.size:
        return False
    first, second = (place.open_file(path)[0] for place in places)
    with first, second:
        while True:
            piece = first.read(PIECE)
            if piece != second.read(PIECE):
                return False
            if not piece:
                return True


def _changes(
    places: tuple[Workspace, Workspace], path: str, called: tuple[str, str], context: int
) -> Iterator[str]:
    texts = [_text(place, path) for place in places]
    if texts[0] is None or texts[1] is None:
        yield f"Binary or long files {called[0]} and {called[1]} differ"
        return
    yield f"diff -U{context} -r {called[0]} {called[1]}"
    yield from difflib.unified_diff(
        texts[0].splitlines(), texts[1].splitlines(), *called, lineterm="", n=context
    )


def _text(place: Workspace, path: str) -> str | None:
    stream, found = place.open_file(path)
    with stream:
        content: bytes = b"\0" if found.st_size > LONGEST_TEXT else stream.read(LONGEST_TEXT)
    if b"\0" in content:
        return None
    try:
        return content.decode()
    except UnicodeDecodeError:
        return None
