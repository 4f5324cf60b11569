"""The parts of a drawing: boxes, pills, lines, signs. The whole name of each is its title."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import pairwise

from markupsafe import Markup

from taverna_server.diagrams.arrangement import (
    NAME_SIZE,
    SIGN,
    TEXT_LEFT,
    Arrangement,
    Placed,
)
from taverna_server.diagrams.graph import Line, Mark, Role
from taverna_server.diagrams.letters import width_of
from taverna_server.diagrams.markup import number, tag
from taverna_server.diagrams.routing import Point, Route
from taverna_server.diagrams.states import Counts, state_of, words_of

_NAME_Y = 20.0
_KIND_Y = 36.5
_COUNT_Y = 55.5
_ARROW = 8.0

_SIGNS = {
    # Three bars, as for things that happen several times side by side.
    "iterates": "M3 2v10M7 2v10M11 2v10",
    "cross": "M3 3l8 8M11 3l-8 8",
    "dot": "M7 5.2a1.8 1.8 0 1 0 .01 0zM7 1.5a5.5 5.5 0 1 0 .01 0z",
    "prefix": "M2 3h10M2 7h7M2 11h4",
    "loop": "M11.6 5.2A5 5 0 1 0 12 8M12.2 1.8v3.6H8.6",
    "alternates": "M7 12V8L3 3M7 8l4-5",
}
_STATES = {
    "waiting": "M7 2a5 5 0 1 0 .01 0z",
    "running": "M7 2a5 5 0 1 1-4.6 3",
    "failed": "M7 1.5v7M7 11v1.4",
    "done": "M2 7.4l3.4 3.6L12 3.4",
}


def step(box: Placed, expander: Markup, counts: Counts | None, id: str) -> Markup:
    """A step whose inside is not shown."""
    width, height = box.size.width, box.size.height
    nested = box.node.inside is not None
    return tag(
        "g",
        tag("title", _whole_name(box)),
        tag("rect", class_="behind", x=4, y=4, width=width, height=height, rx=9)
        if any(mark.sign == "iterates" for mark in box.node.marks)
        else "",
        tag("rect", class_="body", width=width, height=height, rx=9),
        tag("rect", class_="stripe", x=8, y=10, width=3.5, height=height - 20, rx=1.7),
        *_words(box, counts, TEXT_LEFT, _KIND_Y, _COUNT_Y),
        *_marks(box, width - 10, _KIND_Y - 11.5),
        expander,
        **_step_attributes(box, "processor collapsed" if nested else "processor", counts, id),
    )


def container(
    box: Placed,
    header: float,
    expander: Markup,
    counts: Counts | None,
    content: Sequence[Markup],
    id: str,
) -> Markup:
    """A step that shows the workflow in it; what it is stands beside its name."""
    width, height = box.size.width, box.size.height
    name = width_of(box.label, NAME_SIZE, bold=True)
    return tag(
        "g",
        tag("title", _whole_name(box)),
        tag("rect", class_="body", width=width, height=height, rx=12),
        tag("rect", class_="stripe", x=8, y=8, width=3.5, height=header - 28, rx=1.7),
        *content,
        *_words(box, counts, TEXT_LEFT + 10 + name, _NAME_Y, _KIND_Y + 3),
        *_marks(box, width - 10 - SIGN, _NAME_Y - 12),
        expander,
        **_step_attributes(box, "processor expanded", counts, id),
    )


def _step_attributes(
    box: Placed, classes: str, counts: Counts | None, id: str
) -> dict[str, object]:
    return {
        "id": id,
        "class_": f"{classes} family-{box.node.kind.family}",
        "data_processor": box.path,
        "data_state": None if counts is None else state_of(counts),
        "transform": _at(box),
    }


def _words(
    box: Placed, counts: Counts | None, kind_x: float, kind_y: float, count_y: float
) -> Iterator[Markup]:
    yield tag("text", box.label, class_="name", x=TEXT_LEFT, y=_NAME_Y)
    yield tag("text", box.node.kind.word, class_="kind", x=kind_x, y=kind_y)
    if counts is not None:
        signs = (
            tag("path", class_=f"is-{state}", d=shape, visibility="hidden")
            for state, shape in _STATES.items()
        )
        place = f"translate({number(TEXT_LEFT)} {number(count_y - 11)})"
        yield tag("g", *signs, class_="state", transform=place, aria_hidden="true")
        words = words_of(counts)
        yield tag("text", words, class_="count", x=TEXT_LEFT + SIGN, y=count_y)


def _marks(box: Placed, right: float, y: float) -> Iterator[Markup]:
    """Side by side, from the right."""
    for place, mark in enumerate(reversed(box.node.marks), 1):
        yield _mark(mark, right - place * SIGN, y)


def _mark(mark: Mark, x: float, y: float) -> Markup:
    return tag(
        "g",
        tag("title", mark.sentence),
        tag("rect", class_="touch", x=-1, y=-1, width=16, height=16),
        tag("path", d=_SIGNS[mark.sign]),
        class_=f"mark mark-{mark.sign}",
        transform=f"translate({number(x)} {number(y)})",
    )


def expander(box: Placed, href: str | None) -> Markup:
    """A plus or a minus in a box's corner, a link where there is somewhere to go."""
    is_open = box.inside is not None
    sign = "M3.5 7h7" if is_open else "M3.5 7h7M7 3.5v7"
    words = f"{'Hide' if is_open else 'Show'} what is inside {box.label}"
    shape = (
        tag("title", words),
        tag("rect", width=14, height=14, rx=4),
        tag("path", d=sign),
    )
    place = f"translate({number(box.size.width - 24)} {number(_NAME_Y - 12)})"
    if href is None:
        return tag("g", *shape, class_="expander", transform=place)
    return tag("a", *shape, class_="expander", transform=place, href=href, aria_label=words)


def port(box: Placed, id: str) -> Markup:
    """An input or an output of a workflow."""
    name, kind = box.label, box.node.kind.word
    texts = [tag("text", name, class_="name", x=14, y=18.5)]
    if kind:
        x = 22 + width_of(name, NAME_SIZE)
        texts.append(tag("text", kind, class_="kind", x=x, y=18.5))
    role = box.node.role.value
    return tag(
        "g",
        tag("title", _whole_name(box)),
        tag("rect", class_="body", width=box.size.width, height=box.size.height, rx=14),
        *texts,
        id=id,
        class_=f"port {role}",
        data_port=f"{role}:{box.path.rpartition(':')[2]}",
        transform=_at(box),
    )


def line(line: Line, route: Route, goes_on: bool) -> Markup:
    """A link; one that ``goes_on`` in an expanded box has its arrow there."""
    ways = [tag("path", class_="wire", d=_way(route))]
    if not goes_on:
        ways.append(_control_end(route) if line.control else _arrow(route))
    if line.position is not None:
        ways.append(_position(line.position, route))
    kind = "control" if line.control else "data"
    return tag("g", tag("title", line.words), *ways, class_=f"link {kind}")


def _way(route: Route) -> str:
    """Straight down through rows, curves between them."""
    way = f"M{number(route[0].x)} {number(route[0].y)}"
    for place, (one, other) in enumerate(pairwise(route)):
        if place % 2 == 0 or one.x == other.x:
            way += f"V{number(other.y)}" if one.y != other.y else ""
        else:
            middle = (one.y + other.y) / 2
            numbers = (one.x, middle, other.x, middle, other.x, other.y)
            way += "C" + " ".join(map(number, numbers))
    return way


def _arrow(route: Route) -> Markup:
    tip = route[-1]
    d = f"M{number(tip.x)} {number(tip.y)}l-4 {number(-_ARROW * _direction(route))}h8z"
    return tag("path", class_="arrow", d=d)


def _control_end(route: Route) -> Markup:
    tip = route[-1]
    return tag("circle", class_="arrow", cx=tip.x, cy=tip.y - 4 * _direction(route), r=4)


def _direction(route: Route) -> int:
    """1 where the line goes down, -1 where it goes up."""
    return 1 if route[-1].y >= route[0].y else -1


def _position(place: int, route: Route) -> Markup:
    """The number of a merged link, where it arrives."""
    tip = route[-1]
    return tag("text", str(place), class_="position", x=tip.x + 5, y=tip.y - 7)


def threads(inside: Arrangement, height: float) -> Iterator[Markup]:
    """From the border of an expanded box to the ports inside, and from those to the border."""
    for box in inside.boxes:
        x = inside.offset.x + box.corner.x + box.size.width / 2
        y = inside.offset.y + box.corner.y
        if box.node.role is Role.INPUT:
            route = (Point(x, 0.0), Point(x, y))
            yield tag("g", tag("path", d=_way(route)), _arrow(route), class_="thread")
        elif box.node.role is Role.OUTPUT:
            route = (Point(x, y + box.size.height), Point(x, height))
            yield tag("g", tag("path", d=_way(route)), class_="thread")


def _whole_name(box: Placed) -> str:
    """The name, what it is, and what else is known, a sentence a line."""
    node = box.node
    first = f"{node.name} ({node.kind.word})" if node.role is Role.STEP else node.name
    return "\n".join((first, *node.notes, *(mark.sentence for mark in node.marks)))


def _at(box: Placed) -> str:
    return f"translate({number(box.corner.x)} {number(box.corner.y)})"
