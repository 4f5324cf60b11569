"""Results by index, back into lists.

Each result leaves at once with its index, so that whoever is next can begin;
it is also remembered in a tree, from which the lists are built when a completion
says that nothing more will come below an index (execution-semantics 5). An empty
list that fills a hole is sent, too: for whoever is next it is a list like the others.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TypeAlias

from taverna_server.data.values import GAP, ErrorDocument, ListValue, Value
from taverna_server.engines.taverna.events import WHOLE, Index, Values
from taverna_server.engines.taverna.ports import list_or_error

Emit: TypeAlias = Callable[[str, Index, Value], None]
"""Takes an output port and a token."""


@dataclass(slots=True)
class _Branch:
    children: dict[int, _Branch | Values] = field(default_factory=dict)


class Crystallizer:
    """Collects the results of one processor in one process."""

    def __init__(self, ports: Mapping[str, int], levels: int, emit: Emit) -> None:
        """``ports`` with their depths; ``levels`` of iteration around them."""
        self._ports = ports
        self._levels = levels
        self._emit = emit
        self._root = _Branch()

    def result(self, index: Index, outputs: Values) -> None:
        """A job is done. One with index ``()`` is the whole and needs no list.

        Or an item of a job's own list has come: its index is one longer than the job's.
        """
        for port in self._ports:
            self._emit(port, index, outputs[port])
        if index != WHOLE:
            self._put(index, outputs)

    def completion(self, index: Index) -> Values:
        """Nothing more will come below the index: build the lists and send them."""
        node = self._find(index)
        lists = self._hole(len(index)) if node is None else self._assemble(index, node)
        if node is None:
            self._send(index, lists)
        if index != WHOLE:
            self._put(index, lists)
        return lists

    def _put(self, index: Index, outputs: Values) -> None:
        branch = self._root
        for position in index[:-1]:
            below = branch.children.get(position)
            if not isinstance(below, _Branch):
                below = branch.children[position] = _Branch()
            branch = below
        branch.children[index[-1]] = outputs

    def _find(self, index: Index) -> _Branch | Values | None:
        node: _Branch | Values | None = self._root if self._root.children else None
        for position in index:
            if not isinstance(node, _Branch):
                return None
            node = node.children.get(position)
        return node

    def _assemble(self, index: Index, node: _Branch | Values) -> Values:
        if not isinstance(node, _Branch):
            return node
        children = []
        for position in range(max(node.children) + 1):
            child = node.children.get(position)
            if child is None:
                child = self._hole(len(index) + 1)
                self._send((*index, position), child)
            elif isinstance(child, _Branch):
                child = self._assemble((*index, position), child)
            children.append(child)
        lists = {
            port: list_or_error([child[port] for child in children], self._depth(port, len(index)))
            for port in self._ports
        }
        self._send(index, lists)
        return lists

    def _send(self, index: Index, lists: Values) -> None:
        for port, value in lists.items():
            self._emit(port, index, value)

    def _depth(self, port: str, level: int) -> int:
        return self._levels - level + self._ports[port]

    def _hole(self, level: int) -> Values:
        return {port: _empty(self._depth(port, level)) for port in self._ports}


def _empty(depth: int) -> Value:
    if depth > 0:
        return ListValue((), depth)
    return ErrorDocument(GAP)
