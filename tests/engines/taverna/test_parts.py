"""Items of one job's list travel before the list is complete (execution-semantics 3, 5, 12)."""

from __future__ import annotations

import random
from collections.abc import Mapping
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from taverna_server.data.values import Value
from taverna_server.engines.taverna.events import (
    InvocationFailed,
    InvokeBatch,
    JobErred,
    JobRetried,
    PartCame,
    PartsEnded,
    RunStarted,
    StopAsked,
)
from taverna_server.engines.taverna.plan import plan_workflow
from taverna_server.engines.taverna.scheduler import Scheduler
from taverna_server.workflow.model import Loop, PortNode, Retry, Workflow
from tests.engines.taverna.building import (
    E,
    InParts,
    Play,
    activity,
    cross,
    dot,
    empty,
    flow,
    granular,
    join,
    plain,
    size,
    step,
    value,
)

SOURCE = granular(step("S", {}, {"o": 1}))


def rows(*items: Any) -> InParts:
    return InParts(lambda inputs: {"o": value(list(items), 1)})


def fed(reader: Any, source: Any = SOURCE) -> Workflow:
    """A source of items and a reader of them; both have an output of the workflow."""
    return flow({}, [source, reader], "S.o > R.a", "S.o > whole", "R.o > read")


def read(service: Any, reader: Any = None, source: Any = SOURCE) -> Play:
    workflow = fed(reader or step("R", {"a": 0}), source)
    return Play(workflow, {"S#0": service, "R#0": join}).run({})


def outputs(play: Play) -> dict[str, Any]:
    return {port: plain(found) for port, found in play.outputs.items()}


def test_next_processor_begins_with_the_first_item() -> None:
    """The heart of 12: the list is far from complete."""
    scheduler = Scheduler(plan_workflow(fed(step("R", {"a": 0}))))
    batches = [i for i in scheduler.handle(RunStarted({})) if isinstance(i, InvokeBatch)]
    assert [batch.in_parts for batch in batches] == [True]
    told = scheduler.handle(PartCame(batches[0].items[0][0], {"o": "x"}))
    assert [i.items[0][1] for i in told if isinstance(i, InvokeBatch)] == [{"a": "x"}]


def test_lists_are_made_of_the_items() -> None:
    assert outputs(read(rows("x", "y"))) == {"whole": ["x", "y"], "read": ["x", "y"]}


def test_no_items_make_an_empty_list() -> None:
    assert outputs(read(rows())) == {"whole": empty(1), "read": empty(1)}


def test_port_for_lists_waits_for_the_list() -> None:
    """A31"""
    workflow = fed(step("R", {"a": 1}))
    play = Play(workflow, {"S#0": rows("x", "y"), "R#0": size}).run({})
    assert outputs(play)["read"] == "n=2"


def test_service_may_give_the_list_as_a_whole() -> None:
    """As all but BioMart do, whatever their granular depth."""
    play = read(lambda inputs: {"o": value(["x", "y"], 1)})
    assert outputs(play) == {"whole": ["x", "y"], "read": ["x", "y"]}


def test_error_among_the_items_is_one_item() -> None:
    """Only whole lists collapse (7.7)."""
    play = read(rows("x", E, "z"))
    assert outputs(play) == {"whole": ["x", "ERR0", "z"], "read": ["x", "ERR0", "z"]}


def test_failure_before_the_first_item_is_the_error_of_the_list() -> None:
    """Taverna lost it on the way to a port for single items; here it arrives."""
    play = read(InParts(lambda inputs: {"o": value([], 1)}, fails=1))
    assert outputs(play) == {"whole": "ERR1", "read": ["ERR0"]}


def test_failure_after_some_items_is_the_last_item() -> None:
    play = read(InParts(lambda inputs: {"o": value(["x"], 1)}, fails=1))
    assert outputs(play) == {"whole": ["x", "ERR0"], "read": ["x", "ERR0"]}
    (erred, _) = play.said(JobErred)
    assert erred.error.message == "Processor 'S' - Port 'o': broke"
    assert play.scheduler.tallies["S"].errors == 1


@pytest.mark.parametrize(("items", "attempts"), [([], 2), (["x"], 1)])
def test_only_what_has_sent_nothing_is_tried_again(items: list[str], attempts: int) -> None:
    """Items that are out would come twice."""
    source = granular(step("S", {}, {"o": 1}, retry=Retry(1, 0, 0, 1.0)))
    play = read(InParts(lambda inputs: {"o": value(items, 1)}, fails=1), source=source)
    assert [key for key, _ in play.called].count("S#0") == attempts
    assert len(play.said(JobRetried)) == attempts - 1
    assert outputs(play)["whole"] == (["x", "ERR0"] if items else empty(1))


def test_alternate_may_give_parts_when_the_first_failed() -> None:
    alternates = [activity("fake", [], {"o": 1})] * 2
    source = granular(step("S", {}, {"o": 1}, alternates=alternates))
    services = {"S#0": InParts(lambda i: {"o": value([], 1)}, 1), "S#1": rows("y"), "R#0": join}
    assert outputs(Play(fed(step("R", {"a": 0}), source), services).run({}))["read"] == ["y"]


def test_loop_looks_at_whole_results() -> None:
    condition = activity("fake", ["o"], {"loop": 0})
    source = granular(step("S", {}, {"o": 1}, loop=Loop(condition)))
    services = {"S#0": rows("x"), "S#loop": lambda i: {"loop": "false"}, "R#0": join}
    play = Play(fed(step("R", {"a": 0}), source), services).run({})
    assert outputs(play)["read"] == ["x"]
    assert not any(batch.in_parts for batch in play.said(InvokeBatch) if batch.activity != "R#0")


def test_nothing_comes_after_a_stop() -> None:
    scheduler = Scheduler(plan_workflow(fed(step("R", {"a": 0}))))
    (batch,) = (i for i in scheduler.handle(RunStarted({})) if isinstance(i, InvokeBatch))
    number = batch.items[0][0]
    scheduler.handle(PartCame(number, {"o": "x"}), StopAsked())
    late = scheduler.handle(PartCame(number, {"o": "y"}), PartsEnded(number))
    assert not any(isinstance(i, InvokeBatch | InvocationFailed) for i in late)


a, b = PortNode("a"), PortNode("b")


@given(
    st.lists(st.lists(st.sampled_from(["x", "y", E]), max_size=3), max_size=3),
    st.sampled_from([cross(a, b), cross(b, a), dot(a, b)]),
    st.integers(1, 3),
    st.randoms(use_true_random=False),
)
@settings(deadline=None, max_examples=200)
def test_parts_change_nothing_but_the_time(
    lists: list[list[Any]], strategy: Any, jobs: int, shuffle: random.Random
) -> None:
    """Sources that iterate, any strategy after them, any order of what happens."""
    numbered = {str(place): value(items, 1) for place, items in enumerate(lists)}

    def listed(inputs: Mapping[str, Value]) -> Mapping[str, Value]:
        return {"o": numbered[str(inputs["n"])]}

    steps = [
        granular(step(name, {"n": 0}, {"o": 1}, max_jobs=jobs, kind="component"))
        for name in ("S", "T")
    ]
    steps.append(step("R", {"a": 0, "b": 0}, strategy=strategy, max_jobs=2))
    links = ("n > S.n", "n > T.n", "S.o > R.a", "T.o > R.b", "S.o > whole", "R.o > read")
    workflow = flow({"n": 1}, steps, *links)
    inputs = {"n": value(list(numbered), 1)}
    whole = Play(workflow, {"S#0": listed, "T#0": listed, "R#0": join}).run(inputs)
    services = {"S#0": InParts(listed), "T#0": InParts(listed), "R#0": join}
    parted = Play(workflow, services, shuffle).run(inputs)
    assert {p: plain(v) for p, v in parted.outputs.items()} == outputs(whole)
