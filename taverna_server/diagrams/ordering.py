"""The order of boxes in each row: so that few lines cross.

Lines over several rows pass each row between through a place of their own, a
*bend*, which takes part like a box. Rows are then sorted by where their
neighbours are, downwards and upwards in turns, and neighbours in a row are
exchanged where that helps. That is done from two first orders, and the best
order met is kept.
"""

from __future__ import annotations

from bisect import bisect_right, insort
from collections.abc import Sequence
from dataclasses import dataclass

MOST_BENDS = 6_000
"""Lines that would need more pass behind boxes: a drawing stays quick whatever is drawn."""
_SWEEPS = 16
_PATIENCE = 4
_SMALL = 700
"""Items up to which exchanging neighbours is worth its time."""


@dataclass(frozen=True, slots=True)
class Link:
    """From an item to one in the next row; offsets are parts of the items' widths,
    from -0.5 to 0.5: where the line leaves and arrives."""

    upper: int
    lower: int
    upper_offset: float = 0.0
    lower_offset: float = 0.0


@dataclass(frozen=True, slots=True)
class Layers:
    """Items row by row. Items from ``boxes`` on are bends."""

    rows: list[list[int]]
    links: Sequence[Link]
    boxes: int

    def is_bend(self, item: int) -> bool:
        return item >= self.boxes


def ordered(layers: Layers) -> Layers:
    """The same rows, in an order with few crossings."""
    ordering = _Ordering(layers)
    fewest, best = ordering.improved(from_above=True)
    if fewest:
        fewest, best = min((fewest, best), ordering.improved(from_above=False))
    return Layers(best, layers.links, layers.boxes)


class _Ordering:
    def __init__(self, layers: Layers) -> None:
        self._layers = layers
        count = sum(map(len, layers.rows))
        self._above: list[list[tuple[int, float, float]]] = [[] for _ in range(count)]
        self._below: list[list[tuple[int, float, float]]] = [[] for _ in range(count)]
        for link in layers.links:
            leaves, arrives = link.upper_offset, link.lower_offset
            self._below[link.upper].append((link.lower, arrives, leaves))
            self._above[link.lower].append((link.upper, leaves, arrives))
        self._rows: list[list[int]] = []
        self._place = [0] * count

    def improved(self, from_above: bool) -> tuple[int, list[list[int]]]:
        """Crossings and rows of the best order met."""
        self._rows = self._first_order(from_above)
        for row in self._rows:
            self._number(row)
        best, fewest = self._copy(), self._crossings()
        small, waited = len(self._place) <= _SMALL, 0
        for sweep in range(_SWEEPS):
            if not fewest or waited == _PATIENCE:
                break
            self._sweep(downwards=sweep % 2 == 0)
            if small:
                self._exchange()
            crossings = self._crossings()
            waited += 1
            if crossings < fewest:
                best, fewest, waited = self._copy(), crossings, 0
        return fewest, best

    def _first_order(self, from_above: bool) -> list[list[int]]:
        """As a walk along the links meets them, so that what belongs together begins together."""
        row_of = {item: number for number, row in enumerate(self._layers.rows) for item in row}
        rows: list[list[int]] = [[] for _ in self._layers.rows]
        seen: set[int] = set()
        near = self._below if from_above else self._above
        starts = self._layers.rows if from_above else reversed(self._layers.rows)
        for start in (item for row in starts for item in row):
            waiting = [start]
            while waiting:
                item = waiting.pop()
                if item in seen:
                    continue
                seen.add(item)
                rows[row_of[item]].append(item)
                waiting.extend(other for other, _, _ in reversed(near[item]))
        return rows

    def _copy(self) -> list[list[int]]:
        return [list(row) for row in self._rows]

    def _number(self, row: Sequence[int]) -> None:
        for place, item in enumerate(row):
            self._place[item] = place

    def _sweep(self, downwards: bool) -> None:
        neighbours = self._above if downwards else self._below
        for row in self._rows if downwards else reversed(self._rows):
            wanted = {item: self._wanted(item, neighbours[item]) for item in row}
            row.sort(key=wanted.__getitem__)
            self._number(row)

    def _wanted(self, item: int, neighbours: Sequence[tuple[int, float, float]]) -> float:
        if not neighbours:
            return self._place[item]
        place = self._place
        return sum(place[other] + offset for other, offset, _ in neighbours) / len(neighbours)

    def _exchange(self) -> None:
        for row in self._rows:
            for left in range(len(row) - 1):
                one, other = row[left], row[left + 1]
                if self._crossed(one, other) > self._crossed(other, one):
                    row[left], row[left + 1] = other, one
                    self._place[one], self._place[other] = left + 1, left

    def _crossed(self, left: int, right: int) -> int:
        """Crossings between the lines of two items that stand in this order."""
        total, place = 0, self._place
        for sides in (self._above, self._below):
            reached = sorted(place[other] + offset for other, offset, _ in sides[right])
            for other, offset, _ in sides[left]:
                at = place[other] + offset
                total += sum(1 for there in reached if there < at)
        return total

    def _crossings(self) -> int:
        place, total = self._place, 0
        for row in self._rows:
            ends = [
                (place[item] + leaves, place[lower] + arrives)
                for item in row
                for lower, arrives, leaves in self._below[item]
            ]
            seen: list[float] = []
            for _, arrives in sorted(ends):
                total += len(seen) - bisect_right(seen, arrives)
                insort(seen, arrives)
        return total
