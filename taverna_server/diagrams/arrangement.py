"""A graph with every box in its place, those in expanded boxes included.

From the inside out: a graph is laid out when the sizes of its boxes are known,
and the size of an expanded box is that of the graph in it.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from taverna_server.diagrams.graph import Graph, Line, Node, Role
from taverna_server.diagrams.layout import Edge, Size, lay_out
from taverna_server.diagrams.letters import shortened, width_of
from taverna_server.diagrams.routing import Point, Route

NAME_SIZE = 13.0
KIND_SIZE = 11.5
STEP_HEIGHT = 46.0
LIVE_HEIGHT = 66.0
"""With a line for the count."""
PORT_HEIGHT = 28.0
HEADER = 46.0
LIVE_HEADER = 66.0
SIDE = 18.0
FOOT = 16.0
SIGN = 18.0
"""Width of a mark or an expander."""
TEXT_LEFT = 20.0
ORIGIN = Point(0.0, 0.0)
_NARROWEST = 104.0
_NARROWEST_LIVE = 148.0
_WIDEST_NAME = 210.0


@dataclass(frozen=True, slots=True)
class Placed:
    """A box in its place, within the graph that holds it."""

    node: Node
    path: str
    label: str
    corner: Point
    size: Size
    inside: Arrangement | None = None
    """Of an expanded box, from its upper left corner on."""


@dataclass(frozen=True, slots=True)
class Arrangement:
    """One graph, laid out. ``offset`` is where it begins in the box that holds it."""

    size: Size
    boxes: Sequence[Placed]
    lines: Sequence[tuple[Line, Route]]
    offset: Point = ORIGIN


def arranged(graph: Graph, opened: Collection[str], live: bool) -> Arrangement:
    """``opened`` are the paths of the boxes that are expanded; with ``live`` there is room
    for counts."""
    return _Arranging(opened, live).level(graph, "")


class _Arranging:
    def __init__(self, opened: Collection[str], live: bool) -> None:
        self._opened = opened
        self._live = live

    def level(self, graph: Graph, prefix: str, offset: Point = ORIGIN) -> Arrangement:
        boxes = [self._box(node, prefix) for node in graph.nodes]
        number = {node.key: n for n, node in enumerate(graph.nodes)}
        lines = [line for line in graph.lines if {line.source, line.target} <= number.keys()]
        edges = [
            Edge(
                number[line.source],
                number[line.target],
                _door(boxes[number[line.source]], line.source_port),
                _door(boxes[number[line.target]], line.target_port),
            )
            for line in lines
        ]
        first, last = ([n for n, x in enumerate(graph.nodes) if x.role is role] for role in _ENDS)
        layout = lay_out([box.size for box in boxes], edges, first, last)
        placed = [_moved(box, corner) for box, corner in zip(boxes, layout.corners, strict=True)]
        ways = list(zip(lines, layout.routes, strict=True))
        return Arrangement(Size(layout.width, layout.height), placed, ways, offset)

    def _box(self, node: Node, prefix: str) -> Placed:
        path = prefix + node.key
        label = shortened(node.name, NAME_SIZE, _WIDEST_NAME)
        if node.role is not Role.STEP:
            return Placed(node, path, label, ORIGIN, _port_size(node, label))
        if node.inside is None or path not in self._opened:
            return Placed(node, path, label, ORIGIN, self._step_size(node, label))
        header = LIVE_HEADER if self._live else HEADER
        inside = self.level(node.inside, f"{path}/", Point(SIDE, header))
        return Placed(node, path, label, ORIGIN, self._whole(node, label, inside), inside)

    def _step_size(self, node: Node, label: str) -> Size:
        names = width_of(label, NAME_SIZE, bold=True) + SIGN * (node.inside is not None)
        kinds = width_of(node.kind.word, KIND_SIZE) + SIGN * len(node.marks) + 4
        least = _NARROWEST_LIVE if self._live else _NARROWEST
        width = max(least, TEXT_LEFT + 14 + max(names, kinds))
        return Size(width, LIVE_HEIGHT if self._live else STEP_HEIGHT)

    def _whole(self, node: Node, label: str, inside: Arrangement) -> Size:
        """Of an expanded box."""
        words = width_of(label, NAME_SIZE, bold=True) + width_of(node.kind.word, KIND_SIZE)
        head = TEXT_LEFT + 10 + words + SIGN * (len(node.marks) + 2)
        width = max(head, inside.size.width + 2 * SIDE)
        return Size(width, inside.offset.y + inside.size.height + FOOT)


_ENDS = (Role.INPUT, Role.OUTPUT)


def _port_size(node: Node, label: str) -> Size:
    words = width_of(label, NAME_SIZE) + width_of(node.kind.word, KIND_SIZE)
    return Size(28 + words + 8 * bool(node.kind.word), PORT_HEIGHT)


def _door(box: Placed, port: str) -> float | None:
    """Where a line to this port crosses the border of an expanded box."""
    if box.inside is None or port not in box.node.doors:
        return None
    key = box.node.doors[port]
    inner = next((b for b in box.inside.boxes if b.node.key == key), None)
    return None if inner is None else box.inside.offset.x + inner.corner.x + inner.size.width / 2


def _moved(box: Placed, corner: Point) -> Placed:
    return Placed(box.node, box.path, box.label, corner, box.size, box.inside)
