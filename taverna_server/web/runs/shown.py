"""Values, lists and errors of a run as its pages show them.

Outputs lie below ``wd/out`` and are looked at a page at a time; inputs are what the
run was given. Both become ``Shown``, so one macro of the templates writes them.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from taverna_server.data.content import HEAD, of_content
from taverna_server.data.outputlists import Found, Index, ListFound, look, look_at_items
from taverna_server.data.outputs import OutputAbsent, OutputError, OutputValue
from taverna_server.data.paths import WorkDirectory
from taverna_server.data.values import ErrorDocument, FileValue, ListValue, Value, read_bytes
from taverna_server.errors import BadPath, UnknownEntry
from taverna_server.serving.content_types import of_file
from taverna_server.web.runs.previews import ERROR, MOST_TEXT, Preview, preview, preview_bytes

FIRST_ITEMS = 10
"""Of a list on the page of a run."""
ITEMS = 50
"""Of a page of a list."""
TEXT_OF_ITEM = 4096


@dataclass(frozen=True, slots=True)
class Shown:
    """One value, or a list with some of its items."""

    port: str
    index: Index = ()
    preview: Preview | None = None
    """None for a list, and for what is not there."""
    total: int | None = None
    """How many items a list has; None for anything else."""
    errors: tuple[int, ...] = ()
    items: tuple[Shown, ...] = field(default=())

    @property
    def kind(self) -> str:
        """``value``, ``list`` or ``absent``."""
        if self.total is not None:
            return "list"
        return "absent" if self.preview is None else "value"

    @property
    def raw(self) -> str:
        """The end of the address of the value itself: port and zero-based indices."""
        return "/".join([self.port, *map(str, self.index)])

    @property
    def at(self) -> str:
        """The index as addresses of pages have it: ``2.0``."""
        return ".".join(map(str, self.index))

    @property
    def is_error(self) -> bool:
        return self.preview is not None and self.preview.kind == "error"


class Outputs:
    """The values in a directory of one run, each named as its port."""

    def __init__(self, wd: WorkDirectory, most_text: int = MOST_TEXT, out: str = "out") -> None:
        self._wd = wd
        self._place = out
        self._out = Path(wd.root) / out
        self._most = most_text

    def show(self, port: str, index: Index = (), items: int = FIRST_ITEMS) -> Shown:
        """What there is, with the first items of a list.

        Raises:
            UnknownEntry: there is no such item.
        """
        found = look(self._out, port, index)
        if not isinstance(found, ListFound):
            return self._leaf(port, index, found, self._most)
        return self._list(port, index, found, range(items))

    def show_items(self, port: str, index: Index, numbers: Sequence[int]) -> Shown:
        """A list with these items.

        Raises:
            UnknownEntry: there is no such list.
        """
        found = look(self._out, port, index)
        if not isinstance(found, ListFound):
            raise UnknownEntry(port)
        return self._list(port, index, found, numbers)

    def _list(self, port: str, index: Index, found: ListFound, numbers: Sequence[int]) -> Shown:
        items = tuple(
            Shown(port, (*index, number), total=item.total, errors=item.errors)
            if isinstance(item, ListFound)
            else self._leaf(port, (*index, number), item, TEXT_OF_ITEM)
            for number, item in look_at_items(self._out, port, index, numbers)
        )
        return Shown(port, index, total=found.total, errors=found.errors, items=items)

    def _leaf(self, port: str, index: Index, found: Found, most: int) -> Shown:
        if isinstance(found, OutputAbsent | ListFound):
            return Shown(port, index)
        return Shown(port, index, self._preview(found, most))

    def _preview(self, found: OutputValue | OutputError, most: int) -> Preview | None:
        """None where the file went away meanwhile."""
        media_type = ERROR if isinstance(found, OutputError) else None
        inside = found.path.partition("/")[2]
        return preview_of_file(self._wd, f"{self._place}/{inside}", media_type, most)


def preview_of_file(
    wd: WorkDirectory, path: str, media_type: str | None = None, most: int = MOST_TEXT
) -> Preview | None:
    """Of a file below a directory; None where none is."""
    try:
        stream, state = wd.open_file(path)
    except (UnknownEntry, BadPath):
        return None
    with stream:
        found = media_type or of_file(path.rpartition("/")[2], stream.read(HEAD))
        stream.seek(0)
        return preview(stream, state.st_size, found, most)


def shown_value(
    wd: WorkDirectory, port: str, value: Value, index: Index = (), items: int = FIRST_ITEMS
) -> Shown:
    """A value that is in memory, or a file below ``wd``: what a run was given."""
    if isinstance(value, ListValue):
        shown = enumerate(value.items[:items])
        inner = tuple(shown_value(wd, port, item, (*index, n), items) for n, item in shown)
        return Shown(port, index, total=len(value), items=inner)
    most = TEXT_OF_ITEM if index else MOST_TEXT
    if isinstance(value, ErrorDocument):
        return Shown(port, index, preview_bytes(value.message.encode(), ERROR, most))
    if isinstance(value, FileValue):
        path = str(value.path.relative_to(wd.root))
        return Shown(port, index, preview_of_file(wd, path, most=most))
    content = read_bytes(value)
    return Shown(port, index, preview_bytes(content, of_content(content[:HEAD]), most))


def read_index(text: str) -> Index:
    """``2.0``, as addresses have it.

    Raises:
        UnknownEntry: not the index of anything.
    """
    parts = [part for part in text.split(".") if part]
    if any(not (part.isascii() and part.isdigit() and len(part) < 10) for part in parts):
        raise UnknownEntry(text)
    return tuple(map(int, parts))
