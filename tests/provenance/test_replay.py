"""Where each value came from: as recorded, against what the engine really handed over."""

from __future__ import annotations

import random
import tempfile
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from taverna_server.data.values import ErrorDocument, Value
from taverna_server.workflow.model import Loop, PortNode, Workflow
from tests.engines.taverna.building import (
    Fails,
    InParts,
    activity,
    cross,
    dot,
    flow,
    granular,
    graph,
    join,
    nested,
    one_step,
    plain,
    prefix,
    size,
    step,
    value,
)
from tests.engines.taverna.test_properties import STRATEGIES, shapes
from tests.provenance.recorded import Recorded

CHAIN = ("a > P.a", "P.o > Q.a", "Q.o > o")
A, B = PortNode("a"), PortNode("b")


def check(recorded: Recorded) -> None:
    """Every use refers to a value that was said before, and it is the one that was used."""
    assert {ran.uri for ran in recorded.ran} == set(recorded.given)
    for ran in recorded.ran:
        given = recorded.given[ran.uri]
        assert {port for port, _ in ran.used} == set(given)
        for port, ref in ran.used:
            assert plain(recorded.value(ref)) == plain(given[port]), (ran.processor, port)
    for port, ref in recorded.run.made:
        assert plain(recorded.value(ref)) == plain(recorded.play.outputs[port])
    made = [datum.ref.uri for datum in recorded.data if datum.maker is not None]
    assert len(made) == len(set(made)), "nothing is made twice"
    paths = [datum.path for datum in recorded.data if datum.stored]
    assert len(paths) == len(set(paths)), "nothing is stored twice"


INNER = graph({"x": 0}, [step("I", {"a": 0})], "x > I.a", "I.o > y", name="inner")
DEEP = graph({"x": 1}, [step("I", {"a": 0})], "x > I.a", "I.o > y", name="deep")
PASSES = graph({"x": 0}, [], "x > y", name="passes")
TWICE = graph(
    {"x": 0}, [nested("N", INNER, {"y": 0})], "x > N.x", "N.y > z", name="twice"
)  # fmt: skip

WORKFLOWS: dict[str, tuple[Workflow, dict[str, Value]]] = {
    "chain": (
        flow({"a": 1}, [step("P", {"a": 0}), step("Q", {"a": 0})], *CHAIN),
        {"a": value(["x", "y"], 1)},
    ),
    "whole lists": (
        flow({"a": 2}, [step("P", {"a": 0}), step("Q", {"a": 1})], *CHAIN),
        {"a": value([["x"], ["y", "z"]], 2)},
    ),
    "wrapped": (
        flow({"a": 0}, [step("P", {"a": 2})], "a > P.a", "P.o > o"),
        {"a": "x"},
    ),
    "merged": (
        flow(
            {"a": 0, "b": 0},
            [step("P", {"a": 0}), step("Q", {"a": 1}), step("R", {"a": 0})],
            "a > P.a", "P.o => Q.a", "b => Q.a", "P.o => R.a", "b => R.a",
            "Q.o => o", "b => o", "R.o > r",
        ),
        {"a": "x", "b": "y"},
    ),
    "nested": (
        flow(
            {"a": 1}, [nested("N", INNER, {"y": 0}), step("Q", {"a": 0})],
            "a > N.x", "N.y > Q.a", "N.y > n", "Q.o > o", inner=[INNER],
        ),
        {"a": value(["x", "y"], 1)},
    ),
    "nested twice": (
        flow({"a": 2}, [nested("M", TWICE, {"z": 0})], "a > M.x", "M.z > o", inner=[TWICE, INNER]),
        {"a": value([["x", "y"], ["z"]], 2)},
    ),
    "nested, iterating inside": (
        flow(
            {"a": 2}, [nested("N", DEEP, {"y": 1}), step("Q", {"a": 1})],
            "a > N.x", "N.y > Q.a", "Q.o > o", inner=[DEEP],
        ),
        {"a": value([["x", "y"], ["z"]], 2)},
    ),
    "nested, merged": (
        flow(
            {"a": 0, "b": 0}, [step("P", {"a": 0}), nested("N", DEEP, {"y": 1})],
            "a > P.a", "P.o => N.x", "b => N.x", "N.y > o", inner=[DEEP],
        ),
        {"a": "x", "b": "y"},
    ),
    "nested, wrapped": (
        flow({"a": 0}, [nested("N", DEEP, {"y": 1})], "a > N.x", "N.y > o", inner=[DEEP]),
        {"a": "x"},
    ),
    "nested, passing through": (
        flow({"a": 1}, [nested("N", PASSES, {"y": 0})], "a > N.x", "N.y > o", inner=[PASSES]),
        {"a": value(["x"], 1)},
    ),
    "lists of jobs": (
        flow(
            {"a": 1}, [step("P", {"a": 0}, {"o": 1}), step("Q", {"a": 0})],
            "a > P.a", "P.o > Q.a", "Q.o > o",
        ),
        {"a": value(["x", "y"], 1)},
    ),
    "empty": (
        flow({"a": 2}, [step("P", {"a": 0}), step("Q", {"a": 1})], *CHAIN),
        {"a": value([[], ["y"]], 2)},
    ),
    "gaps": (
        flow(
            {"a": 2, "b": 2},
            [step("P", {"a": 0, "b": 0}, strategy=dot(A, B)), step("Q", {"a": 1})],
            "a > P.a", "b > P.b", "P.o > Q.a", "Q.o > o",
        ),
        {"a": value([[], ["y"]], 2), "b": value([["x"], ["y"]], 2)},
    ),
    "prefix": (
        flow(
            {"a": 2, "b": 2}, [step("P", {"a": 0, "b": 0}, strategy=prefix(A, B))],
            "a > P.a", "b > P.b", "P.o > o",
        ),
        {"a": value([["x"], ["y"]], 2), "b": value([["1", "2"], ["3"]], 2)},
    ),
    "stages": (
        flow(
            {"a": 2, "b": 2},
            [
                step("P", {"a": 0, "b": 0},
                     strategy=[dot(PortNode("a", 1), PortNode("b", 1)), cross(A, B)]),
            ],
            "a > P.a", "b > P.b", "P.o > o",
        ),
        {"a": value([["u", "v"], ["w"]], 2), "b": value([["1"], ["2", "3"]], 2)},
    ),
}  # fmt: skip


def lists(inputs: Any) -> Any:
    found = join({name: str(plain(item)) for name, item in inputs.items()})["o"]
    return {"o": found}


def as_declared(inputs: Any) -> Any:
    return {"o": value([f"{inputs['a']}1", f"{inputs['a']}2"], 1)}


@pytest.mark.parametrize("name", WORKFLOWS)
def test_used_values_are_those_that_were_handed_over(name: str, tmp_path: Path) -> None:
    workflow, inputs = WORKFLOWS[name]
    services: Any = lists
    if name == "lists of jobs":
        services = {"P#0": as_declared, "Q#0": join}
    check(Recorded(tmp_path, workflow, inputs, services))


@given(st.data(), STRATEGIES, st.integers(0, 2), st.randoms(use_true_random=False))
@settings(deadline=None, max_examples=60)
def test_any_strategy_any_lists_any_order(
    data: st.DataObject, strategy: Any, depth: int, shuffle: random.Random
) -> None:
    inputs = {port: value(data.draw(shapes(depth)), depth) for port in "abc"}
    workflow = one_step(
        dict.fromkeys("abc", depth),
        step("P", {"a": 0, "b": 0, "c": 0}, strategy=strategy, max_jobs=shuffle.randint(1, 4)),
    )
    with tempfile.TemporaryDirectory() as folder:
        check(Recorded(Path(folder), workflow, inputs, join, shuffle))


def test_a_failed_job_is_told_and_what_follows_is_derived_from_it(tmp_path: Path) -> None:
    workflow, inputs = WORKFLOWS["chain"]
    recorded = Recorded(tmp_path, workflow, inputs, {"P#0": Fails(when="y"), "Q#0": join})
    check(recorded)
    failed = {(ran.processor, ran.index): ran.failure for ran in recorded.ran if ran.failure}
    assert set(failed) == {("P", (1,)), ("Q", (1,))}
    error = next(d for d in recorded.data if isinstance(d.value, ErrorDocument) and d.derived)
    assert recorded.value(error.derived[0]) != error.value, "of P's error Q made its own"


def test_an_error_in_place_of_a_list_is_handed_out_as_its_item(tmp_path: Path) -> None:
    workflow, inputs = WORKFLOWS["lists of jobs"]
    check(Recorded(tmp_path, workflow, inputs, {"P#0": Fails(when="x"), "Q#0": join}))


def test_errors_of_a_nested_workflow_become_the_processors_own(tmp_path: Path) -> None:
    workflow, inputs = WORKFLOWS["nested, iterating inside"]
    services = {"N/I#0": Fails(when="y"), "Q#0": size}
    recorded = Recorded(tmp_path, workflow, inputs, services)
    check(recorded)
    outer = [ran for ran in recorded.ran if ran.processor == "N"]
    assert [bool(ran.failure) for ran in sorted(outer, key=lambda ran: ran.index)] == [True, False]


def test_a_loop_is_one_job_however_often_it_runs(tmp_path: Path) -> None:
    condition = activity("fake", ["o"], {"loop": 0})
    looping = step("P", {"a": 0}, loop=Loop(condition))
    turns = iter(["true", "true", "false"])
    services = {"P#0": join, "P#loop": lambda inputs: {"loop": next(turns)}}
    recorded = Recorded(tmp_path, one_step({"a": 0}, looping), {"a": "x"}, services)
    check(recorded)
    assert len(recorded.ran) == 1


def test_what_a_nested_workflow_made_is_derived_and_stored_once(tmp_path: Path) -> None:
    recorded = Recorded(tmp_path, *WORKFLOWS["nested"])
    inside = {made.uri for ran in recorded.ran if ran.processor == "I" for _, made in ran.made}
    outside = [d for d in recorded.data if d.derived]
    assert {ref.uri for datum in outside for ref in datum.derived} == inside


def test_the_memory_of_a_recorder_does_not_grow(tmp_path: Path) -> None:
    """What remains of the jobs when the run has ended is nothing."""
    recorded = Recorded(tmp_path, *WORKFLOWS["nested twice"])
    assert recorded.ran
    assert list(recorded.replay.live) == [recorded.replay.top]


def test_a_loop_around_a_nested_workflow_takes_what_the_last_turn_gave(tmp_path: Path) -> None:
    """Its inputs change from turn to turn, and so are told in full."""
    condition = activity("fake", ["y"], {"loop": 0, "x": 0})
    again = iter([{"loop": "true", "x": "changed"}, {"loop": "false"}])
    workflow = flow(
        {"a": 0}, [nested("N", INNER, {"y": 0}, loop=Loop(condition))],
        "a > N.x", "N.y > o", inner=[INNER],
    )  # fmt: skip
    services = {"N/I#0": join, "N#loop": lambda inputs: next(again)}
    recorded = Recorded(tmp_path, workflow, {"a": "first"}, services)
    inner = [ran for ran in recorded.ran if ran.processor == "I"]
    used = [recorded.value(ref) for ran in inner for _, ref in ran.used]
    assert used == ["first", "changed"]
    check(recorded)


def test_a_loop_may_ask_a_nested_workflow(tmp_path: Path) -> None:
    asks = graph({"o": 0}, [step("C", {"a": 0})], "o > C.a", "C.o > loop", name="asks")
    condition = nested("unused", asks, {"loop": 0}).activities[0]
    workflow = flow(
        {"a": 0}, [step("P", {"a": 0}, loop=Loop(condition))], "a > P.a", "P.o > o", inner=[asks]
    )
    services = {"P#0": join, "P/C#0": lambda inputs: {"o": "false"}}
    recorded = Recorded(tmp_path, workflow, {"a": "x"}, services)
    check(recorded)
    assert {ran.processor: ran.nested for ran in recorded.ran} == {"P": None, "C": None}


def test_of_alternates_the_one_that_worked_counts(tmp_path: Path) -> None:
    first, second = activity("fake", ["a"], {"o": 0}), activity("fake", ["a"], {"o": 0})
    workflow = one_step({"a": 1}, step("P", {"a": 0}, alternates=[first, second]))
    services = {"P#0": Fails(when="y"), "P#1": lambda inputs: {"o": "spare"}}
    recorded = Recorded(tmp_path, workflow, {"a": value(["x", "y"], 1)}, services)
    check(recorded)
    assert not [ran.failure for ran in recorded.ran if ran.failure]


def test_items_that_travel_alone_are_parts_of_their_list(tmp_path: Path) -> None:
    """Who used them ran, and was told of, before the list was there."""
    source = granular(step("S", {"n": 0}, {"o": 1}, max_jobs=2))
    workflow = flow({"n": 1}, [source, step("R", {"a": 0})], "n > S.n", "S.o > R.a", "R.o > o")
    services = {"S#0": InParts(lambda inputs: {"o": value(["x", "y"], 1)}, fails=1), "R#0": join}
    for seed in range(20):
        folder = tmp_path / str(seed)
        folder.mkdir()
        check(
            Recorded(folder, workflow, {"n": value(["1", "2"], 1)}, services, random.Random(seed))
        )
