"""Published workflows, drawn: everything is there, and nothing takes long."""

from __future__ import annotations

from collections import Counter
from itertools import combinations
from pathlib import Path

import pytest

from taverna_server.diagrams import Graph, draw, everything, graph_of_t2flow
from taverna_server.diagrams.arrangement import arranged
from taverna_server.diagrams.graph import Role
from taverna_server.errors import TavernaServerError
from taverna_server.workflow.reading import read_workflow
from tests.corpus import FILES, needs_corpus
from tests.diagrams.drawings import SVG, drawn, levels, overlap, steps

LARGEST = 800_000
"""Characters of a drawing in which everything is expanded."""


def graph_of(path: Path) -> Graph:
    try:
        return graph_of_t2flow(read_workflow(path.read_bytes()))
    except TavernaServerError:
        pytest.skip("no workflow that can be read")


def paths(graph: Graph, prefix: str = "") -> Counter[str]:
    found: Counter[str] = Counter()
    for node in graph.nodes:
        if node.role is Role.STEP:
            found[prefix + node.key] += 1
            if node.inside is not None:
                found += paths(node.inside, f"{prefix}{node.key}/")
    return found


@needs_corpus
@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
def test_published_workflow_is_drawn_whole(path: Path) -> None:
    graph = graph_of(path)
    opened = everything(graph)
    assert len(draw(graph, expanded=opened)) < LARGEST
    root = drawn(graph, expanded=opened)
    assert steps(root) == paths(graph)
    level = arranged(graph, (), live=False)
    ports = [node for node in graph.nodes if node.role is not Role.STEP]
    top = drawn(graph, expanded=[])
    assert len(top.xpath("//@data-port")) == len(ports)
    links = top.findall(f".//{SVG}g[{SVG}path]/{SVG}title")
    words = Counter(str(link.text) for link in links)
    assert not Counter(line.words for line, _ in level.lines) - words


@needs_corpus
@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
def test_published_workflow_has_no_boxes_on_boxes(path: Path) -> None:
    graph = graph_of(path)
    for level in levels(arranged(graph, everything(graph), live=True)):
        assert not [pair for pair in combinations(level.boxes, 2) if overlap(*pair)]
