"""Laws of the layout: no two boxes overlap, lines go down, and touch no box but their own."""

from __future__ import annotations

from itertools import combinations, pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from taverna_server.diagrams.layout import Edge, Layout, Size, lay_out
from taverna_server.diagrams.ranks import downward, ranks
from taverna_server.diagrams.routing import Point, spread

LITTLE = 0.01


@st.composite
def boxes_and_edges(draw: st.DrawFn) -> tuple[list[Size], list[Edge]]:
    count = draw(st.integers(1, 14))
    sides = st.integers(20, 300).map(float)
    sizes = [Size(draw(sides), draw(sides)) for _ in range(count)]
    ends = st.integers(0, count - 1)
    return sizes, draw(st.lists(st.builds(Edge, ends, ends), max_size=30))


def corners(layout: Layout, sizes: list[Size], box: int) -> tuple[Point, Point]:
    at = layout.corners[box]
    return at, Point(at.x + sizes[box].width, at.y + sizes[box].height)


@given(boxes_and_edges())
@settings(max_examples=60, deadline=None)
def test_boxes_keep_apart_and_inside(drawing: tuple[list[Size], list[Edge]]) -> None:
    sizes, edges = drawing
    layout = lay_out(sizes, edges)
    for one, other in combinations(range(len(sizes)), 2):
        (a, b), (c, d) = corners(layout, sizes, one), corners(layout, sizes, other)
        assert a.x >= d.x or c.x >= b.x or a.y >= d.y or c.y >= b.y
    for box in range(len(sizes)):
        first, last = corners(layout, sizes, box)
        assert min(first) >= 0
        assert last.x <= layout.width + LITTLE
        assert last.y <= layout.height + LITTLE


@given(boxes_and_edges())
@settings(max_examples=60, deadline=None)
def test_lines_go_down_except_in_circles(drawing: tuple[list[Size], list[Edge]]) -> None:
    sizes, edges = drawing
    upward = downward(len(sizes), {(e.source, e.target) for e in edges if e.source != e.target})
    for edge, route in zip(edges, lay_out(sizes, edges).routes, strict=True):
        ys = [point.y for point in route]
        if edge.source != edge.target:
            up = (edge.source, edge.target) in upward
            down = ys[::-1] if up else ys
            assert all(later >= earlier - LITTLE for earlier, later in pairwise(down))


@given(boxes_and_edges())
@settings(max_examples=60, deadline=None)
def test_lines_end_at_their_boxes(drawing: tuple[list[Size], list[Edge]]) -> None:
    sizes, edges = drawing
    layout = lay_out(sizes, edges)
    for edge, route in zip(edges, layout.routes, strict=True):
        if edge.source == edge.target:
            continue
        for box, point in ((edge.source, route[0]), (edge.target, route[-1])):
            first, last = corners(layout, sizes, box)
            assert first.x <= point.x <= last.x
            assert point.y in (pytest.approx(first.y), pytest.approx(last.y))


@given(boxes_and_edges())
@settings(max_examples=60, deadline=None)
def test_lines_pass_boxes_at_their_side(drawing: tuple[list[Size], list[Edge]]) -> None:
    """Within rows, where the boxes are, a line is straight; between rows there are none."""
    sizes, edges = drawing
    layout = lay_out(sizes, edges)
    for edge, route in zip(edges, layout.routes, strict=True):
        for number, (one, other) in enumerate(pairwise(route)):
            if number % 2 or edge.source == edge.target:
                continue
            assert one.x == other.x
            for box in {*range(len(sizes))} - {edge.source, edge.target}:
                first, last = corners(layout, sizes, box)
                low, high = sorted((one.y, other.y))
                beside = not first.x < one.x < last.x
                assert beside or first.y >= high - LITTLE or low >= last.y - LITTLE


@given(boxes_and_edges())
@settings(max_examples=60, deadline=None)
def test_rows_follow_the_lines(drawing: tuple[list[Size], list[Edge]]) -> None:
    sizes, edges = drawing
    pairs = {(e.source, e.target) for e in edges if e.source != e.target}
    pairs -= downward(len(sizes), pairs)
    rows = ranks(len(sizes), pairs, (), ())
    assert all(rows[source] < rows[target] for source, target in pairs)
    assert set(rows) == set(range(max(rows) + 1))


def test_first_and_last_boxes_make_the_outer_rows() -> None:
    assert ranks(5, {(0, 1), (1, 2), (2, 3)}, first=[0], last=[3, 4]) == [0, 1, 2, 3, 3]


def test_box_without_sources_stands_just_above_what_it_feeds() -> None:
    chain = {(0, 1), (1, 2), (4, 2), (2, 3)}
    assert ranks(5, chain, (), ()) == [0, 1, 2, 3, 1]


def test_chain_of_boxes_is_a_straight_line() -> None:
    sizes = [Size(100, 40), Size(60, 40), Size(140, 40)]
    routes = lay_out(sizes, [Edge(0, 1), Edge(1, 2)]).routes
    assert len({point.x for route in routes for point in route}) == 1


def test_lines_do_not_cross_where_they_need_not() -> None:
    sizes = [Size(80, 40)] * 4
    layout = lay_out(sizes, [Edge(0, 3), Edge(1, 2)], first=[0, 1], last=[2, 3])
    xs = [corner.x for corner in layout.corners]
    assert (xs[0] < xs[1]) == (xs[3] < xs[2])


def test_line_arrives_at_its_door() -> None:
    layout = lay_out([Size(80, 40), Size(400, 300)], [Edge(0, 1, arrives=350.0)])
    assert layout.routes[0][-1].x == layout.corners[1].x + 350


@given(st.lists(st.floats(-100, 200), min_size=1, max_size=12), st.floats(0.1, 8))
def test_places_at_a_side_keep_their_distance(wanted: list[float], apart: float) -> None:
    places = spread(sorted(wanted), 0.0, 100.0, apart)
    assert all(later - earlier >= apart - LITTLE for earlier, later in pairwise(places))
    assert places[0] >= -LITTLE
    assert places[-1] <= 100 + LITTLE


def test_nothing_is_laid_out_without_complaint() -> None:
    assert lay_out([], []).width == 0
