"""Cases G and H: merges, control links, nested workflows, and what the graph does as a whole."""

from __future__ import annotations

import random
from dataclasses import replace
from typing import Any

import pytest

from taverna_server.data.values import ErrorDocument, contains_errors
from taverna_server.engines.taverna.events import (
    InvokeBatch,
    ProcessorFinished,
    ProcessorStarted,
    RunStarted,
    RunStuck,
)
from taverna_server.engines.taverna.plan import plan_workflow
from taverna_server.engines.taverna.scheduler import fit_inputs
from taverna_server.errors import WorkflowInvalid
from taverna_server.workflow.model import Workflow
from tests.engines.taverna.building import (
    E,
    Fails,
    Play,
    activity,
    empty,
    flow,
    graph,
    join,
    nested,
    plain,
    size,
    step,
    value,
)

MERGES = [
    ("G1", {"a": ("A", 0), "b": ("B", 0)}, ["a", "b"], ["A", "B"]),
    ("G2", {"a": ("A", 0), "b": ("B", 0)}, ["b", "a"], ["B", "A"]),
    ("G3", {"a": ([1], 1), "b": ([], 1), "c": ([2], 1)}, ["a", "b", "c"], [["1"], empty(1), ["2"]]),
    ("G5", {"a": ("A", 0)}, ["a"], ["A"]),
    ("G7", {"a": ("x", 0), "b": (E, 0)}, ["a", "b"], ["x", "ERR0"]),
]


@pytest.mark.parametrize(("case", "given", "links", "wanted"), MERGES)
def test_merge(case: str, given: Any, links: list[str], wanted: Any) -> None:
    """Also G8: a merge may feed an output."""
    workflow = flow({k: v[1] for k, v in given.items()}, [], *(f"{name} => o" for name in links))
    play = Play(workflow).run({name: value(*pair) for name, pair in given.items()})
    assert plain(play.outputs["o"]) == wanted


@pytest.mark.parametrize(
    ("case", "last", "wanted"),
    [("G4", [2], [["1"], empty(1), ["2"]]), ("G4 lost", [], [["1"]])],
)
def test_merge_before_an_iteration(case: str, last: Any, wanted: Any) -> None:
    workflow = flow({"a": 1, "b": 1, "c": 1}, [step("P", {"p": 0})],
                    "a => P.p", "b => P.p", "c => P.p", "P.o > o")  # fmt: skip
    play = Play(workflow).run({"a": value([1], 1), "b": value([], 1), "c": value(last, 1)})
    assert plain(play.outputs["o"]) == wanted


def test_gap_is_a_list_for_the_next_processor() -> None:
    """5: what stands for an inner empty list is sent on as any other list is, and is a job."""
    workflow = flow({"a": 2}, [step("P", {"a": 0}), step("N", {"l": 1}), step("B", {"a": 0})],
                    "a > P.a", "P.o > N.l", "N.o > n", "P.o > B.a", "B.o > b")  # fmt: skip
    play = Play(workflow, {"P#0": join, "N#0": size, "B#0": join})
    play.run({"a": value([[], ["x", "y"], [], ["z"], []], 2)})
    assert plain(play.outputs["n"]) == ["n=0", "n=2", "n=0", "n=1"]
    assert plain(play.outputs["b"]) == [empty(1), ["x", "y"], empty(1), ["z"]]


def test_merged_error_makes_the_list_one_with_errors() -> None:
    """G7"""
    play = Play(flow({"a": 0, "b": 0}, [], "a => o", "b => o")).run({"a": "x", "b": E})
    assert contains_errors(play.outputs["o"])


@pytest.mark.parametrize("seed", range(4))
def test_merge_of_two_iterations(seed: int) -> None:
    """G9"""
    steps = [step("I", {"a": 0}), step("J", {"a": 0})]
    workflow = flow({"a": 1}, steps, "a > I.a", "a > J.a", "I.o => o", "J.o => o")
    services = {"I#0": lambda i: {"o": f"i{i['a']}"}, "J#0": lambda i: {"o": f"j{i['a']}"}}
    play = Play(workflow, services, random.Random(seed)).run({"a": value([0, 1], 1)})
    assert plain(play.outputs["o"]) == [["i0", "i1"], ["j0", "j1"]]


P, Q = step("P", {"a": 0}), step("Q", {"a": 0})
INVALID = [
    (
        "G6",
        flow({"a": 0, "b": 1}, [], "a => o", "b => o"),
        "merged at the workflow output .o. differ in depth: 0, 1",
    ),
    (
        "G10 two",
        flow({"a": 0, "b": 0}, [], "a > o", "b > o"),
        "has 2 incoming links that are not merged",
    ),
    (
        "G10 both",
        flow({"a": 0, "b": 0}, [], "a > o", "b => o"),
        "links that are merged and links that are not",
    ),
    ("H9", flow({}, [P], "P.o > o"), "'P.a' has no incoming link"),
    ("H10", flow({}, []), "neither processors nor outputs"),
    ("H11", flow({}, [P, Q], "P.o > Q.a", "Q.o > P.a"), "in a circle: "),
    ("H12", flow({"a": 0}, [P], "a > P.a", "P.x > o"), "'P.x', which does not exist"),
]


@pytest.mark.parametrize(("case", "workflow", "problem"), INVALID)
def test_graph_without_depths_is_invalid(case: str, workflow: Workflow, problem: str) -> None:
    with pytest.raises(WorkflowInvalid, match=problem):
        plan_workflow(workflow)


def test_input_may_go_straight_to_an_output() -> None:
    """H1"""
    assert Play(flow({"a": 0}, [], "a > o")).run({"a": "abc"}).outputs == {"o": "abc"}


@pytest.mark.parametrize("failing", [False, True], ids=["H13", "H14"])
def test_control_link_waits_for_all_items(failing: bool) -> None:
    steps = [step("B"), step("A", {"a": 0})]
    workflow = flow({"a": 1}, steps, "a > A.a", "A.o > a", "B.o > b", controls=[("A", "B")])
    services = {"A#0": Fails() if failing else join, "B#0": lambda _: {"o": "B"}}
    play = Play(workflow, services, random.Random(1)).run({"a": value([1, 2, 3], 1)})
    assert [key for key, _ in play.called] == ["A#0"] * 3 + ["B#0"]


def test_control_link_from_a_processor_whose_outputs_lead_nowhere() -> None:
    """H15"""
    workflow = flow({}, [step("B"), step("A")], "B.o > b", controls=[("A", "B")])
    assert [key for key, _ in Play(workflow).run({}).called] == ["A#0", "B#0"]


def test_control_and_data_links_are_both_waited_for() -> None:
    """H16"""
    steps = [step("A"), step("B", {"a": 0}), step("C")]
    workflow = flow({}, steps, "A.o > B.a", "B.o > b", controls=[("C", "B")])
    for seed in range(4):
        play = Play(workflow, join, random.Random(seed)).run({})
        assert [key for key, _ in play.called][-1] == "B#0"


def test_sleepers() -> None:
    """H17: first, then second beside second_2, then third."""
    steps = [step(name) for name in ("third", "second_2", "second", "first")]
    controls = [("first", "second"), ("first", "second_2"), ("second", "third"),
                ("second_2", "third")]  # fmt: skip
    play = Play(flow({}, steps, "third.o > o", controls=controls))
    play.tell(RunStarted({}))
    seen = []
    while play.waiting:
        seen.append(sorted(w.activity for w in play.waiting if isinstance(w, InvokeBatch)))
        for _ in range(len(play.waiting)):
            play.step()
    assert seen == [["first#0"], ["second#0", "second_2#0"], ["third#0"]]


def _nesting(inner_depth: int, outer_depth: int, service: Any = join) -> Play:
    inner = graph({"a": inner_depth}, [step("I", {"a": inner_depth})],
                  "a > I.a", "I.o > o", name="inner")  # fmt: skip
    workflow = flow({"a": outer_depth}, [nested("N", inner, {"o": 0})],
                    "a > N.a", "N.o > o", inner=[inner])  # fmt: skip
    return Play(workflow, service)


def test_nested_workflow_sees_a_single_value_as_a_list() -> None:
    """H18"""
    assert _nesting(1, 0, size).run({"a": "x"}).outputs == {"o": "n=1"}


def test_nested_workflow_gives_its_outputs_to_the_outer() -> None:
    """H20"""
    play = _nesting(0, 0, lambda i: {"o": f"nested dataflow : {i['a']}"}).run({"a": "test"})
    assert play.outputs == {"o": "nested dataflow : test"}


def test_unconnected_input_of_the_activity_is_absent() -> None:
    """H22: what a kind of activity makes of it is its own affair."""
    calls = activity("fake", ["a", "never"], {"o": 0})
    calls = replace(calls, input_map={"a": "a"})
    workflow = flow({"a": 0}, [step("P", {"a": 0}, alternates=[calls])], "a > P.a", "P.o > o")
    play = Play(workflow).run({"a": "x"})
    assert [dict(inputs) for _, inputs in play.called] == [{"a": "x"}]


def test_nested_workflow_is_instantiated_for_each_item() -> None:
    """H19"""
    play = _nesting(0, 1).run({"a": value(["a", "b"], 1)})
    assert plain(play.outputs["o"]) == ["a", "b"]
    assert [started.label for started in play.said(ProcessorStarted)] == ["N", "N[1]/I", "N[2]/I"]


def test_processor_without_inputs_runs_once_for_each_instance() -> None:
    """H21"""
    steps = [step("C"), step("J", {"x": 0, "y": 0})]
    inner = graph({"a": 0}, steps, "a > J.x", "C.o > J.y", "J.o > o", name="inner")
    workflow = flow({"a": 1}, [nested("N", inner, {"o": 0})], "a > N.a", "N.o > o", inner=[inner])
    services = {"N/C#0": lambda _: {"o": "!"}, "N/J#0": join}
    play = Play(workflow, services).run({"a": value(["x", "y"], 1)})
    assert plain(play.outputs["o"]) == ["x!", "y!"]
    assert [key for key, _ in play.called].count("N/C#0") == 2


def test_instance_is_done_when_all_its_processors_are() -> None:
    """10, as in 2.5: also those whose outputs lead nowhere."""
    inner = graph({"a": 0}, [step("S", {"a": 0})], "a > S.a", "a > o", name="inner")
    workflow = flow({"a": 0}, [nested("N", inner, {"o": 0}), step("Q", {"a": 0})],
                    "a > N.a", "N.o > Q.a", "Q.o > o", inner=[inner])  # fmt: skip
    play = Play(workflow).run({"a": "x"})
    assert [key for key, _ in play.called] == ["N/S#0", "Q#0"]


def test_nested_input_without_a_value_is_an_error_not_a_hang() -> None:
    """10"""
    inner = graph({"a": 0, "b": 0}, [step("I", {"a": 0, "b": 0})],
                  "a > I.a", "b > I.b", "I.o > o", name="inner")  # fmt: skip
    only_a = nested("N", graph({"a": 0}, [], name="inner"), {"o": 0})
    workflow = flow({"a": 0}, [only_a], "a > N.a", "N.o > o", inner=[inner])
    found = Play(workflow).run({"a": "x"}).outputs["o"]
    assert isinstance(found, ErrorDocument)
    assert "the input port 'b' has no value" in found.message


def test_run_that_cannot_go_on_says_what_it_waits_for() -> None:
    """H8: Taverna hung here."""
    play = Play(flow({"a": 0}, [step("P", {"a": 0})], "a > P.a", "P.o > o")).run({})
    assert isinstance(play.end, RunStuck)
    assert play.end.waiting == (
        "the processor 'P' still waits for data or for its turn",
        "the output 'o' has no value",
    )


def test_input_too_deep_is_refused() -> None:
    plan = plan_workflow(flow({"a": 0}, [], "a > o")).top
    with pytest.raises(ValueError, match="requires a single item and the data presented is a list"):
        fit_inputs(plan, {"a": value(["x"], 1)})


def test_shallower_input_is_wrapped() -> None:
    """H2"""
    plan = plan_workflow(flow({"a": 2}, [], "a > o")).top
    assert plain(fit_inputs(plan, {"a": "x"})["a"]) == [["x"]]


def test_next_processor_begins_before_the_list_is_complete() -> None:
    """12"""
    workflow = flow({"a": 1}, [P, Q], "a > P.a", "P.o > Q.a", "Q.o > o")
    play = Play(workflow)
    play.tell(RunStarted({"a": value(["x", "y"], 1)}))
    play.step()
    assert [w.activity for w in play.waiting if isinstance(w, InvokeBatch)] == ["P#0", "Q#0"]


def test_nothing_is_passed_on_as_items_where_the_list_is_wanted() -> None:
    workflow = flow({"a": 1}, [P, step("S", {"l": 1})], "a > P.a", "P.o > S.l", "S.o > o")
    play = Play(workflow, {"P#0": join, "S#0": size}).run({"a": value([1, 2, 3], 1)})
    assert plain(play.outputs["o"]) == "n=3"


def test_long_chain_of_errors_does_not_overflow() -> None:
    length = 400
    steps = [step(f"P{n}", {"a": 0}) for n in range(length)]
    links = [f"P{n}.o > P{n + 1}.a" for n in range(length - 1)]
    workflow = flow({"a": 0}, steps, "a > P0.a", *links, f"P{length - 1}.o > o")
    assert plain(Play(workflow).run({"a": E}).outputs["o"]) == "ERR0"


def test_log_notes_tell_of_start_and_end() -> None:
    play = Play(flow({"a": 1}, [P], "a > P.a", "P.o > o"), Fails(when="2"))
    play.run({"a": value([1, 2], 1)})
    assert play.said(ProcessorStarted) == [ProcessorStarted("P")]
    assert play.said(ProcessorFinished) == [ProcessorFinished("P", 2, 1)]
