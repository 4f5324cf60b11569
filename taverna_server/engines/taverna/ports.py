"""Where tokens arrive: input ports, merges and workflow outputs.

Every value travels as a token, an index and a value. A source that makes a list
item by item sends the items first and then the lists around them, innermost
first; the token with index ``()`` is the last on its link (execution-semantics 3).
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol, TypeAlias

from taverna_server.data.values import (
    DepthMismatch,
    ErrorDocument,
    ListValue,
    Value,
    depth_of,
    make_list,
    wrap,
)
from taverna_server.engines.taverna.events import WHOLE, Index, Job

Sink: TypeAlias = Callable[[Index, Value], None]
"""Takes a token."""


class Receiver(Protocol):
    """What takes jobs, and word that there are no more below an index."""

    def job(self, job: Job) -> None: ...

    def completion(self, index: Index) -> None: ...


class InputPort:
    """A processor's input port: cuts what arrives into pieces of the depth it wants.

    ``filter_depth`` is the finest depth at which the source may send; shallower
    tokens are parts of one that will come, deeper ones are made of parts that came.
    Where the source's jobs make lists and *may* send them item by item, a list of
    which nothing came is taken apart here: an error, say, or an empty one.
    """

    __slots__ = ("_above", "_begun", "_depth", "_filter_depth", "_name")

    def __init__(
        self, name: str, depth: int, filter_depth: int, above: Receiver, in_parts: bool = False
    ) -> None:
        self._name = name
        self._depth = depth
        self._filter_depth = max(depth, filter_depth)
        self._above = above
        self._begun: set[Index] | None = set() if in_parts and filter_depth >= depth else None
        """Where lists are coming item by item; None: none do."""

    def token(self, index: Index, value: Value) -> None:
        """The table of execution-semantics 3."""
        depth = depth_of(value)
        if depth == self._filter_depth:
            if self._begun is not None:
                self._begun.add(index[:-1])
            self._shred(index, value, depth - self._depth)
        elif depth > self._filter_depth:
            if self._begun is not None and depth == self._filter_depth + 1:
                self._list_of_parts(index, value)
            else:
                self._above.completion(index)
        elif index == WHOLE:
            self._above.job(Job(WHOLE, {self._name: wrap(value, self._filter_depth)}))

    def _list_of_parts(self, index: Index, value: Value) -> None:
        assert self._begun is not None  # noqa: S101
        if index in self._begun:
            self._begun.discard(index)
            self._above.completion(index)
        else:
            self._shred(index, value, self._filter_depth + 1 - self._depth)

    def _shred(self, index: Index, value: Value, levels: int) -> None:
        if not levels:
            self._above.job(Job(index, {self._name: value}))
            return
        for position, child in enumerate(_children(value)):
            self._shred((*index, position), child, levels - 1)
        self._above.completion(index)


def _children(value: Value) -> tuple[Value, ...]:
    if isinstance(value, ErrorDocument):
        return (value.at_depth(value.depth - 1),)
    assert isinstance(value, ListValue)  # noqa: S101  levels > 0 means it has depth
    return value.items


class Merge:
    """Several links into one list, in document order (execution-semantics 6)."""

    __slots__ = ("_depth", "_missing", "_sink", "_whole")

    def __init__(self, width: int, depth: int, sink: Sink) -> None:
        """``depth`` is that of the merged list."""
        self._whole: list[Value] = [""] * width
        self._missing = width
        self._depth = depth
        self._sink = sink

    def inlet(self, position: int) -> Sink:
        """Where the tokens of one of the links go."""

        def token(index: Index, value: Value) -> None:
            self._sink((position, *index), value)
            if index == WHOLE:
                self._take(position, value)

        return token

    def _take(self, position: int, value: Value) -> None:
        self._whole[position] = value
        self._missing -= 1
        if not self._missing:
            self._sink(WHOLE, list_or_error(self._whole, self._depth))


def list_or_error(items: list[Value], depth: int) -> Value:
    """A list of the items; where their depths do not allow one, an error that says so."""
    try:
        return make_list(items, depth)
    except DepthMismatch as mismatch:
        causes = tuple(item for item in items if isinstance(item, ErrorDocument))
        return ErrorDocument(f"Cannot make a list: {mismatch}", depth, causes=causes)
