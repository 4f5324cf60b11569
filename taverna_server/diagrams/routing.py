"""Where lines run: out of the bottom of one box, between the others, into the top of one below.

A line leaves a box at the place nearest to where it goes, so most lines are
straight; lines that share a side keep a distance. Within a row a line goes
straight down; between rows it bends, so it never crosses a box.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

_CORNER = 0.18
"""Part of a side, at both its ends, where no line begins."""
_APART = 16.0


class Point(NamedTuple):
    x: float
    y: float


class Box(NamedTuple):
    """A box, and the row it stands in from ``top`` to ``bottom``."""

    x: float
    y: float
    width: float
    height: float
    top: float
    bottom: float


class Bend(NamedTuple):
    """Where lines pass through a row: the leftmost of them."""

    x: float
    top: float
    bottom: float


class Wire(NamedTuple):
    """A line from the upper to the lower box; doors count from a box's left side."""

    upper: int
    lower: int
    bends: Sequence[Bend]
    lane: int
    leaves: float | None
    arrives: float | None
    turned: bool
    """The line goes up: from the lower to the upper box."""


Route = Sequence[Point]
"""Points of a line from its source on: straight down from the first to the second, a
curve to the third, straight to the fourth, and so on."""


@dataclass(slots=True)
class _Ends:
    begin: float
    end: float


def routed(boxes: Sequence[Box], wires: Sequence[Wire], lane: float) -> list[Route]:
    """The ways of the wires, in their order."""
    ends = [_first_guess(boxes, wire, lane) for wire in wires]
    by_upper: defaultdict[int, list[int]] = defaultdict(list)
    by_lower: defaultdict[int, list[int]] = defaultdict(list)
    for number, wire in enumerate(wires):
        by_upper[wire.upper].append(number)
        by_lower[wire.lower].append(number)
    for box, numbers in by_upper.items():
        wanted = [_next(boxes, wires[n], lane) for n in numbers]
        for n, x in zip(numbers, _side(boxes[box], wanted, numbers), strict=True):
            ends[n].begin = x if wires[n].leaves is None else ends[n].begin
    for box, numbers in by_lower.items():
        wanted = [_previous(wires[n], ends[n], lane) for n in numbers]
        for n, x in zip(numbers, _side(boxes[box], wanted, numbers), strict=True):
            ends[n].end = x if wires[n].arrives is None else ends[n].end
    return [_way(boxes, wire, end, lane) for wire, end in zip(wires, ends, strict=True)]


def _first_guess(boxes: Sequence[Box], wire: Wire, lane: float) -> _Ends:
    return _Ends(_door(boxes[wire.upper], wire.leaves), _door(boxes[wire.lower], wire.arrives))


def _door(box: Box, door: float | None) -> float:
    return box.x + (box.width / 2 if door is None else door)


def _next(boxes: Sequence[Box], wire: Wire, lane: float) -> float:
    """Where the wire goes when it has left its upper box."""
    if wire.bends:
        return wire.bends[0].x + wire.lane * lane
    return _door(boxes[wire.lower], wire.arrives)


def _previous(wire: Wire, ends: _Ends, lane: float) -> float:
    """Where the wire comes from when it reaches its lower box."""
    return wire.bends[-1].x + wire.lane * lane if wire.bends else ends.begin


def _side(box: Box, wanted: Sequence[float], numbers: Sequence[int]) -> list[float]:
    """Places at a side of the box as near as can be to those that are wanted."""
    low, high = box.x + _CORNER * box.width, box.x + (1 - _CORNER) * box.width
    apart = min(_APART, (high - low) / max(1, len(wanted) - 1))
    order = sorted(range(len(wanted)), key=lambda n: (wanted[n], numbers[n]))
    placed = spread([wanted[n] for n in order], low, high, apart)
    places = [0.0] * len(wanted)
    for n, x in zip(order, placed, strict=True):
        places[n] = x
    return places


def spread(wanted: Sequence[float], low: float, high: float, apart: float) -> list[float]:
    """Places from ``low`` to ``high``, ``apart`` from each other, least squares from the
    wanted ones, which are sorted: neighbours that are too near become a group around
    their mean (pool adjacent violators)."""
    groups: list[tuple[float, int]] = []
    for number, x in enumerate(wanted):
        mean, size = x - number * apart, 1
        while groups and groups[-1][0] >= mean:
            before, count = groups.pop()
            mean = (before * count + mean * size) / (count + size)
            size += count
        groups.append((mean, size))
    limit = max(low, high - max(0, len(wanted) - 1) * apart)
    means = [min(max(mean, low), limit) for mean, size in groups for _ in range(size)]
    return [mean + number * apart for number, mean in enumerate(means)]


def _way(boxes: Sequence[Box], wire: Wire, ends: _Ends, lane: float) -> Route:
    upper, lower = boxes[wire.upper], boxes[wire.lower]
    if wire.upper == wire.lower:
        return _round(upper)
    points = [Point(ends.begin, upper.y + upper.height), Point(ends.begin, upper.bottom)]
    for bend in wire.bends:
        x = bend.x + wire.lane * lane
        points += [Point(x, bend.top), Point(x, bend.bottom)]
    points += [Point(ends.end, lower.top), Point(ends.end, lower.y)]
    return points[::-1] if wire.turned else points


def _round(box: Box) -> Route:
    """Of a box to itself: out at the right side, and in again above."""
    right, middle = box.x + box.width, box.y + box.height / 2
    start, end = Point(right - 8, box.y + box.height), Point(right + 10, middle)
    return [start, start, end, end]
