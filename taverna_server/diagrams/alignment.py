"""Where boxes stand in their rows: in lines as straight as the order permits.

After Brandes and Köpf, "Fast and Simple Horizontal Coordinate Assignment"
(2001): each item is put below (or above) the one in the middle of its
neighbours, which makes columns; columns are pushed together as far as widths
permit. That is done four times, from each corner, and each item stands at the
mean of the middle two of its four places. Lines over many rows go straight
down: their columns win where columns cross.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from itertools import pairwise

from taverna_server.diagrams.ordering import Layers

Neighbours = Mapping[int, Sequence[int]]
Distance = Callable[[int, int], float]
"""How far apart the centres of two items must be that stand side by side."""


def aligned(layers: Layers, distance: Distance) -> list[float]:
    """The centre of each item; the leftmost centre is anywhere."""
    count = sum(map(len, layers.rows))
    above, below = _neighbours(layers, count)
    conflicts = _conflicts(layers, above)
    places = []
    for neighbours, rows in ((above, layers.rows), (below, layers.rows[::-1])):
        for mirrored in (False, True):
            turned = [row[::-1] for row in rows] if mirrored else rows
            columns = _columns(turned, neighbours, conflicts, count)
            found = _pushed_together(turned, columns, distance)
            places.append([-x for x in found] if mirrored else found)
    return _balanced(places)


def _neighbours(layers: Layers, count: int) -> tuple[list[list[int]], list[list[int]]]:
    """Of each item those above and below it, from left to right."""
    place = {item: (at, 0.0) for row in layers.rows for at, item in enumerate(row)}
    above: list[dict[int, float]] = [{} for _ in range(count)]
    below: list[dict[int, float]] = [{} for _ in range(count)]
    for link in layers.links:
        above[link.lower][link.upper] = place[link.upper][0] + link.upper_offset
        below[link.upper][link.lower] = place[link.lower][0] + link.lower_offset
    return [sorted(m, key=m.__getitem__) for m in above], [
        sorted(m, key=m.__getitem__) for m in below
    ]


def _conflicts(layers: Layers, above: Sequence[Sequence[int]]) -> set[tuple[int, int]]:
    """Links that cross one between two bends, which goes first."""
    found: set[tuple[int, int]] = set()
    for upper, lower in pairwise(layers.rows):
        place = {item: at for at, item in enumerate(upper)}
        left, begun = -1, 0
        for at, item in enumerate(lower):
            inner = _bend_above(layers, item, above[item])
            if inner is None and at < len(lower) - 1:
                continue
            right = len(upper) if inner is None else place[inner]
            for crossing in lower[begun : at + 1]:
                for other in above[crossing]:
                    straight = layers.is_bend(other) and layers.is_bend(crossing)
                    if not straight and not left <= place[other] <= right:
                        found |= {(other, crossing), (crossing, other)}
            left, begun = right, at + 1
    return found


def _bend_above(layers: Layers, item: int, above: Sequence[int]) -> int | None:
    if not layers.is_bend(item):
        return None
    return next((other for other in above if layers.is_bend(other)), None)


def _columns(
    rows: Sequence[Sequence[int]],
    neighbours: Sequence[Sequence[int]],
    conflicts: set[tuple[int, int]],
    count: int,
) -> list[int]:
    """Of each item the first one of its column."""
    root, next_ = list(range(count)), list(range(count))
    place: dict[int, int] = {}
    for row in rows:
        last = -1
        for item in row:
            near = sorted(neighbours[item], key=place.__getitem__)
            middle = (len(near) - 1) / 2
            for other in near[int(middle) : int(middle + 0.5) + 1]:
                free = next_[item] == item and last < place[other]
                if free and (item, other) not in conflicts:
                    next_[other], root[item] = item, root[other]
                    next_[item] = root[item]
                    last = place[other]
        place.update((item, at) for at, item in enumerate(row))
    return root


def _pushed_together(
    rows: Sequence[Sequence[int]], root: Sequence[int], distance: Distance
) -> list[float]:
    """Centres, every column as far left as it can be, then as near to its right as it can."""
    gaps: defaultdict[int, dict[int, float]] = defaultdict(dict)
    missing = dict.fromkeys(root, 0)
    for row in rows:
        for left, right in pairwise(row):
            gap, one, other = distance(left, right), root[left], root[right]
            if other not in gaps[one]:
                missing[other] += 1
            gaps[one][other] = max(gap, gaps[one].get(other, 0.0))
    order = [column for column, number in missing.items() if not number]
    x = dict.fromkeys(missing, 0.0)
    for column in order:
        for other, gap in gaps[column].items():
            x[other] = max(x[other], x[column] + gap)
            missing[other] -= 1
            if not missing[other]:
                order.append(other)
    for column in reversed(order):
        nearest = min((x[other] - gap for other, gap in gaps[column].items()), default=x[column])
        x[column] = max(x[column], nearest)
    return [x[column] for column in root]


def _balanced(places: Sequence[Sequence[float]]) -> list[float]:
    """Each item between its two middle places, where all four share the narrowest one's sides."""
    if not places[0]:
        return []
    narrow = min(places, key=lambda xs: max(xs) - min(xs))
    moved = []
    for number, xs in enumerate(places):
        side: Callable[[Sequence[float]], float] = max if number % 2 else min
        shift = side(narrow) - side(xs)
        moved.append([x + shift for x in xs])
    return [sum(sorted(four)[1:3]) / 2 for four in zip(*moved, strict=True)]
