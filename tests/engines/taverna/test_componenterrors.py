"""Errors of components whose family handles exceptions."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from taverna_server.data.values import ErrorDocument, StackFrame, Value, make_list
from taverna_server.engines.taverna.componenterrors import EXCEPTION, handle_errors
from taverna_server.workflow.model import ErrorHandling, ErrorRule, Workflow
from tests.engines.taverna.building import Fails, Play, flow, graph, nested, plain, step, value

BOOM = ErrorDocument("it failed", 0, "java.lang.Exception: boom", (StackFrame("a.b"),))
WRAPPED = ErrorDocument("Processor 'P' - Port 'o'", 0, causes=(make_list(["x", BOOM]),))
JAVA = "java.lang.Exception: boom"


def handled(given: Value, *rules: ErrorRule, fail_lists: bool = False) -> tuple[Value, list[Any]]:
    outputs = handle_errors({"o": given, "fine": "x"}, ErrorHandling(rules, fail_lists))
    assert outputs["fine"] == "x"
    return outputs["o"], list(outputs["error_channel"])  # type: ignore[arg-type]


def told(message: str, depth: int = 0) -> ErrorDocument:
    return ErrorDocument(message, depth, f"{EXCEPTION}: {message}")


def test_value_stays_and_the_channel_is_empty() -> None:
    assert handled(value(["a", "b"], 1), ErrorRule(".*")) == (value(["a", "b"], 1), [])


def test_unexpected_error_tells_its_exception() -> None:
    assert handled(BOOM) == (told(JAVA), [told(JAVA)])


def test_expected_error_is_kept_or_replaced() -> None:
    assert handled(BOOM, ErrorRule(".*boom")) == (BOOM, [BOOM])
    pruned = replace(BOOM, trace=())
    assert handled(BOOM, ErrorRule(".*boom", prune_trace=True)) == (pruned, [pruned])
    assert handled(BOOM, ErrorRule(".*boom", message="Sorry")) == (told("Sorry"), [told("Sorry")])


def test_cause_is_found_and_the_last_rule_counts() -> None:
    rules = ErrorRule("java.*", message="first"), ErrorRule(".*boom", message="last")
    assert handled(WRAPPED, *rules)[0] == told("last")


@pytest.mark.parametrize("pattern", ["boom", "(", "(?<name>x)"])
def test_pattern_is_for_the_whole_text(pattern: str) -> None:
    """One that Python does not know matches nothing."""
    assert handled(BOOM, ErrorRule(pattern, message="no"))[0] == told(JAVA)


def test_errors_in_lists_are_handled_one_by_one() -> None:
    given = make_list([make_list(["a", BOOM]), BOOM.at_depth(1)])
    found, channel = handled(given, ErrorRule(".*", message="m"))
    assert found == make_list([make_list(["a", told("m")]), told("m", 1)])
    assert channel == [told("m")] * 2


def test_list_may_fail_as_a_whole() -> None:
    given = make_list([make_list(["a", BOOM]), BOOM.at_depth(1)])
    found, channel = handled(given, ErrorRule(".*", message="m"), fail_lists=True)
    assert (found, channel) == (told("m", 2), [told("m")])


def component(handling: ErrorHandling | None) -> Workflow:
    inner = graph({"a": 1}, [step("I", {"a": 0})], "a > I.a", "I.o > o", name="inner")
    outer = nested("N", inner, {"o": 1, "error_channel": 1})
    (called,) = outer.activities
    called = replace(called, kind="component", error_handling=handling)
    outer = replace(outer, activities=(called,))
    links = ("a > N.a", "N.o > o", "N.error_channel > errors")
    return flow({"a": 1}, [outer], *links, inner=[inner])


def test_component_gives_items_and_errors_apart() -> None:
    workflow = component(ErrorHandling((ErrorRule(".*", message="m"),)))
    play = Play(workflow, Fails(when="bad")).run({"a": value(["v", "bad"], 1)})
    found = {port: plain(output) for port, output in play.outputs.items()}
    assert found == {"o": ["v", "ERR0"], "errors": ["ERR0"]}


def test_component_without_handling_keeps_the_list() -> None:
    """E21, of components that are executed; a nested workflow's list would be one error."""
    play = Play(component(None), Fails(when="bad")).run({"a": value(["v", "bad"], 1)})
    assert plain(play.outputs["o"]) == ["v", "ERR0"]
