"""Cases E: how errors travel through a workflow."""

from __future__ import annotations

from typing import Any

import pytest

from taverna_server.data.values import ErrorDocument, ListValue, Value, contains_errors
from taverna_server.engines.taverna.events import JobErred, RunCompleted
from taverna_server.workflow.model import PortNode, Retry
from tests.engines.taverna.building import (
    E,
    Fails,
    Play,
    cross,
    dot,
    err,
    flow,
    graph,
    join,
    nested,
    one_step,
    plain,
    size,
    step,
    value,
)

a, b = PortNode("a"), PortNode("b")

ONE_PORT = [
    # id, input and its depth, depth of the port, service, output, invocations
    ("E1", E, 0, 0, join, "ERR0", 0),
    ("E2", ["x", E, "z"], 1, 0, join, ["x", "ERR0", "z"], 2),
    ("E3", ["x", E], 1, 1, size, "ERR0", 0),
    ("E4", err(1), 1, 0, join, ["ERR0"], 0),
    ("E5", err(2), 2, 0, join, [["ERR0"]], 0),
    ("E6", [[1, E], [2]], 2, 1, size, ["ERR0", "n=1"], 1),
]


@pytest.mark.parametrize(("case", "given", "depth", "port", "service", "wanted", "calls"), ONE_PORT)
def test_error_into_one_port(
    case: str, given: Any, depth: int, port: int, service: Any, wanted: Any, calls: int
) -> None:
    play = Play(one_step({"a": depth}, step("P", {"a": port})), service)
    play.run({"a": value(given, depth)})
    assert (plain(play.outputs["o"]), len(play.called)) == (wanted, calls)


TWO_PORTS = [
    ("E7", cross(a, b), E, 0, ["x", "y"], ["ERR0", "ERR0"]),
    ("E8", cross(a, b), [1, E], 1, ["x", "y"], [["1x", "1y"], ["ERR0", "ERR0"]]),
    ("E9", cross(a, b), err(1), 1, ["x", "y"], [["ERR0", "ERR0"]]),
    ("E10", dot(a, b), [1, E], 1, ["x", "y"], ["1x", "ERR0"]),
    ("E11", dot(a, b), [1, E, 3], 1, ["x", "y"], ["1x", "ERR0"]),
    ("E12", dot(a, b), err(1), 1, ["x", "y"], ["ERR0"]),
]


@pytest.mark.parametrize(("case", "strategy", "first", "depth", "second", "wanted"), TWO_PORTS)
def test_error_meets_other_values(
    case: str, strategy: Any, first: Any, depth: int, second: Any, wanted: Any
) -> None:
    play = Play(one_step({"a": depth, "b": 1}, step("P", {"a": 0, "b": 0}, strategy=strategy)))
    play.run({"a": value(first, depth), "b": value(second, 1)})
    assert plain(play.outputs["o"]) == wanted


def _error(found: Value) -> ErrorDocument:
    assert isinstance(found, ErrorDocument)
    return found


def test_bounced_error_names_the_port_and_its_cause() -> None:
    """E1"""
    play = Play(one_step({"a": 0}, step("P", {"a": 0}))).run({"a": E})
    assert _error(play.outputs["o"]) == ErrorDocument("Processor 'P' - Port 'o'", causes=(E,))


def test_cause_of_a_bounced_list_is_the_list() -> None:
    """E3"""
    given = value(["x", E], 1)
    play = Play(one_step({"a": 1}, step("P", {"a": 1})), size).run({"a": given})
    assert _error(play.outputs["o"]).causes == (given,)


def test_failing_item_leaves_the_others_alone() -> None:
    """E13"""
    play = Play(one_step({"a": 1}, step("P", {"a": 0})), Fails("no", when="bad"))
    found = play.run({"a": value(["p", "bad", "q"], 1)}).outputs["o"]
    assert plain(found) == ["p", "ERR0", "q"]
    assert isinstance(found, ListValue)
    assert found.items[1] == ErrorDocument("Processor 'P' - Port 'o': no")
    assert [(erred.label, erred.index) for erred in play.said(JobErred)] == [("P", (1,))]


def test_failing_item_of_a_list_output_is_an_error_of_its_depth() -> None:
    """E14"""

    def service(inputs: Any) -> Any:
        Fails("no", when="bad")(inputs)
        return {"o": value([1], 1)}

    play = Play(one_step({"a": 1}, step("P", {"a": 0}, {"o": 1})), service)
    assert plain(play.run({"a": value(["p", "bad"], 1)}).outputs["o"]) == [["1"], "ERR1"]


def test_every_item_may_fail() -> None:
    """E15, E22: the run completes all the same."""
    play = Play(one_step({"a": 1}, step("P", {"a": 0})), Fails()).run({"a": value([1, 2], 1)})
    assert plain(play.outputs["o"]) == ["ERR0", "ERR0"]
    assert play.end == RunCompleted()


def test_one_output_may_be_an_error() -> None:
    """E16"""
    cause = ErrorDocument("No value produced for output variable y")
    processor = step("P", {"a": 0}, {"x": 0, "y": 0})
    play = Play(one_step({"a": 0}, processor), lambda _: {"x": "fine", "y": cause})
    play.run({"a": "in"})
    assert play.outputs["x"] == "fine"
    assert _error(play.outputs["y"]).causes == (cause,)


def test_missing_output_is_an_error() -> None:
    """E17"""
    play = Play(one_step({}, step("P", outs={"o": 1})), lambda _: {}).run({})
    cause = ErrorDocument("No data returned on port", 1)
    assert play.outputs["o"] == ErrorDocument("Processor 'P' - Port 'o'", 1, causes=(cause,))


def test_list_with_an_error_becomes_one_error() -> None:
    """E18"""
    given = value(["v", E, "w"], 1)
    play = Play(one_step({}, step("P", outs={"o": 1})), lambda _: {"o": given}).run({})
    assert play.outputs["o"] == ErrorDocument("Processor 'P' - Port 'o'", 1, causes=(given,))


def test_nested_list_with_an_error_becomes_one_error() -> None:
    """E19; the engine of 2.2 kept the list (E20), those of 2.4 and 2.5 do not."""
    inner = graph({"a": 1}, [step("I", {"a": 0})], "a > I.a", "I.o > o", name="inner")
    outer = nested("N", inner, {"o": 1})
    play = Play(flow({"a": 1}, [outer], "a > N.a", "N.o > o", inner=[inner]), Fails(when="bad"))
    assert plain(play.run({"a": value(["v", "bad"], 1)}).outputs["o"]) == "ERR1"


def test_component_keeps_the_list() -> None:
    """E21"""
    given = value(["v", E], 1)
    processor = step("P", outs={"o": 1}, kind="component")
    play = Play(one_step({}, processor), lambda _: {"o": given}).run({})
    assert play.outputs["o"] == given


def test_bounced_job_is_not_retried() -> None:
    """E23"""
    play = Play(one_step({"a": 0}, step("P", {"a": 0}, retry=Retry(3)))).run({"a": E})
    assert (plain(play.outputs["o"]), play.called, play.delays) == ("ERR0", [], [])


@pytest.mark.parametrize(
    ("returned", "depth", "words"),
    [
        (value(["x"], 1), 0, "a list instead of a single value"),
        ("x", 1, "a single value instead of a list"),
        (value([[[]]], 3), 2, "a list of depth 3 instead of a list of lists"),
    ],
)
def test_output_of_the_wrong_depth_is_an_error(returned: Value, depth: int, words: str) -> None:
    """A guard rail: Taverna's engine hung here (5)."""
    play = Play(one_step({"a": 1}, step("P", {"a": 0}, {"o": depth})), lambda _: {"o": returned})
    (item,) = play.run({"a": value(["i"], 1)}).outputs["o"]  # type: ignore[misc]
    (cause,) = _error(item).causes
    assert _error(cause).message == f"The service returned {words}"


def test_errors_touch_only_what_depends_on_them() -> None:
    """M4"""
    play = Play(one_step({"a": 1}, step("P", {"a": 0}))).run({"a": value(["x", E], 1)})
    assert contains_errors(play.outputs["o"])
    play = Play(one_step({"a": 1}, step("P", {"a": 0}))).run({"a": value(["x"], 1)})
    assert not contains_errors(play.outputs["o"])
