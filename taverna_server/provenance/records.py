"""Values and their kinds as they stand in the file of records.

Records are msgpack, one after the other. A record is a list; its first item says
what it is. Text and bytes stand as they are, so the common record costs little.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

import msgpack

from taverna_server.data.outputs import root_cause
from taverna_server.data.values import (
    ErrorDocument,
    FileValue,
    ListValue,
    StackFrame,
    Value,
)

BEGAN: Final = 0
"""An instance: number, dataflow, caller's instance, caller's step, index, inputs or None, time."""
JOB: Final = 1
"""Instance, step, index, began, ended, kinds of the inputs, outputs, instances within, and the
kinds of their outputs by port where the processor did not pass them on as they were."""
GATHERED: Final = 2
"""Instance, step, output, index, content, time. The content of a list is its depth, its
members (how many single values, or the kind of each) and the place and value of what no job
made; of an error None in the second place and the error in the third."""
ENDED: Final = 3
"""Instance, time."""

_LIST, _ERROR, _FILE = 0, 1, 2


def kind_of(value: Value) -> int:
    """0: single; positive: a list, twice its depth, odd with errors; negative: an error."""
    if isinstance(value, ListValue):
        return 2 * value.depth + value.contains_errors
    return -1 - value.depth if isinstance(value, ErrorDocument) else 0


def wrapped(kind: int, levels: int) -> int:
    """The kind of lists around a value of that kind."""
    if not levels:
        return kind
    depth = kind >> 1 if kind >= 0 else -1 - kind
    return 2 * (depth + levels) + int(has_errors(kind))


def has_errors(kind: int) -> bool:
    """Whether it is an error, or a list that contains one."""
    return kind < 0 or kind & 1 == 1


def encode(value: Value) -> Any:
    """As msgpack can hold it; of the causes of an error only the first of all is kept."""
    if isinstance(value, str | bytes):
        return value
    if isinstance(value, ListValue):
        return [_LIST, value.depth, value.contains_errors, [encode(item) for item in value.items]]
    if isinstance(value, FileValue):
        return [_FILE, str(value.path), value.charset]
    root = root_cause(value)
    because = None if root is value else encode(root)
    frames = [[frame.where, frame.file, frame.line] for frame in value.trace]
    return [_ERROR, value.depth, value.message, value.exception, frames, because]


def decode(found: Any) -> Value:
    """What ``encode`` was given."""
    if isinstance(found, str | bytes):
        return found
    kind, first, second, *rest = found
    if kind == _LIST:
        return ListValue(tuple(map(decode, rest[0])), first, second)
    if kind == _FILE:
        return FileValue(Path(first), second)
    trace = tuple(StackFrame(*frame) for frame in rest[1])
    causes = () if rest[2] is None else (decode(rest[2]),)
    return ErrorDocument(second, first, rest[0], trace, causes)


def packer() -> msgpack.Packer:
    """Text may hold what is no Unicode; it must come back as it was."""
    return msgpack.Packer(unicode_errors="surrogatepass", autoreset=True)


def read_records(path: Path) -> Iterator[list[Any]]:
    """The records of a file, one at a time."""
    with path.open("rb") as stream:
        yield from msgpack.Unpacker(
            stream, unicode_errors="surrogatepass", max_buffer_size=0, use_list=True
        )
