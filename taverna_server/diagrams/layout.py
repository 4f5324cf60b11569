"""Boxes and lines on a plane: a layered drawing from top to bottom.

Theory of operation (after Sugiyama, Tagawa and Toda, 1981). Four steps, a module
each: rows (``ranks.py``), the order in each row (``ordering.py``), where in the
row (``alignment.py``), and where the lines run (``routing.py``). This module joins
them. Boxes have sizes and nothing else; a box may be a whole drawing with
*doors*, places at its upper and lower side where lines have to arrive.

It is our own because what exists did not serve: Graphviz is no Python package
and must be installed by an administrator, ``grandalf`` knows neither boxes in
boxes nor lines that leave a box at different places and takes seconds for
hundreds of boxes, and ``igraph`` brings megabytes of C for rows of points
without sizes.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from itertools import pairwise

from taverna_server.diagrams.alignment import aligned
from taverna_server.diagrams.ordering import MOST_BENDS, Layers, Link, ordered
from taverna_server.diagrams.ranks import downward, ranks
from taverna_server.diagrams.routing import Bend, Box, Point, Route, Wire, routed

BETWEEN = 26.0
"""Free space between boxes side by side."""
BESIDE = 16.0
"""Free space between a box and a line that passes."""
LANE = 7.0
"""Between lines that go the same way."""
_GAP = 34.0
_WIDEST_GAP = 96.0


@dataclass(frozen=True, slots=True)
class Size:
    width: float
    height: float


@dataclass(frozen=True, slots=True)
class Edge:
    """A line between two boxes, by their numbers; doors count from a box's left side."""

    source: int
    target: int
    leaves: float | None = None
    arrives: float | None = None


@dataclass(frozen=True, slots=True)
class Layout:
    """Upper left corners of the boxes and the ways of the edges, from (0, 0) on."""

    width: float
    height: float
    corners: Sequence[Point]
    routes: Sequence[Route]


def lay_out(
    sizes: Sequence[Size],
    edges: Sequence[Edge],
    first: Collection[int] = (),
    last: Collection[int] = (),
) -> Layout:
    """Boxes of ``first`` make the top row, those of ``last`` the bottom one."""
    return _Drawing(sizes, edges).drawn(first, last)


@dataclass
class _Drawing:
    sizes: Sequence[Size]
    edges: Sequence[Edge]
    widths: list[float] = field(default_factory=list)
    """Of boxes and, after them, of bends."""
    chains: dict[tuple[int, int], list[int]] = field(default_factory=dict)
    """The bends between two boxes, from the upper to the lower one."""
    doors: dict[tuple[int, int], tuple[float, float]] = field(default_factory=dict)

    def drawn(self, first: Collection[int], last: Collection[int]) -> Layout:
        bundles, self.doors = self._bundles(), self._doors()
        upward = downward(len(self.sizes), bundles)
        pairs = {(b, a) if (a, b) in upward else (a, b): n for (a, b), n in bundles.items()}
        row_of = ranks(len(self.sizes), pairs, first, last)
        layers = ordered(self._layers(pairs, row_of))
        centres = aligned(layers, self._distance)
        return self._placed(layers.rows, centres, upward)

    def _bundles(self) -> dict[tuple[int, int], int]:
        """Between which boxes edges go, and how many; those of a box to itself do not count."""
        bundles: dict[tuple[int, int], int] = {}
        for edge in self.edges:
            if edge.source != edge.target:
                pair = edge.source, edge.target
                bundles[pair] = bundles.get(pair, 0) + 1
        return bundles

    def _layers(self, pairs: dict[tuple[int, int], int], row_of: Sequence[int]) -> Layers:
        rows: list[list[int]] = [[] for _ in range(1 + max(row_of, default=-1))]
        self.widths = [size.width for size in self.sizes]
        for box, row in enumerate(row_of):
            rows[row].append(box)
        links: list[Link] = []
        for (upper, lower), lanes in sorted(
            pairs.items(), key=lambda item: (row_of[item[0][1]] - row_of[item[0][0]], item)
        ):
            chain = self._chain(range(row_of[upper] + 1, row_of[lower]), lanes, rows)
            self.chains[upper, lower] = chain
            if chain or row_of[lower] - row_of[upper] == 1:
                links += self._links(upper, chain, lower)
        return Layers(rows, links, len(self.sizes))

    def _chain(self, between: range, lanes: int, rows: list[list[int]]) -> list[int]:
        """New bends in these rows; none when there are too many already."""
        if len(self.widths) - len(self.sizes) + len(between) > MOST_BENDS:
            return []
        chain = []
        for row in between:
            chain.append(len(self.widths))
            rows[row].append(len(self.widths))
            self.widths.append((lanes - 1) * LANE)
        return chain

    def _links(self, upper: int, chain: Sequence[int], lower: int) -> list[Link]:
        way = [upper, *chain, lower]
        leaves = [0.0] * (len(way) - 1)
        arrives = list(leaves)
        leaves[0], arrives[-1] = self.doors.get((upper, lower), (0.0, 0.0))
        return [Link(*ends) for ends in zip(way[:-1], way[1:], leaves, arrives, strict=True)]

    def _doors(self) -> dict[tuple[int, int], tuple[float, float]]:
        """Where the edges between two boxes leave and arrive, as parts of the widths."""
        return {
            (edge.source, edge.target): (
                self._part(edge.source, edge.leaves),
                self._part(edge.target, edge.arrives),
            )
            for edge in self.edges
        }

    def _part(self, box: int, door: float | None) -> float:
        """From -0.45 to 0.45 around the middle."""
        if door is None:
            return 0.0
        return 0.9 * (door / max(self.sizes[box].width, 1.0) - 0.5)

    def _distance(self, left: int, right: int) -> float:
        boxes = (left < len(self.sizes)) + (right < len(self.sizes))
        space = (LANE, BESIDE, BETWEEN)[boxes]
        return (self.widths[left] + self.widths[right]) / 2 + space

    def _placed(
        self,
        rows: Sequence[Sequence[int]],
        centres: Sequence[float],
        upward: Collection[tuple[int, int]],
    ) -> Layout:
        left = min((x - w / 2 for x, w in zip(centres, self.widths, strict=True)), default=0.0)
        lefts = [x - w / 2 - left for x, w in zip(centres, self.widths, strict=True)]
        width = max((x + w for x, w in zip(lefts, self.widths, strict=True)), default=0.0)
        tops, bottoms = self._heights(rows, centres)
        boxes: list[Box] = [Box(0, 0, 0, 0, 0, 0)] * len(self.sizes)
        bends: dict[int, Bend] = {}
        for row, top, bottom in zip(rows, tops, bottoms, strict=True):
            for item in row:
                if item < len(self.sizes):
                    size = self.sizes[item]
                    y = (top + bottom - size.height) / 2
                    boxes[item] = Box(lefts[item], y, size.width, size.height, top, bottom)
                else:
                    bends[item] = Bend(lefts[item], top, bottom)
        wires = list(self._wires(bends, upward))
        routes = routed(boxes, wires, LANE)
        corners = [Point(box.x, box.y) for box in boxes]
        return Layout(width, bottoms[-1] if bottoms else 0.0, corners, routes)

    def _wires(self, bends: dict[int, Bend], upward: Collection[tuple[int, int]]) -> Sequence[Wire]:
        used: dict[tuple[int, int], int] = {}
        wires = []
        for edge in self.edges:
            pair = edge.source, edge.target
            turned = pair in upward
            upper, lower = reversed(pair) if turned else pair
            lane = used[upper, lower] = used.get((upper, lower), -1) + 1
            chain = [bends[item] for item in self.chains.get((upper, lower), [])]
            doors = (None, None) if turned else (edge.leaves, edge.arrives)
            wires.append(Wire(upper, lower, chain, lane, *doors, turned))
        return wires

    def _heights(
        self, rows: Sequence[Sequence[int]], centres: Sequence[float]
    ) -> tuple[list[float], list[float]]:
        """Where each row begins and ends; rows are farther apart where lines go far aside."""
        aside = [0.0] * len(rows)
        row_of = {item: number for number, row in enumerate(rows) for item in row}
        for (upper, lower), chain in self.chains.items():
            way = [upper, *chain, lower]
            for one, other in pairwise(way):
                far = abs(centres[one] - centres[other])
                aside[row_of[one]] = max(aside[row_of[one]], far)
        tops, bottoms, y = [], [], 0.0
        for number, row in enumerate(rows):
            tops.append(y)
            tallest = max((self.sizes[i].height for i in row if i < len(self.sizes)), default=0.0)
            bottoms.append(y + tallest)
            y = bottoms[-1] + min(_WIDEST_GAP, _GAP + aside[number] / 9)
        return tops, bottoms
