"""The drawing itself: an SVG document that works alone and inside a page.

It has no scripts and fetches nothing. How it looks is said by classes: a
document of its own brings ``diagram.css`` with it, inside a page the page's
style sheets have it, since a strict policy permits no style in the text. What
runs is shown by attributes that a script of the page may change: of a step
(``data-processor`` names it as ``processor`` events do) ``data-state`` is
``waiting``, ``running``, ``failed`` or ``done``, and its ``<text class="count">``
holds the words. A sign and words go with every colour.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

from markupsafe import Markup

from taverna_server.diagrams import shapes
from taverna_server.diagrams.arrangement import (
    HEADER,
    LIVE_HEADER,
    Arrangement,
    Placed,
    arranged,
)
from taverna_server.diagrams.graph import Graph, Role, drawable, permitted, shown_at_first
from taverna_server.diagrams.markup import number, tag
from taverna_server.diagrams.states import NONE, Counts

STYLE = Path(__file__).with_name("diagram.css")
_MARGIN = 16.0

Addresses = Callable[[Collection[str]], str]
"""The address of a drawing in which exactly these paths are expanded."""


def draw(
    graph: Graph,
    *,
    expanded: Collection[str] | None = None,
    address: Addresses | None = None,
    progress: Mapping[str, Counts] | None = None,
    styled: bool = True,
    prefix: str = "diagram",
) -> str:
    """The graph as an SVG document.

    ``expanded`` are the paths of the nested workflows that show what is inside; None
    chooses. With ``address`` nested workflows have links that expand and collapse them.
    With ``progress``, by path, steps have a state and a count; it may be empty. With
    ``styled`` the document brings its style. Ids in it begin with ``prefix``.
    """
    graph = drawable(graph)
    opened = shown_at_first(graph) if expanded is None else permitted(graph, expanded)
    live = progress is not None
    arrangement = arranged(graph, opened, live)
    drawing = _Drawing(opened, address, progress or {}, live, prefix)
    return drawing.document(graph, arrangement, styled)


@dataclass(frozen=True, slots=True)
class _Drawing:
    opened: Collection[str]
    address: Addresses | None
    progress: Mapping[str, Counts]
    live: bool
    prefix: str

    def document(self, graph: Graph, arrangement: Arrangement, styled: bool) -> str:
        width = arrangement.size.width + 2 * _MARGIN
        height = arrangement.size.height + 2 * _MARGIN
        interactive = self.address is not None and any(graph.holders())
        title, description = f"{self.prefix}-title", f"{self.prefix}-description"
        return tag(
            "svg",
            tag("title", graph.name or "Workflow", id=title),
            tag("desc", _in_words(graph), id=description),
            tag("style", Markup(STYLE.read_text())) if styled else "",  # noqa: S704
            tag("rect", class_="ground", width=width, height=height, rx=12),
            tag("g", *self._level(arrangement), transform=_at(_MARGIN, _MARGIN)),
            xmlns="http://www.w3.org/2000/svg",
            viewBox=f"0 0 {number(width)} {number(height)}",
            width=width,
            height=height,
            class_="diagram",
            # What an image holds, screen readers do not reach; links must be reached.
            role="group" if interactive else "img",
            aria_labelledby=title,
            aria_describedby=description,
        )

    def _level(self, level: Arrangement) -> list[Markup]:
        opened = [(box, box.inside) for box in level.boxes if box.inside is not None]
        doors = {(box.node.key, port) for box, _ in opened for port in box.node.doors}
        lines = (
            shapes.line(line, route, goes_on=(line.target, line.target_port) in doors)
            for line, route in level.lines
        )
        whole = (self._expanded(box, inside) for box, inside in opened)
        return [*whole, *lines, *(self._box(box) for box in level.boxes if box.inside is None)]

    def _box(self, box: Placed) -> Markup:
        if box.node.role is not Role.STEP:
            return shapes.port(box, id=self._id(box))
        counts = self._counts(box)
        return shapes.step(box, self._expander(box), counts, id=self._id(box))

    def _expanded(self, box: Placed, inside: Arrangement) -> Markup:
        header = LIVE_HEADER if self.live else HEADER
        content = [
            *shapes.threads(inside, box.size.height),
            tag("g", *self._level(inside), transform=_at(*inside.offset)),
        ]
        counts = self._counts(box)
        return shapes.container(box, header, self._expander(box), counts, content, id=self._id(box))

    def _counts(self, box: Placed) -> Counts | None:
        return self.progress.get(box.path, NONE) if self.live else None

    def _expander(self, box: Placed) -> Markup:
        if box.node.inside is None:
            return Markup()
        href = None
        if self.address is not None:
            below = {path for path in self.opened if f"{path}/".startswith(f"{box.path}/")}
            change = below if box.inside is not None else {box.path}
            href = self.address(sorted(change ^ set(self.opened)))
        return shapes.expander(box, href)

    def _id(self, box: Placed) -> str:
        """Stable, and an id whatever the name is."""
        return f"{self.prefix}-{sha256(box.path.encode('utf-8', 'surrogatepass')).hexdigest()[:12]}"


def _at(x: float, y: float) -> str:
    return f"translate({number(x)} {number(y)})"


def _in_words(graph: Graph) -> str:
    counts = (
        f"{number} {word}{'s' * (number != 1)}"
        for number, word in (
            (graph.count(Role.INPUT), "input"),
            (graph.count(Role.STEP), "step"),
            (graph.count(Role.OUTPUT), "output"),
        )
    )
    words = f"A workflow of {', '.join(counts)}."
    return f"{words} {graph.description}" if graph.description else words
