"""Depths are computed as Taverna's type check does (execution-semantics 2 and 4.1)."""

from __future__ import annotations

import pytest

from taverna_server.workflow.depths import (
    InputDepths,
    StrategyMismatch,
    output_depths,
    strategy_depth,
    workflow_depths,
)
from taverna_server.workflow.model import (
    Cross,
    Dot,
    Endpoint,
    PortNode,
    Prefix,
    StrategyNode,
    Workflow,
)
from taverna_server.workflow.t2flow import read_t2flow

from .documents import dataflow, document, nested_activity, processor

A, B, C = (PortNode(name) for name in "abc")


@pytest.mark.parametrize(
    ("node", "arriving", "depth"),
    [
        (A, {"a": 2}, 2),
        (PortNode("a", 1), {"a": 0}, 0),
        (PortNode("a", 1), {"a": 3}, 2),
        (Cross((A, B)), {"a": 1, "b": 2}, 3),
        (Dot((A, B)), {"a": 1, "b": 1}, 1),
        (Dot((PortNode("a", 1), B)), {"a": 2, "b": 1}, 1),  # C11
        (Dot((A,)), {"a": 2}, 2),
        (Cross((A, Dot((B, C)))), {"a": 1, "b": 1, "c": 1}, 2),  # D1
        (Dot((A, Cross((B, C)))), {"a": 2, "b": 1, "c": 1}, 2),  # D2
        (Dot((Cross((A,)), B)), {"a": 1, "b": 1}, 1),  # D6
    ],
)
def test_strategy_iterates_to_depth(
    node: StrategyNode, arriving: dict[str, int], depth: int
) -> None:
    assert strategy_depth([node], arriving) == depth


@pytest.mark.parametrize(
    ("node", "arriving"),
    [
        (Dot((A, B)), {"a": 0, "b": 1}),  # C7
        (Dot((A, B)), {"a": 2, "b": 1}),  # C12
        (Dot((A, Cross((B, C)))), {"a": 1, "b": 1, "c": 1}),  # D3
        (Prefix((A, B)), {"a": 1, "b": 2}),
    ],
)
def test_strategy_of_unequal_members_is_refused(
    node: StrategyNode, arriving: dict[str, int]
) -> None:
    with pytest.raises(StrategyMismatch):
        strategy_depth([node], arriving)


def test_no_strategy_is_no_iteration() -> None:
    assert strategy_depth([], {}) == 0


def test_later_stage_starts_from_what_the_one_before_wanted() -> None:
    first = Cross((PortNode("a", 1), B))
    assert strategy_depth([first, Cross((A, B))], {"a": 3, "b": 1}) == 2 + 1 + 1


def chain() -> Workflow:
    steps = [processor("Q", "i:1", "o:1", "X(i:1)"), processor("P", "x y", "o:1 s:1:0")]
    links = ["a -> P.x", "b -> P.y", "P.o -> Q.i", "Q.o -> out", "P.s -> raw"]
    return read_t2flow(document(dataflow("a:1 b:1", "out raw", steps, links)))


def test_depth_grows_by_the_wrapping_depth_along_the_links() -> None:
    depths = workflow_depths(chain()).top
    assert depths.wrapping == {"P": 2, "Q": 2}
    assert depths.outputs == {"out": 3, "raw": 3}


def test_input_waits_for_values_no_finer_than_it_is_sent() -> None:
    depths = workflow_depths(chain()).top
    assert depths.inputs[Endpoint("P", "x")] == InputDepths(resolved=1, filter=1)
    assert depths.inputs[Endpoint("Q", "i")] == InputDepths(resolved=3, filter=1)


def test_streamed_port_has_the_depth_of_its_items() -> None:
    step = processor("R", "i")
    links = ["S.o -> R.i", "R.o -> out"]
    steps = [processor("S", outputs="o:1:0"), step]
    depths = workflow_depths(read_t2flow(document(dataflow("", "out", steps, links)))).top
    assert depths.inputs[Endpoint("R", "i")] == InputDepths(resolved=1, filter=0)


def test_merge_is_one_deeper_than_its_links() -> None:
    links = ["a => P.i", "b => P.i", "P.o -> out", "a => col"]
    steps = [processor("P", "i")]
    depths = workflow_depths(read_t2flow(document(dataflow("a:1 b:1", "out col", steps, links))))
    assert depths.top.outputs == {"out": 2, "col": 2}
    assert depths.top.inputs[Endpoint("P", "i")] == InputDepths(resolved=2, filter=1)


def test_outputs_of_a_nested_workflow_are_as_deep_as_inside() -> None:
    inner = dataflow(
        "i:1", "o", [processor("P", "x")], ["i -> P.x", "P.o -> o"], role="nested", id="inner"
    )
    step = processor("N", "i:1", "o", "X(i:1)", nested_activity("inner"))
    outer = dataflow("a:2", "out", [step], ["a -> N.i", "N.o -> out"])
    depths = workflow_depths(read_t2flow(document(outer, inner)))
    assert depths.nested["inner"].outputs == {"o": 1}
    assert depths.top.ports == {Endpoint("N", "o"): 1}
    assert depths.top.outputs == {"out": 2}


def test_what_lies_behind_a_circle_has_no_depth() -> None:
    steps = [processor("A", "i"), processor("B", "i"), processor("C")]
    links = ["A.o -> B.i", "B.o -> A.i", "B.o -> x", "C.o -> y"]
    assert output_depths(read_t2flow(document(dataflow("", "x y", steps, links)))) == {"y": 0}
