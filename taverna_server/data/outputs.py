"""Values of output ports as files under ``wd/out``: their names and texts, and describing them.

``PORT`` is a single value, ``PORT/1/2`` the second item of the first list, and
``.error`` after a name says that the file tells why there is no value
(execution-semantics 15); an empty list is an empty directory. ``outputwriting``
writes them. ``describe_output`` reads the tree back for the server, by the rules of
protocol dossier 7.2; what lies there is in the hands of workflows and clients, so
it follows no symbolic link and a few odd names cost it neither time nor memory.
"""

from __future__ import annotations

import hashlib
import os
import re
import stat
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import TypeAlias

from taverna_server.data.values import (
    ErrorDocument,
    ListValue,
    StackFrame,
    Value,
)

ERROR_SUFFIX = ".error"
OUTPUT_SUBDIRECTORY = "out"
"""Of the working directory."""

MAX_ERROR_LINES = 10_000
MAX_CAUSES_DEPTH = 200
"""Causes may be shared, so that their number grows with every step: texts are cut off."""

MAX_LIST_DEPTH = 100

# Names

_NOT_A_NAME = re.compile(r"[/\0]|%(?:25|2F|2E|00|[0-9a-f]{64}$)|^%$")
"""What a file name cannot hold, and what looks like the way it is written then."""

_LONGEST = 240
"""Bytes of a file name, leaving room for suffixes."""


def file_name(port: str) -> str:
    """The port's name as a file name; different ports have different ones.

    Names are nearly always fine as they are. The few that a file cannot have are
    written with percent signs, as in URLs, and overlong ones are cut and numbered.
    """
    name = port
    if port in ("", ".", ".."):
        name = port.replace(".", "%2E") or "%"
    elif _NOT_A_NAME.search(port):
        name = port.replace("%", "%25").replace("/", "%2F").replace("\0", "%00")
    if len(os.fsencode(name)) > _LONGEST:
        digest = hashlib.sha256(port.encode("utf-8", "surrogatepass")).hexdigest()
        name = f"{name[: _LONGEST // 8]}%{digest}"
    return name


# Error texts


def error_text(document: ErrorDocument) -> str:
    """What an ``.error`` file says: message, exception, trace, and the same of each cause."""
    lines = list(islice(_error_lines(document, 0), MAX_ERROR_LINES + 1))
    if len(lines) > MAX_ERROR_LINES:
        lines[-1] = "(further causes are left out)"
    return "".join(f"{line}\n" for line in lines)


def _error_lines(document: ErrorDocument, level: int) -> Iterator[str]:
    if document.message:
        yield document.message
    if document.exception:
        yield document.exception
        yield from map(_frame, document.trace)
    if document.causes and level < MAX_CAUSES_DEPTH:
        yield "Set of ErrorDocuments to follow."
        yield from _cause_lines(document.causes, level + 1)


def _frame(frame: StackFrame) -> str:
    place = f"{frame.file}:{frame.line}" if frame.file else "unknown file"
    return f"{frame.where}({place})"


def _cause_lines(causes: tuple[Value, ...], level: int) -> Iterator[str]:
    """Lists of errors are counted apart; errors after the first list carry both numbers."""
    errors = lists = 0
    for cause in causes:
        if isinstance(cause, ErrorDocument):
            errors += 1
            yield f"ErrorDocument {lists}.{errors}" if lists else f"ErrorDocument {errors}"
        else:
            lists += 1
            yield f"ErrorDocument list {lists}"
        for document in errors_in(cause):
            yield from _error_lines(document, level)
            yield ""


def errors_in(value: Value) -> Iterator[ErrorDocument]:
    """The error documents in a value, depth first."""
    if isinstance(value, ErrorDocument):
        yield value
    elif isinstance(value, ListValue) and value.contains_errors:
        for item in value:
            yield from errors_in(item)


def root_cause(error: ErrorDocument) -> ErrorDocument:
    """The first error that the others follow from."""
    while error.causes:
        inner = next((found for cause in error.causes for found in errors_in(cause)), None)
        if inner is None:
            break
        error = inner
    return error


# Describing


@dataclass(frozen=True, slots=True)
class OutputValue:
    """A file with a value. ``path`` is relative to the working directory: ``out/X/1``."""

    path: str
    size: int


@dataclass(frozen=True, slots=True)
class OutputError:
    """A file that says why there is no value."""

    path: str
    size: int


@dataclass(frozen=True, slots=True)
class OutputList:
    """A directory; the first item is number 1."""

    path: str
    items: tuple[Output, ...]


@dataclass(frozen=True, slots=True)
class OutputAbsent:
    """Nothing there (yet), or a gap in a list."""


Output: TypeAlias = OutputValue | OutputError | OutputList | OutputAbsent

_ITEM = re.compile(r"([1-9][0-9]{0,8})(?:\..*)?", re.DOTALL)


def describe_output(out_dir: Path, port: str, others: Collection[str] = ()) -> Output:
    """What lies in the directory for a port.

    Args:
        others: the workflow's other ports, whose files are not this one's even if
            their names begin alike (``a`` and ``a.b``).
    """
    try:
        directory = os.open(out_dir, _OPEN)
    except OSError:
        return OutputAbsent()
    try:
        name = file_name(port)
        taken = {file_name(other) for other in others} - {name}
        taken |= {f"{other}{ERROR_SUFFIX}" for other in taken} - {f"{name}{ERROR_SUFFIX}"}
        found = {key: info for key, info in _entries(directory).items() if key not in taken}
        return _describe(directory, out_dir.name, name, found, level=0)
    finally:
        os.close(directory)


def described_depth(output: Output) -> int | None:
    """Depth as far as the files show it; None where nothing is (protocol dossier 7.2)."""
    if isinstance(output, OutputAbsent):
        return None
    if isinstance(output, OutputList):
        return 1 + max((described_depth(item) or 0 for item in output.items), default=0)
    return 0


_OPEN = os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC

_Entries: TypeAlias = Mapping[str, os.stat_result]


def _entries(directory: int) -> dict[str, os.stat_result]:
    """Plain files and directories, by name."""
    found = {}
    with os.scandir(directory) as entries:
        for entry in entries:
            try:
                info = entry.stat(follow_symlinks=False)
            except OSError:  # removed meanwhile
                continue
            if stat.S_ISREG(info.st_mode) or stat.S_ISDIR(info.st_mode):
                found[entry.name] = info
    return found


def _describe(directory: int, parent: str, name: str, among: _Entries, level: int) -> Output:
    """The entry for a name: itself, its error, or itself with a suffix."""
    choices = [name, name + ERROR_SUFFIX]
    choices += sorted(key for key in among if key.startswith(f"{name}."))
    found = next((key for key in choices if key in among), None)
    if found is None:
        return OutputAbsent()
    path, info = f"{parent}/{found}", among[found]
    if stat.S_ISDIR(info.st_mode):
        return _describe_list(directory, path, found, level)
    if found == name + ERROR_SUFFIX:
        return OutputError(path, info.st_size)
    return OutputValue(path, info.st_size)


def _describe_list(parent: int, path: str, name: str, level: int) -> Output:
    if level >= MAX_LIST_DEPTH:
        return OutputAbsent()
    try:
        directory = os.open(name, _OPEN, dir_fd=parent)
    except OSError:  # removed or replaced meanwhile, or not for our eyes
        return OutputAbsent()
    try:
        numbered = _by_number(_entries(directory))
        items = (
            _describe(directory, path, str(number), numbered.get(number, {}), level + 1)
            for number in range(1, max(numbered, default=0) + 1)
        )
        return OutputList(path, tuple(items))
    finally:
        os.close(directory)


def _by_number(entries: _Entries) -> dict[int, dict[str, os.stat_result]]:
    """Entries by item number; numbers far beyond what is there are no items."""
    numbered: dict[int, dict[str, os.stat_result]] = {}
    for name, info in entries.items():
        number = item_number(name)
        if number and number <= 1000 + 10 * len(entries):
            numbered.setdefault(number, {})[name] = info
    return numbered


def item_number(name: str) -> int:
    """The number of the item that a file's name is for, from 1; 0 for any other name."""
    match = _ITEM.fullmatch(name)
    return int(match[1]) if match else 0
