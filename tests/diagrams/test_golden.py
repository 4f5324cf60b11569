"""A few drawings, whole: what changes in them is looked at before it is committed."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from taverna_server.diagrams import Counts, draw, graph_of_specification, graph_of_t2flow
from taverna_server.workflow.reading import read_workflow
from tests.diagrams.test_specifications import MAIN, SUB, TOOL, posted
from tests.example_workflows import ROOT

Golden = Callable[[str, bytes], None]


@pytest.mark.parametrize(
    "name", ["control_links", "cross_product", "merge", "nested_workflow", "xpath"]
)
def test_example_is_drawn_as_before(golden: Golden, name: str) -> None:
    document = (ROOT / name / "workflow.t2flow").read_bytes()
    graph = graph_of_t2flow(read_workflow(document))
    drawing = draw(graph, styled=False, address=lambda paths: f"?{'&'.join(paths)}")
    golden(f"diagrams/{name}.svg", in_lines(drawing))


def test_cwl_is_drawn_as_before(golden: Golden) -> None:
    graph = graph_of_specification("cwl", posted({"$graph": [TOOL, SUB, MAIN]}))
    progress = {"first": Counts(done=2), "second/only": Counts(queued=1, running=1)}
    golden("diagrams/cwl.svg", in_lines(draw(graph, styled=False, progress=progress)))


@pytest.mark.parametrize("name", ["list_passthrough", "partial_failure", "xpath"])
def test_arrows_point_at_boxes(name: str) -> None:
    """Whatever the heights add up to: rounding once turned them around."""
    document = (ROOT / name / "workflow.t2flow").read_bytes()
    assert "l-4 8h8z" not in draw(graph_of_t2flow(read_workflow(document)))


def in_lines(drawing: str) -> bytes:
    """For people who compare."""
    return (drawing.replace("><", ">\n<") + "\n").encode()
