"""What an output port holds, as Taverna Player tells it: depth, types and sizes (1.3).

All three come from one walk of the files, so that they always have the same
shape: a single value has a type and a size, a list has a list of each.
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path
from typing import TypeAlias

from taverna_server.data.content import BYTES, EMPTY, HEAD, of_content
from taverna_server.data.outputs import (
    Output,
    OutputAbsent,
    OutputError,
    OutputList,
    described_depth,
)

ERROR = "application/x-error"
"""The type of a value that is a workflow error."""

Types: TypeAlias = "str | list[Types]"
Sizes: TypeAlias = "int | list[Sizes]"

_DIRECTORY = os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC
_FILE = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC


@dataclass(frozen=True, slots=True)
class PortValue:
    """What there is at a port."""

    depth: int
    """As far as the files show it, which need not be what the workflow declares."""
    types: Types
    sizes: Sizes


def port_value(wd: Path, output: Output) -> PortValue:
    """Of what was described below ``wd``; items that are gone since count as empty."""
    if isinstance(output, OutputAbsent):
        return PortValue(0, EMPTY, 0)
    parent, _, name = output.path.rpartition("/")
    try:
        directory = os.open(wd / parent, _DIRECTORY)
    except OSError:
        return PortValue(0, EMPTY, 0)
    try:
        types, sizes = _walked(directory, name, output)
    finally:
        os.close(directory)
    return PortValue(described_depth(output) or 0, types, sizes)


def _walked(directory: int, name: str, output: Output) -> tuple[Types, Sizes]:
    """Plain descriptors: there may be ten thousand items."""
    if isinstance(output, OutputAbsent) or (not isinstance(output, OutputList) and not output.size):
        return EMPTY, 0
    if isinstance(output, OutputError):
        return ERROR, output.size
    if not isinstance(output, OutputList):
        return _type(directory, name), output.size
    try:
        inner = os.open(name, _DIRECTORY, dir_fd=directory)
    except OSError:
        return [], []
    try:
        items = [_walked(inner, _name(item), item) for item in output.items]
    finally:
        os.close(inner)
    return [types for types, _ in items], [sizes for _, sizes in items]


def _name(output: Output) -> str:
    return "" if isinstance(output, OutputAbsent) else output.path.rpartition("/")[2]


def _type(directory: int, name: str) -> str:
    try:
        handle = os.open(name, _FILE, dir_fd=directory)
    except OSError:
        return BYTES
    try:
        return of_content(os.read(handle, HEAD))
    finally:
        os.close(handle)
