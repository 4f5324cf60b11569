"""Which row each box stands in: below everything that it takes from.

A row is the longest way from the top. Boxes that would then wait far above what
they feed (constants above all) are lowered to just above it.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence

Pair = tuple[int, int]


def downward(count: int, pairs: Collection[Pair]) -> set[Pair]:
    """The pairs that have to point upwards, so that the others have no circle."""
    after: list[list[int]] = [[] for _ in range(count)]
    for source, target in sorted(pairs):
        after[source].append(target)
    upward: set[Pair] = set()
    unseen, open_, done = 0, 1, 2
    state = [unseen] * count
    for start in range(count):
        if state[start] != unseen:
            continue
        state[start] = open_
        way = [(start, iter(after[start]))]
        while way:
            node, targets = way[-1]
            target = next(targets, -1)
            if target < 0:
                state[node] = done
                way.pop()
            elif state[target] == open_:
                upward.add((node, target))
            elif state[target] == unseen:
                state[target] = open_
                way.append((target, iter(after[target])))
    return upward


def ranks(
    count: int, pairs: Collection[Pair], first: Collection[int], last: Collection[int]
) -> list[int]:
    """The row of each node, from 0; ``pairs`` have no circle and each points downwards.

    Nodes of ``first`` are the top row and those of ``last`` the bottom one.
    """
    before, after = _neighbours(count, pairs)
    order = _topological(before, after)
    top, bottom = set(first), set(last)
    row = [0 if node in top or not top else 1 for node in range(count)]
    for node in order:
        if node not in top and before[node]:
            row[node] = max(row[node], 1 + max(row[source] for source in before[node]))
    for node in reversed(order):
        if node in top or node in bottom or not after[node]:
            continue
        if not before[node] or len(after[node]) > len(before[node]):
            row[node] = max(row[node], min(row[target] for target in after[node]) - 1)
    middle = [row[node] for node in range(count) if node not in bottom]
    lowest = 1 + max(middle, default=-1)
    for node in bottom:
        row[node] = max(lowest, row[node])
    return _without_gaps(row)


def _neighbours(count: int, pairs: Collection[Pair]) -> tuple[list[list[int]], list[list[int]]]:
    before: list[list[int]] = [[] for _ in range(count)]
    after: list[list[int]] = [[] for _ in range(count)]
    for source, target in pairs:
        before[target].append(source)
        after[source].append(target)
    return before, after


def _topological(before: Sequence[Sequence[int]], after: Sequence[Sequence[int]]) -> list[int]:
    missing = [len(sources) for sources in before]
    order = [node for node, number in enumerate(missing) if not number]
    for node in order:
        for target in after[node]:
            missing[target] -= 1
            if not missing[target]:
                order.append(target)
    return order


def _without_gaps(row: list[int]) -> list[int]:
    place = {old: new for new, old in enumerate(sorted(set(row)))}
    return [place[old] for old in row]
