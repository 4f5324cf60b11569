"""Baclava documents into values."""

from __future__ import annotations

import binascii
import contextlib
import os
import re
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO, TypeAlias

from taverna_server.data.baclava.names import TEXT
from taverna_server.data.values import FileValue, Single, Value, make_list, wrap
from taverna_server.errors import MalformedDocument
from taverna_server.etree import End, Event, Start, Text, stream_xml

SPOOL_THRESHOLD = 1 << 20
"""Larger values go to files, where a directory for them is given."""

_QUOTED = re.compile(r"'([^']*)'")
_SPACE = str.maketrans("", "", " \t\r\n")

Node: TypeAlias = "str | bytes | FileValue | list[Node]"
"""A value whose lists have no depth yet."""


def read_baclava(source: BinaryIO | Path, spool: Path | None = None) -> dict[str, Value]:
    """The values in a document by port name.

    Args:
        spool: a directory for values over 1 MiB; without it they stay in memory.

    Raises:
        MalformedDocument: not XML, not Baclava, or a value that cannot be decoded.
    """
    with contextlib.ExitStack() as stack:
        stream = stack.enter_context(source.open("rb")) if isinstance(source, Path) else source
        return _Reader(stream_xml(stream), spool).read()


class _Reader:
    """Recursive descent over the events; each method reads its element to the end."""

    def __init__(self, events: Iterator[Event], spool: Path | None) -> None:
        self.events = events
        self.spool = spool
        self.hint = TEXT
        """MIME type of values without one of their own, in the current document."""

    def read(self) -> dict[str, Value]:
        root = next(self.events)
        if not isinstance(root, Start) or root.name != "dataThingMap":
            raise MalformedDocument("not a Baclava document: its root is not <dataThingMap>")
        values: dict[str, Value] = {}
        for thing in self._members():
            key = thing.attributes.get("key")
            if thing.name != "dataThing" or key is None or key in values:
                raise MalformedDocument("Baclava: each <dataThing> needs a 'key' of its own")
            values[key] = self._thing(key)
        return values

    def _members(self) -> Iterator[Start]:
        """Children of the current element; each must be read to its end before the next."""
        for event in self.events:
            if isinstance(event, End):
                return
            if isinstance(event, Start):
                yield event

    def _skip(self) -> None:
        for _ in self._members():
            self._skip()

    def _text(self) -> Iterator[str]:
        for event in self.events:
            if isinstance(event, End):
                return
            if isinstance(event, Text):
                yield event.text
            else:
                self._skip()

    def _thing(self, key: str) -> Value:
        found: list[Value] = []
        try:
            for member in self._members():
                if member.name == "myGridDataDocument":
                    found.append(self._document(member.attributes.get("syntactictype", "")))
                else:
                    self._skip()
        except ValueError as error:
            raise MalformedDocument(f"Baclava: the value of '{key}': {error}") from error
        if len(found) != 1:
            raise MalformedDocument(f"Baclava: '{key}' has {len(found)} documents, not one")
        return found[0]

    def _document(self, syntactic_type: str) -> Value:
        quoted = _QUOTED.search(syntactic_type)
        self.hint = (quoted[1] if quoted else "") or TEXT
        nodes: list[Node] = []
        for member in self._members():
            if member.name == "metadata":
                self.hint = self._mime_type() or self.hint
            else:
                nodes += [node for _, node in self._node(member)]
        if len(nodes) != 1:
            raise ValueError(f"{len(nodes)} values where one is wanted")
        declared = 0 if _has_leaf(nodes[0]) else syntactic_type.count("l(")
        return _shaped(nodes[0], max(_height(nodes[0]), declared))

    def _mime_type(self) -> str:
        """The first MIME type in metadata; some writers spell the element in lower case."""
        found = ""
        for member in self._members():
            if member.name.lower() == "mimetype":
                written = "".join(self._text()).strip()
                found = found or written
            elif member.name.lower() == "mimetypes":
                found = found or self._mime_type()
            else:
                self._skip()
        return found

    def _node(self, element: Start) -> Iterator[tuple[int | None, Node]]:
        """Index and value of a data element or list; nothing for other elements."""
        if element.name == "dataElement":
            yield _index(element), self._data_element()
        elif element.name == "partialOrder":
            yield _index(element), self._partial_order()
        else:
            self._skip()

    def _data_element(self) -> Single:
        hint, content = self.hint, _Content(self.spool)
        for member in self._members():
            if member.name == "metadata":
                hint = self._mime_type() or hint
            elif member.name == "dataElementData":
                for text in self._text():
                    content.feed(text)
            else:
                self._skip()
        return content.value(is_text=hint.partition("/")[0].strip().lower() == "text")

    def _partial_order(self) -> list[Node]:
        items: list[tuple[int | None, Node]] = []
        for member in self._members():
            if member.name == "itemList":
                for item in self._members():
                    items += self._node(item)
            else:
                self._skip()
        return _in_order(items)


def _index(element: Start) -> int | None:
    written = element.attributes.get("index", "").strip()
    return int(written) if written.isascii() and written.isdigit() else None


def _in_order(items: list[tuple[int | None, Node]]) -> list[Node]:
    """By index where every item has one, else as they stand."""
    if all(index is not None for index, _ in items):
        items = sorted(items, key=lambda item: item[0] or 0)
    return [node for _, node in items]


def _height(node: Node) -> int:
    return 1 + max(map(_height, node), default=0) if isinstance(node, list) else 0


def _has_leaf(node: Node) -> bool:
    return any(map(_has_leaf, node)) if isinstance(node, list) else True


def _shaped(node: Node, depth: int) -> Value:
    """The value, every leaf at the same depth and every empty list with its own."""
    if isinstance(node, list):
        return make_list((_shaped(member, depth - 1) for member in node), depth)
    return wrap(node, depth)


class _Content:
    """Decodes base64 as it comes; what grows over the threshold goes to a file."""

    def __init__(self, spool: Path | None) -> None:
        self.spool = spool
        self.undecoded = ""
        self.decoded = bytearray()
        self.path: Path | None = None

    def feed(self, text: str) -> None:
        self.undecoded += text.translate(_SPACE)
        complete = len(self.undecoded) // 4 * 4 - 4  # the last four may be padded
        if complete > 0:
            self._decode(self.undecoded[:complete])
            self.undecoded = self.undecoded[complete:]

    def _decode(self, text: str) -> None:
        try:
            self.decoded += binascii.a2b_base64(text.encode("ascii"), strict_mode=True)
        except (binascii.Error, UnicodeEncodeError) as error:
            raise ValueError(f"not base64: {error}") from error
        if self.spool is not None and len(self.decoded) > SPOOL_THRESHOLD:
            self._spill(self.spool)

    def _spill(self, spool: Path) -> None:
        if self.path is None:
            handle, name = tempfile.mkstemp(dir=spool, prefix="baclava-")
            os.close(handle)
            self.path = Path(name)
        with self.path.open("ab") as stream:
            stream.write(self.decoded)
        self.decoded.clear()

    def value(self, is_text: bool) -> Single:
        self._decode(self.undecoded + "=" * (-len(self.undecoded) % 4))
        if self.path is not None and self.spool is not None:
            self._spill(self.spool)
            return FileValue(self.path, "utf-8" if is_text else None)
        content = bytes(self.decoded)
        if is_text:
            with contextlib.suppress(UnicodeDecodeError):
                return content.decode("utf-8")
        return content
