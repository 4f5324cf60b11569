"""Values as they flow between ports.

A value is *single* (depth 0: text, bytes, or a file that holds either), a
*list* (depth 1 or more, all items of one depth), or an *error document*, which
stands for a missing value of any depth (execution-semantics 1 and 8). Depth
belongs to the value: an empty list of depth 2 is not an empty list of depth 1.

Text is ``str`` and bytes are ``bytes``, without a wrapper: most values are
short strings and there may be a hundred thousand of them. Large ones live in
files as ``FileValue`` and are never held in memory twice.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeAlias


@dataclass(frozen=True, slots=True)
class FileValue:
    """A single value whose content is a file."""

    path: Path
    charset: str | None = None
    """The encoding when the content is text; ``None`` for bytes."""


@dataclass(frozen=True, slots=True)
class StackFrame:
    """One line of where an error came from."""

    where: str
    """``class.method`` or ``module.function``."""
    file: str = ""
    line: int = 0


@dataclass(frozen=True, slots=True)
class ErrorDocument:
    """What stands in place of a value that could not be made.

    One of depth n walks like a list with exactly one child, the same error at
    depth n-1 (``at_depth``).
    """

    message: str
    depth: int = 0
    exception: str = ""
    trace: tuple[StackFrame, ...] = ()
    causes: tuple[Value, ...] = ()
    """Error documents, or lists that contain them."""

    def at_depth(self, depth: int) -> ErrorDocument:
        """The same error, standing for a value of another depth."""
        return ErrorDocument(self.message, depth, self.exception, self.trace, self.causes)


@dataclass(frozen=True, slots=True)
class ListValue:
    """Items of equal depth; use ``make_list``, which checks that they are."""

    items: tuple[Value, ...]
    depth: int
    contains_errors: bool = field(default=False, compare=False)

    def __iter__(self) -> Iterator[Value]:
        return iter(self.items)

    def __len__(self) -> int:
        return len(self.items)


Single: TypeAlias = str | bytes | FileValue
Value: TypeAlias = str | bytes | FileValue | ListValue | ErrorDocument


GAP = "No job produced a value here"
"""The message of the error in a gap of a list."""


class DepthMismatch(ValueError):
    """Items of different depths in one list, or a list where a single value belongs."""


def depth_of(value: Value) -> int:
    """0 for a single value, 1 for a list of single values, and so on."""
    return value.depth if isinstance(value, ListValue | ErrorDocument) else 0


def contains_errors(value: Value) -> bool:
    """Whether the value is an error document or a list with one at any level."""
    if isinstance(value, ListValue):
        return value.contains_errors
    return isinstance(value, ErrorDocument)


def make_list(items: Iterable[Value], depth: int | None = None) -> ListValue:
    """A list of the items; ``depth`` is needed only where there are none.

    Raises:
        DepthMismatch: the items differ in depth, or ``depth`` is not theirs plus one.
    """
    members = tuple(items)
    if not members:
        if depth is None or depth < 1:
            raise DepthMismatch("an empty list needs a depth of at least 1")
        return ListValue((), depth)
    depths = {depth_of(member) for member in members}
    if len(depths) > 1 or (depth is not None and depths != {depth - 1}):
        raise DepthMismatch(f"items of depth {sorted(depths)} in a list of depth {depth or '?'}")
    return ListValue(members, depths.pop() + 1, any(map(contains_errors, members)))


def wrap(value: Value, depth: int) -> Value:
    """Single-element lists around a value until it has the depth (which may be less)."""
    while depth_of(value) < depth:
        value = make_list((value,))
    return value


def read_bytes(value: Single) -> bytes:
    """The whole content as bytes; text as UTF-8."""
    if isinstance(value, str):
        return value.encode("utf-8", "surrogatepass")
    return value.path.read_bytes() if isinstance(value, FileValue) else value


def read_text(value: Single) -> str:
    """The whole content as text; undecodable bytes become U+FFFD, as Java does.

    Bytes without a charset are UTF-8: Taverna took the platform's default,
    which is the same on every server of today.
    """
    if isinstance(value, str):
        return value
    charset = value.charset if isinstance(value, FileValue) else None
    return read_bytes(value).decode(charset or "utf-8", "replace")
