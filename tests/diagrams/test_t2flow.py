"""Everything that a Taverna workflow says is in its graph."""

from __future__ import annotations

import pytest

from taverna_server.diagrams import Graph, graph_of_t2flow
from taverna_server.diagrams.graph import Node
from taverna_server.workflow.t2flow import read_t2flow
from tests.workflow.documents import dataflow, document, nested_activity, processor


def graph_of(*dataflows: str) -> Graph:
    return graph_of_t2flow(read_t2flow(document(*dataflows)))


def node(graph: Graph, key: str) -> Node:
    return next(node for node in graph.nodes if node.key == key)


def marks(graph: Graph, key: str) -> dict[str, str]:
    return dict(node(graph, key).marks)


def test_ports_and_processors_are_nodes() -> None:
    graph = graph_of(dataflow("a:1", "z", [processor("P", "i")], ["a -> P.i", "P.o -> z"]))
    assert [(n.key, n.role.value, n.kind.word) for n in graph.nodes] == [
        ("in:a", "input", "list"),
        ("P", "step", "constant"),
        ("out:z", "output", "list"),
    ]
    assert [(line.source, line.target) for line in graph.lines] == [("in:a", "P"), ("P", "out:z")]


def test_links_say_which_ports_they_join() -> None:
    graph = graph_of(dataflow("", "", [processor("P"), processor("Q", "i")], ["P.o -> Q.i"]))
    assert [line.words for line in graph.lines] == ["P.o to Q.i"]


def test_merged_links_are_numbered_in_order() -> None:
    steps = [processor("P"), processor("Q"), processor("R", "i:1")]
    graph = graph_of(dataflow("", "", steps, ["Q.o => R.i", "P.o => R.i"]))
    assert [(line.source, line.position) for line in graph.lines] == [("Q", 1), ("P", 2)]
    assert graph.lines[1].words.endswith("merged into one list: number 2")


def test_control_link_says_who_waits() -> None:
    graph = graph_of(dataflow("", "", [processor("P"), processor("Q")], controls=["P Q"]))
    assert [(line.control, line.words) for line in graph.lines] == [
        (True, "Q waits until P has finished")
    ]


@pytest.mark.parametrize(
    ("iterate", "expected"),
    [
        ("X(i,j)", {"cross": "Combines every item of i, j with every item of the others"}),
        ("D(i,j)", {"dot": "Takes the items of i, j one by one together, by their place "
                           "in the list"}),
    ],
)  # fmt: skip
def test_iteration_is_marked(iterate: str, expected: dict[str, str]) -> None:
    step = processor("P", "i j", iterate=iterate)
    graph = graph_of(dataflow("a:1 b:1", "", [step], ["a -> P.i", "b -> P.j"]))
    found = marks(graph, "P")
    assert found.pop("iterates") == (
        "Iterates over lists, 2 deep: i, j" if "cross" in expected else "Iterates over a list: i, j"
    )
    assert found == expected


def test_strategy_without_two_lists_is_not_marked() -> None:
    graph = graph_of(dataflow("a:1 b", "", [processor("P", "i j")], ["a -> P.i", "b -> P.j"]))
    assert marks(graph, "P") == {"iterates": "Iterates over a list: i"}


def test_processor_that_does_not_iterate_has_no_mark() -> None:
    graph = graph_of(dataflow("a:1", "", [processor("P", "i:1")], ["a -> P.i"]))
    assert marks(graph, "P") == {}


def test_nested_workflow_is_inside_and_shared() -> None:
    steps = [processor(name, activity=nested_activity("n")) for name in ("P", "Q")]
    inner = dataflow("", "o", [processor("R")], ["R.o -> o"], role="nested", id="n")
    graph = graph_of(dataflow("", "", steps), inner)
    assert node(graph, "P").inside is node(graph, "Q").inside is not None
    assert node(graph, "P").kind.word == "workflow, 1 step"
    assert node(graph, "P").doors == {"out:o": "out:o"}


def test_unknown_activity_keeps_its_own_name() -> None:
    activity = "<activity><class>org.example.TeleportActivity</class></activity>"
    graph = graph_of(dataflow("", "", [processor("P", activity=activity)]))
    assert node(graph, "P").kind == ("teleport", "other")
