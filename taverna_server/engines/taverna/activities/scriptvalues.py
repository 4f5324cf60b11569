"""Values of the workflow to and from the JVM.

Out they go rendered as the port wants them, text or bytes (execution-semantics
1.2); back they come registered by the driver, in the shapes of ``Values.java``.
Lists of plain items, by far the most, are not walked item by item in Python.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from taverna_server.data.values import (
    ErrorDocument,
    FileValue,
    ListValue,
    StackFrame,
    Value,
    make_list,
)

_PLAIN = {str, bytes}


def as_text(value: Value) -> Any:
    """For a port that wants text."""
    if isinstance(value, str):
        return value
    if isinstance(value, bytes):
        return value.decode("utf-8", "replace")
    if isinstance(value, ListValue):
        return _items(value, str, as_text)
    return _file(value, binary=False)


def as_bytes(value: Value) -> Any:
    """For a port that wants bytes."""
    if isinstance(value, bytes):
        return value
    if isinstance(value, str):
        return value.encode("utf-8", "surrogatepass")
    if isinstance(value, ListValue):
        return _items(value, bytes, as_bytes)
    return _file(value, binary=True)


def from_script(sent: Any, depth: int) -> Value:
    """What the driver sent for an output of that depth."""
    if isinstance(sent, str | bytes):
        return sent
    if isinstance(sent, Mapping):
        return _from_map(sent, depth)
    if set(map(type, sent)) <= _PLAIN:
        return ListValue(sent, depth)
    return make_list([from_script(item, depth - 1) for item in sent], depth)


def stack(trace: tuple[tuple[str, str, int], ...]) -> tuple[StackFrame, ...]:
    """A Java stack trace."""
    return tuple(StackFrame(*frame) for frame in trace)


def _items(value: ListValue, wanted: type, convert: Callable[[Value], Any]) -> Any:
    if set(map(type, value.items)) <= {wanted}:
        return value.items
    return [convert(item) for item in value.items]


def _file(value: Value, binary: bool) -> dict[str, Any]:
    if not isinstance(value, FileValue):
        raise TypeError(f"{type(value).__name__} is not a value for a script")
    return {"file": str(value.path), "charset": value.charset, "binary": binary}


def _from_map(sent: Mapping[str, Any], depth: int) -> Value:
    if "file" in sent:
        return FileValue(Path(sent["file"]), sent["charset"])
    return ErrorDocument("", depth, sent["error"], stack(sent["trace"]))
