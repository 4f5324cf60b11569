"""REANA's four languages become graphs, and nothing that is posted breaks them."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from taverna_server.diagrams import Graph, draw, graph_of_specification
from taverna_server.diagrams.graph import Role, everything


def posted(document: Any, **more: Any) -> dict[str, Any]:
    return {"workflow": {"specification": document, **more}}


def edges(graph: Graph) -> set[tuple[str, str]]:
    return {(line.source, line.target) for line in graph.lines}


def names(graph: Graph) -> list[str]:
    return [node.key for node in graph.nodes]


def test_serial_steps_follow_each_other() -> None:
    steps = [{"name": "gather", "environment": "python:3", "commands": ["a", "b"]},
             {"commands": ["c"]}]  # fmt: skip
    graph = graph_of_specification("serial", posted({"steps": steps}))
    assert names(graph) == ["gather", "step 2"]
    assert edges(graph) == {("gather", "step 2")}
    assert graph.nodes[0].notes == ("In python:3", "a", "b")


def test_steps_that_old_clients_posted_are_drawn() -> None:
    old = {"workflow": {"spec": {"steps": [{"name": "one", "commands": ["a"]}]}}}
    assert names(graph_of_specification("serial", old)) == ["one"]


def test_snakemake_has_a_box_a_rule() -> None:
    steps = [{"name": "plot"}, {"name": "count"}, {"name": "count"}]
    document = {"steps": steps, "job_dependencies": {"all": ["plot"], "plot": ["count"]}}
    graph = graph_of_specification("snakemake", posted(document))
    assert names(graph) == ["plot", "count", "all"]
    assert edges(graph) == {("plot", "all"), ("count", "plot")}
    assert graph.nodes[1].marks[0].sentence == "2 jobs"


def test_yadage_stages_wait_for_each_other() -> None:
    inner = {"stages": [{"name": "x", "dependencies": ["init"]}]}
    document = {"stages": [
        {"name": "prepare", "dependencies": ["init"]},
        {"name": "scatter", "dependencies": {"expressions": ["prepare"]},
         "scheduler": {"scheduler_type": "multistep-stage", "workflow": inner}},
        {"name": "merge", "dependencies": ["scatter.x"]},
    ]}  # fmt: skip
    graph = graph_of_specification("yadage", posted(document))
    assert edges(graph) == {("prepare", "scatter"), ("scatter", "merge")}
    inside = graph.nodes[1].inside
    assert inside is not None
    assert names(inside) == ["x"]


def test_workflow_of_which_only_the_file_is_known_is_one_box() -> None:
    graph = graph_of_specification("yadage", posted(None, file="workflow.yaml"))
    assert names(graph) == ["workflow.yaml"]
    assert graph.nodes[0].kind.word == "yadage workflow"


TOOL = {"class": "CommandLineTool", "id": "#tool.cwl", "baseCommand": ["echo"]}
SUB = {
    "class": "Workflow", "id": "#sub.cwl",
    "inputs": [{"id": "#sub.cwl/x", "type": "File"}],
    "outputs": [{"id": "#sub.cwl/y", "outputSource": "#sub.cwl/only/out"}],
    "steps": [{"id": "#sub.cwl/only", "run": "#tool.cwl",
               "in": [{"id": "#sub.cwl/only/a", "source": "#sub.cwl/x"}]}],
}  # fmt: skip
MAIN = {
    "class": "Workflow", "id": "#main",
    "inputs": [{"id": "#main/names", "type": {"type": "array", "items": "string"}}],
    "outputs": [{"id": "#main/result", "type": "File", "outputSource": "#main/second/y"}],
    "steps": [
        {"id": "#main/first", "run": "#tool.cwl", "scatter": "#main/first/name",
         "in": [{"id": "#main/first/name", "source": "#main/names"}]},
        {"id": "#main/second", "run": "#sub.cwl",
         "in": [{"id": "#main/second/x", "source": ["#main/first/out", "#main/names"]}]},
    ],
}  # fmt: skip


def test_packed_cwl_has_ports_steps_and_links() -> None:
    graph = graph_of_specification("cwl", posted({"$graph": [TOOL, SUB, MAIN]}))
    assert names(graph) == ["in:names", "first", "second", "out:result"]
    assert edges(graph) == {
        ("in:names", "first"), ("first", "second"), ("in:names", "second"),
        ("second", "out:result"),
    }  # fmt: skip
    assert [line.position for line in graph.lines] == [None, 1, 2, None]
    assert graph.nodes[1].marks[0].sentence == "Iterates over a list: name"


def test_lines_of_cwl_go_on_inside() -> None:
    graph = graph_of_specification("cwl", posted({"$graph": [TOOL, SUB, MAIN]}))
    second = graph.nodes[2]
    assert second.inside is not None
    assert edges(second.inside) == {("in:x", "only"), ("only", "out:y")}
    ports = {line.target_port for line in graph.lines if line.target == "second"}
    assert ports | {"out:second/y"} == {*second.doors}


def test_single_tool_of_cwl_is_one_box() -> None:
    graph = graph_of_specification("cwl", posted({**TOOL, "id": "#main", "label": "Say it"}))
    assert [(node.key, node.name) for node in graph.nodes] == [("main", "Say it")]


def test_cwl_written_with_mappings_is_read() -> None:
    document = {
        "class": "Workflow",
        "inputs": {"name": "string"},
        "outputs": {},
        "steps": {"greet": {"run": TOOL, "in": {"who": "name"}, "out": ["o"]}},
    }
    graph = graph_of_specification("cwl", posted(document))
    assert names(graph) == ["in:name", "greet"]
    assert edges(graph) == {("in:name", "greet")}


def test_cwl_that_runs_itself_is_drawn() -> None:
    step = {"id": "#main/again", "run": "#main", "in": []}
    graph = graph_of_specification("cwl", posted({"$graph": [{**MAIN, "steps": [step]}]}))
    again = next(node for node in graph.nodes if node.role is Role.STEP)
    assert again.inside is None


def test_cwl_nested_without_end_is_drawn() -> None:
    inner: dict[str, Any] = dict(TOOL)
    for _ in range(60):
        inner = {"class": "Workflow", "inputs": [], "outputs": [],
                 "steps": [{"id": "s", "run": inner, "in": []}]}  # fmt: skip
    graph = graph_of_specification("cwl", posted(inner))
    assert len(everything(graph)) == 16


_KEYS = [
    "steps", "name", "stages", "id", "$graph", "class", "in", "run", "source", "dependencies",
    "job_dependencies", "scheduler", "workflow", "commands", "inputs", "outputs", "scatter", "type",
]  # fmt: skip
_WORDS = st.sampled_from(["Workflow", "#main", "#main/a/b"])
_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=8) | _WORDS,
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(_KEYS), inner, max_size=5)
    ),
    max_leaves=15,
)


@pytest.mark.parametrize("type", ["serial", "cwl", "snakemake", "yadage", "unheard-of"])
@given(document=_JSON)
@settings(max_examples=60, deadline=None)
def test_anything_posted_is_drawn(type: str, document: Any) -> None:
    graph = graph_of_specification(type, posted(document))
    assert draw(graph, expanded=everything(graph)).startswith("<svg")
