"""Drawing a workflow, beside reading its document: the whole corpus where it is at hand, else
the examples, and one graph as large as the workflows that people fear."""

from __future__ import annotations

import os
import random
import statistics
from pathlib import Path

from report import Scale, line, medians, seconds, title

from taverna_server.diagrams import Graph, draw, graph_of_t2flow
from taverna_server.diagrams.graph import Line, Node
from taverna_server.errors import TavernaServerError
from taverna_server.workflow.model import Workflow
from taverna_server.workflow.reading import read_workflow

EXAMPLES = sorted((Path(__file__).parents[2] / "examples").rglob("*.t2flow"))
CORPUS = os.environ.get("TAVERNA_CORPUS")


def measure(scale: Scale) -> None:
    files = sorted(Path(CORPUS).rglob("*.t2flow")) if CORPUS else EXAMPLES
    title(f"drawing: {len(files)} workflows, beside reading their documents (medians)")
    ratios, slowest = _corpus(files, min(scale.repeats, 5))
    line("draw a workflow", statistics.median(ratios), "x", "floor: reading it")
    line("draw the one that takes longest", slowest * 1000, "ms", "floor: as above")
    large = large_graph(500)
    taken = statistics.median(seconds(lambda: draw(large)) for _ in range(min(scale.repeats, 5)))
    reading = seconds(lambda: [_read(file) for file in EXAMPLES])
    note = f"floor: reading {len(EXAMPLES)} examples, {reading * 1000:.0f} ms"
    line("draw 500 processors and 1,000 links", taken / reading, "x", note)


def _corpus(files: list[Path], repeats: int) -> tuple[list[float], float]:
    """Of each workflow how many times longer drawing takes than reading; the longest drawing."""
    ratios, slowest = [], 0.0
    for file in files:
        workflow = _read(file)
        if workflow is None:
            continue
        reading, drawing = medians(
            repeats,
            lambda file=file: _read(file),
            lambda workflow=workflow: draw(graph_of_t2flow(workflow)),
        )
        ratios.append(drawing / reading)
        slowest = max(slowest, drawing)
    return ratios, slowest


def _read(file: Path) -> Workflow | None:
    try:
        return read_workflow(file.read_bytes())
    except TavernaServerError:
        return None


def large_graph(size: int) -> Graph:
    """Two links into each step from one of the forty before it; the same in every run."""
    chance = random.Random(0)
    nodes = tuple(Node(f"step_{n}", f"step_{n}") for n in range(size))
    links = {(max(0, n - chance.randint(1, 40)), n) for n in range(1, size) for _ in range(2)}
    lines = tuple(Line(f"step_{a}", f"step_{b}", "") for a, b in sorted(links))
    return Graph("large", nodes, lines)
