"""From a document to its graph and its drawing, each remembered for a while.

Documents are known by an id that changes with their content (their hash), so
what is remembered is never stale. Few workflows are looked at often, and the
page of one asks for its drawing several times.
"""

from __future__ import annotations

import json
from collections import OrderedDict
from collections.abc import Callable, Collection, Hashable
from threading import Lock
from typing import Any, Generic, TypeVar

from taverna_server.diagrams.graph import (
    Graph,
    everything,
    permitted,
    sentence_graph,
    shown_at_first,
)
from taverna_server.diagrams.specifications import graph_of_specification
from taverna_server.diagrams.svg import Addresses, draw
from taverna_server.diagrams.t2flow import graph_of_t2flow
from taverna_server.errors import MalformedDocument, WorkflowInvalid
from taverna_server.workflow.reading import read_workflow
from taverna_server.workflow.reana import TAVERNA
from taverna_server.workflow.reanapack import Pack, is_pack, read_pack

EVERYTHING = "*"
"""As the only path to expand: all of them."""
Value = TypeVar("Value")


class Remembered(Generic[Value]):
    """What was used last, up to a weight; for all threads."""

    def __init__(self, most: int, weigh: Callable[[Value], int]) -> None:
        self._most = most
        self._weigh = weigh
        self._weight = 0
        self._known: OrderedDict[Hashable, Value] = OrderedDict()
        self._lock = Lock()

    def get(self, key: Hashable, make: Callable[[], Value]) -> Value:
        """The value of the key, made now where it is not known; two threads may both make it."""
        with self._lock:
            if key in self._known:
                self._known.move_to_end(key)
                return self._known[key]
        value = make()
        with self._lock:
            self._forget(key)
            self._known[key] = value
            self._weight += self._weigh(value)
            while self._weight > self._most and len(self._known) > 1:
                self._forget(next(iter(self._known)))
        return value

    def _forget(self, key: Hashable) -> None:
        if key in self._known:
            self._weight -= self._weigh(self._known.pop(key))


_MOST_DOCUMENT = 16 << 20
_graphs: Remembered[Graph] = Remembered(20_000, lambda graph: 10 + len(graph.nodes))
_drawings: Remembered[str] = Remembered(16_000_000, len)


def graph_of_document(id: str, document: Callable[[], bytes]) -> Graph:
    """The graph of a workflow document of any kind; one that cannot be drawn has a box that
    says why. ``document`` is called when the graph is not known."""
    return _graphs.get(id, lambda: _read(document()))


def drawing_of_document(
    id: str, document: Callable[[], bytes], expand: Collection[str] | None, address: Addresses
) -> str:
    """A drawing with style and links. ``expand`` are paths, or EVERYTHING; None chooses."""
    graph = graph_of_document(id, document)
    if expand is None:
        opened = shown_at_first(graph)
    elif EVERYTHING in expand:
        opened = everything(graph)
    else:
        opened = permitted(graph, expand)
    return _drawings.get((id, opened), lambda: draw(graph, expanded=opened, address=address))


def _read(document: bytes) -> Graph:
    try:
        if document.lstrip()[:1] == b"{":
            return _of_specification(json.loads(document))
        if is_pack(document):
            return _of_pack(read_pack(document))
        return graph_of_t2flow(read_workflow(document))
    except (MalformedDocument, WorkflowInvalid, ValueError, RecursionError) as error:
        return sentence_graph("This workflow cannot be drawn", str(error))


def _of_pack(pack: Pack) -> Graph:
    said = pack.specification
    if said.type == TAVERNA:
        inner = said.inline_document() or pack.content(said.file or "", _MOST_DOCUMENT)
        return graph_of_t2flow(read_workflow(inner))
    return graph_of_specification(said.type, said.document)


def _of_specification(specification: Any) -> Graph:
    workflow = specification.get("workflow")
    type = workflow.get("type") if isinstance(workflow, dict) else None
    return graph_of_specification(str(type), specification)
