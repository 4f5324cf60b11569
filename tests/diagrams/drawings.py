"""Drawings, taken apart again."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from lxml import etree

from taverna_server.diagrams import draw
from taverna_server.diagrams.arrangement import Arrangement, Placed
from taverna_server.diagrams.graph import Graph, Line, Node, Role
from taverna_server.etree import parse_xml

SVG = "{http://www.w3.org/2000/svg}"


def drawn(graph: Graph, **options: object) -> etree._Element:
    """The document that ``draw`` writes, parsed."""
    return parse_xml(draw(graph, **options).encode())  # type: ignore[arg-type]


def steps(root: etree._Element) -> Counter[str]:
    """Paths of the steps, and how often each is there."""
    return Counter(str(path) for path in root.xpath("//@data-processor"))


def titles(root: etree._Element, class_: str) -> list[str]:
    found = root.iterfind(f".//{SVG}g[@class='{class_}']/{SVG}title")
    return [str(title.text) for title in found]


def graph(*pairs: str, name: str = "g", **inside: Graph) -> Graph:
    """``graph("a>b", "c")``: steps and lines; those in ``inside`` hold a graph."""
    names = dict.fromkeys(name for pair in pairs for name in pair.split(">"))
    lines = (pair.split(">") for pair in pairs if ">" in pair)
    nodes = tuple(Node(name, name, Role.STEP, inside=inside.get(name)) for name in names)
    return Graph(name, nodes, tuple(Line(one, other, f"{one} to {other}") for one, other in lines))


def levels(arrangement: Arrangement) -> Iterator[Arrangement]:
    """The arrangement and those in its boxes."""
    yield arrangement
    for box in arrangement.boxes:
        if box.inside is not None:
            yield from levels(box.inside)


def overlap(one: Placed, other: Placed) -> bool:
    return (
        one.corner.x < other.corner.x + other.size.width
        and other.corner.x < one.corner.x + one.size.width
        and one.corner.y < other.corner.y + other.size.height
        and other.corner.y < one.corner.y + one.size.height
    )
