"""What is drawn: boxes, lines between them, and graphs inside boxes.

Every kind of workflow becomes this small form, and the layout and the drawing
know nothing else. A graph that several boxes hold (a nested workflow that is
used twice) is one object; which of its boxes a path names is decided while drawing.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from enum import Enum
from typing import NamedTuple


class Role(Enum):
    """What a box stands for."""

    INPUT = "input"
    STEP = "step"
    OUTPUT = "output"


class Kind(NamedTuple):
    """What a step does, in a word for people; steps of one family share a colour."""

    word: str
    family: str


class Mark(NamedTuple):
    """A small sign on a box, and the sentence that explains it."""

    sign: str
    """One of ``iterates``, ``cross``, ``dot``, ``prefix``, ``loop``, ``alternates``."""
    sentence: str


PORT = Kind("", "port")


@dataclass(frozen=True, slots=True)
class Node:
    """A box: a step, or a port of the workflow."""

    key: str
    """Its own within its graph."""
    name: str
    role: Role = Role.STEP
    kind: Kind = PORT
    notes: tuple[str, ...] = ()
    """Sentences for those who look closer."""
    marks: tuple[Mark, ...] = ()
    inside: Graph | None = field(default=None, repr=False)
    doors: Mapping[str, str] = field(default_factory=dict)
    """Where lines go on inside: of a line's port (``in:`` or ``out:`` and the name) the key
    of the node inside."""


@dataclass(frozen=True, slots=True)
class Line:
    """Data or control that goes from one node to another."""

    source: str
    target: str
    words: str
    """Which port feeds which, for people."""
    control: bool = False
    position: int | None = None
    """Place among the lines merged at the target, from 1."""
    source_port: str = ""
    target_port: str = ""


@dataclass(frozen=True, slots=True, eq=False)
class Graph:
    """One level of a workflow; the same object wherever it is used."""

    name: str
    nodes: tuple[Node, ...]
    lines: tuple[Line, ...]
    description: str = ""

    def holders(self) -> Iterator[tuple[Node, Graph]]:
        """The nodes with a graph inside, and those graphs."""
        return ((node, node.inside) for node in self.nodes if node.inside is not None)

    @property
    def effort(self) -> int:
        """What drawing it costs, in boxes: a few lines cost as much as one."""
        return len(self.nodes) + len(self.lines) // 5

    def count(self, role: Role) -> int:
        return sum(node.role is role for node in self.nodes)


DEEPEST_SHOWN = 2
MOST_SHOWN = 60
"""Effort, of all levels, that a drawing begins with; more when the top level takes more."""
MOST_DRAWN = 5_000
"""Effort that a drawing may take, whatever is asked for: a second."""


def drawable(graph: Graph) -> Graph:
    """The graph, or one that says that it is too large to be drawn."""
    if graph.effort <= MOST_DRAWN:
        return graph
    return sentence_graph(f"This workflow has {graph.count(Role.STEP):,} steps: too many to draw")


def sentence_graph(sentence: str, why: str = "") -> Graph:
    """One box that says why there is no more."""
    kind = Kind("point here to see why" if why else "", "other")
    box = Node("sentence", sentence, Role.STEP, kind, (why,) if why else ())
    return Graph(sentence, (box,), (), why)


def shown_at_first(graph: Graph) -> frozenset[str]:
    """Paths of the nested workflows that are expanded when nobody says which.

    Level by level, as long as the drawing stays one that fits on a page.
    """
    return _opened(graph, MOST_SHOWN, DEEPEST_SHOWN, None)


def permitted(graph: Graph, wanted: Collection[str]) -> frozenset[str]:
    """Those of the wanted paths that exist, are seen and do not make the drawing too large."""
    return _opened(graph, MOST_DRAWN, len(wanted), frozenset(wanted))


def everything(graph: Graph) -> frozenset[str]:
    """All paths, up to what may be drawn."""
    return _opened(graph, MOST_DRAWN, MOST_DRAWN, None)


def _opened(
    graph: Graph, most: int, deepest: int, wanted: Collection[str] | None
) -> frozenset[str]:
    opened: set[str] = set()
    effort, level = graph.effort, [("", graph)]
    for _ in range(deepest):
        inner: list[tuple[str, Graph]] = []
        for prefix, holder in level:
            for node, inside in holder.holders():
                path = prefix + node.key
                fits = effort + inside.effort <= most
                if fits and (wanted is None or path in wanted):
                    opened.add(path)
                    effort += inside.effort
                    inner.append((f"{path}/", inside))
        level = inner
    return frozenset(opened)
