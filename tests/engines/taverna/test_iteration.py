"""Cases A to D of the expected behaviour: what goes in, which jobs run, what comes out."""

from __future__ import annotations

import itertools
import random
from typing import Any

import pytest

from taverna_server.data.values import ListValue, depth_of
from taverna_server.engines.taverna.events import WHOLE, Job
from taverna_server.engines.taverna.iteration import strategy_inlets
from taverna_server.engines.taverna.plan import plan_workflow
from taverna_server.engines.taverna.ports import InputPort
from taverna_server.errors import WorkflowInvalid
from taverna_server.workflow.model import PortNode
from tests.engines.taverna.building import (
    Play,
    cross,
    dot,
    empty,
    join,
    one_step,
    plain,
    prefix,
    size,
    step,
    value,
)

a, b, c = PortNode("a"), PortNode("b"), PortNode("c")

ONE_PORT = [
    # id, input, its depth, number of jobs, output
    ("A1", "x", 0, 1, "x"),
    ("A2", ["x", "y"], 1, 2, ["x", "y"]),
    ("A3", [], 1, 0, empty(1)),
    ("A4", [[1], [2, 3]], 2, 3, [["1"], ["2", "3"]]),
    ("A5", [[1], []], 2, 1, [["1"]]),
    ("A6", [[], [1]], 2, 1, [empty(1), ["1"]]),
    ("A7", [[], []], 2, 0, empty(2)),
    ("A8", [[]], 2, 0, empty(2)),
    ("A9", [], 2, 0, empty(2)),
    ("A10", [[1], [], [2], []], 2, 2, [["1"], empty(1), ["2"]]),
    ("A11", [[[1], [2]], [[3]]], 3, 3, [[["1"], ["2"]], [["3"]]]),
    ("A12", [[[1], []], [], [[3]]], 3, 2, [[["1"]], empty(2), [["3"]]]),
    ("A13", [[[]], [[1]]], 3, 1, [empty(2), [["1"]]]),
    ("A14", [[[]]], 3, 0, empty(3)),
]


@pytest.mark.parametrize(("case", "given", "depth", "jobs", "wanted"), ONE_PORT)
def test_port_for_single_values(case: str, given: Any, depth: int, jobs: int, wanted: Any) -> None:
    play = Play(one_step({"a": depth}, step("P", {"a": 0}))).run({"a": value(given, depth)})
    assert (plain(play.outputs["o"]), len(play.called)) == (wanted, jobs)
    assert depth_of(play.outputs["o"]) == depth


LIST_PORT = [
    ("A15", "x", 0, "n=1"),
    ("A16", ["x", "y"], 1, "n=2"),
    ("A17", [], 1, "n=0"),
    ("A18", [["x", "y"], ["z"]], 2, ["n=2", "n=1"]),
    ("A19", [["x", "y"], []], 2, ["n=2", "n=0"]),
    ("A20", [[]], 2, ["n=0"]),
    ("A21", [], 2, empty(1)),
    ("A22", [[[]]], 3, [["n=0"]]),
]


@pytest.mark.parametrize(("case", "given", "depth", "wanted"), LIST_PORT)
def test_port_for_lists(case: str, given: Any, depth: int, wanted: Any) -> None:
    play = Play(one_step({"a": depth}, step("P", {"a": 1})), size).run({"a": value(given, depth)})
    assert plain(play.outputs["o"]) == wanted


@pytest.mark.parametrize(
    ("case", "given", "depth", "seen"),
    [
        ("A23", "x", 0, [["x"]]),
        ("A24", ["x", "y"], 1, [["x", "y"]]),
        ("A25", [[1, 2], [3]], 2, [["1", "2"], ["3"]]),
    ],
)
def test_shallower_value_is_wrapped(case: str, given: Any, depth: int, seen: Any) -> None:
    play = Play(one_step({"a": depth}, step("P", {"a": 2})), lambda _: {"o": "done"})
    play.run({"a": value(given, depth)})
    assert [plain(inputs["a"]) for _, inputs in play.called] == [seen]


@pytest.mark.parametrize(
    ("case", "given", "wanted"),
    [("A26", [[1], []], [["1"], empty(1)]), ("A27", [[], []], [empty(1), empty(1)])],
)
def test_bare_port_keeps_empty_lists(case: str, given: Any, wanted: Any) -> None:
    play = Play(one_step({"a": 2}, step("P", {"a": 0}, strategy=a))).run({"a": value(given, 2)})
    assert plain(play.outputs["o"]) == wanted


@pytest.mark.parametrize("strategy", [(), cross()], ids=["A28 none", "A28 empty cross"])
def test_processor_without_inputs_runs_once(strategy: Any) -> None:
    play = Play(one_step({}, step("P", strategy=strategy)), lambda _: {"o": "v"}).run({})
    assert (plain(play.outputs["o"]), len(play.called)) == ("v", 1)


def _repeat(inputs: Any) -> Any:
    return {"o": ListValue(("v",) * int(inputs["a"]), 1)}


@pytest.mark.parametrize(
    ("case", "given", "wanted"),
    [("A29", [2, 0, 1], [["v", "v"], empty(1), ["v"]]), ("A30", [], empty(2))],
)
def test_service_that_returns_lists(case: str, given: Any, wanted: Any) -> None:
    play = Play(one_step({"a": 1}, step("P", {"a": 0}, {"o": 1})), _repeat)
    assert plain(play.run({"a": value(given, 1)}).outputs["o"]) == wanted


class Collects:
    """Takes what a port or a strategy sends."""

    def __init__(self) -> None:
        self.jobs: list[Job] = []
        self.completions: list[tuple[int, ...]] = []

    def job(self, job: Job) -> None:
        self.jobs.append(job)

    def completion(self, index: tuple[int, ...]) -> None:
        self.completions.append(index)


def test_port_waits_for_the_list_of_streamed_items() -> None:
    """A31"""
    collects = Collects()
    port = InputPort("a", 1, 0, collects)
    port.token((0,), "x")
    port.token((1,), "y")
    assert collects.jobs == []
    port.token(WHOLE, value(["x", "y"], 1))
    assert collects.jobs == [Job(WHOLE, {"a": value(["x", "y"], 1)})]


def test_list_of_known_items_becomes_a_completion() -> None:
    collects = Collects()
    port = InputPort("a", 0, 0, collects)
    port.token((0,), "x")
    port.token(WHOLE, value(["x"], 1))
    assert (len(collects.jobs), collects.completions) == (1, [WHOLE])


def test_service_that_returns_lists_of_lists() -> None:
    """A32"""
    play = Play(
        one_step({"a": 1}, step("P", {"a": 0}, {"o": 2})), lambda _: {"o": value([["q"]], 2)}
    )
    assert plain(play.run({"a": value([1, 2], 1)}).outputs["o"]) == [[["q"]], [["q"]]]


TWO_PORTS = [
    # id, strategy, value and depth of each input in order of the names, output
    ("B1", cross(a, b), ("1", 0), ("x", 0), "1x"),
    (
        "B2", cross(a, b), ([1, 2], 1), (["x", "y", "z"], 1),
        [["1x", "1y", "1z"], ["2x", "2y", "2z"]],
    ),
    (
        "B3", cross(b, a), ([1, 2], 1), (["x", "y", "z"], 1),
        [["1x", "2x"], ["1y", "2y"], ["1z", "2z"]],
    ),
    ("B4", cross(a, b), ([1, 2], 1), ("x", 0), ["1x", "2x"]),
    ("B5", cross(a, b), ("1", 0), (["x", "y"], 1), ["1x", "1y"]),
    ("B6", cross(a, b), ([], 1), (["x", "y"], 1), empty(2)),
    ("B7", cross(a, b), ([1, 2], 1), ([], 1), empty(2)),
    ("B8", cross(a, b), ([], 1), ("x", 0), empty(1)),
    ("B9", cross(a, b), ([], 1), ([], 1), empty(2)),
    ("B10", cross(a, b), ([1, 2], 1), ([["x"], []], 2), [[["1x"]], [["2x"]]]),
    ("B11", cross(a, b), ([1, 2], 1), ([[], ["x"]], 2), [[empty(1), ["1x"]], [empty(1), ["2x"]]]),
    (
        "B12", cross(a, b), ([[1], [2, 3]], 2), (["x", "y"], 1),
        [[["1x", "1y"]], [["2x", "2y"], ["3x", "3y"]]],
    ),
    ("C1", dot(a, b), ("1", 0), ("x", 0), "1x"),
    ("C2", dot(a, b), ([1, 2], 1), (["x", "y"], 1), ["1x", "2y"]),
    ("C3", dot(a, b), ([1, 2, 3], 1), (["x", "y"], 1), ["1x", "2y"]),
    ("C4", dot(a, b), ([1], 1), (["x", "y"], 1), ["1x"]),
    ("C5", dot(a, b), ([], 1), (["x", "y"], 1), empty(1)),
    ("C6", dot(a, b), ([], 1), ([], 1), empty(1)),
    ("C8", dot(a, b), ([[1, 2], [3]], 2), ([["x"], ["y", "z"]], 2), [["1x"], ["3y"]]),
    ("C9", dot(a, b), ([[1], [2], [3]], 2), ([["x"], [], ["z"]], 2), [["1x"], empty(1), ["3z"]]),
    ("C10", dot(a, b), ([[1], [2]], 2), ([["x"]], 2), [["1x"]]),
    ("D6", dot(cross(a), b), ([1, 2], 1), (["x", "y"], 1), ["1x", "2y"]),
    ("prefix", prefix(a, b), ([1, 2], 1), (["x", "y"], 1), ["1x", "2y"]),
]  # fmt: skip


@pytest.mark.parametrize(("case", "strategy", "first", "second", "wanted"), TWO_PORTS)
@pytest.mark.parametrize("order", ["ab", "ba"])
def test_two_ports(
    case: str, strategy: Any, first: Any, second: Any, wanted: Any, order: str
) -> None:
    """Also B16: the order in which the inputs arrive does not matter."""
    depths = {"a": first[1], "b": second[1]}
    values = {"a": value(*first), "b": value(*second)}
    play = Play(one_step(depths, step("P", {"a": 0, "b": 0}, strategy=strategy)))
    play.run({port: values[port] for port in order})
    assert plain(play.outputs["o"]) == wanted


THREE_PORTS = [
    ("B14", cross(a, b, c), ([1, 2], 1), (["x"], 1), ("p", 0), [["1xp"], ["2xp"]]),
    ("B15", cross(a, b, c), ([1], 1), (["x", "y"], 1), (["p"], 1), [[["1xp"], ["1yp"]]]),
    ("C13", dot(a, b, c), ([1, 2], 1), (["x", "y"], 1), (["p", "q"], 1), ["1xp", "2yq"]),
    (
        "D1", cross(a, dot(b, c)), ([1, 2], 1), (["x", "y"], 1), (["p", "q"], 1),
        [["1xp", "1yq"], ["2xp", "2yq"]],
    ),
    (
        "D2", dot(a, cross(b, c)), ([[1, 2], [3, 4]], 2), (["x", "y"], 1), (["p", "q"], 1),
        [["1xp", "2xq"], ["3yp", "4yq"]],
    ),
    (
        "D4", cross(dot(a, b), c), ([1, 2], 1), (["x", "y"], 1), (["p", "q", "r"], 1),
        [["1xp", "1xq", "1xr"], ["2yp", "2yq", "2yr"]],
    ),
    ("D5", cross(dot(a, b), c), ([1, 2], 1), (["x", "y"], 1), ([], 1), empty(2)),
]  # fmt: skip


@pytest.mark.parametrize(("case", "strategy", "one", "two", "three", "wanted"), THREE_PORTS)
@pytest.mark.parametrize("order", ["".join(o) for o in itertools.permutations("abc")])
def test_three_ports(
    case: str, strategy: Any, one: Any, two: Any, three: Any, wanted: Any, order: str
) -> None:
    depths = {"a": one[1], "b": two[1], "c": three[1]}
    values = {"a": value(*one), "b": value(*two), "c": value(*three)}
    play = Play(one_step(depths, step("P", {"a": 0, "b": 0, "c": 0}, strategy=strategy)))
    play.run({port: values[port] for port in order})
    assert plain(play.outputs["o"]) == wanted


def test_port_that_wants_the_list_does_not_iterate() -> None:
    """B13"""
    strategy = cross(a, PortNode("b", 1))
    play = Play(
        one_step({"a": 1, "b": 1}, step("P", {"a": 0, "b": 1}, strategy=strategy)),
        lambda i: {"o": f"{i['a']}{len(i['b'])}"},
    ).run({"a": value([1, 2], 1), "b": value(["x", "y"], 1)})
    assert plain(play.outputs["o"]) == ["12", "22"]


def test_dot_compares_iteration_depths_not_list_depths() -> None:
    """C11"""
    strategy = dot(PortNode("a", 1), b)
    play = Play(
        one_step({"a": 2, "b": 1}, step("P", {"a": 1, "b": 0}, strategy=strategy)),
        lambda i: {"o": f"{len(i['a'])}{i['b']}"},
    ).run({"a": value([[1], [2]], 2), "b": value(["x", "y"], 1)})
    assert plain(play.outputs["o"]) == ["1x", "1y"]


def test_dot_of_one_child_passes_on() -> None:
    """C14"""
    play = Play(one_step({"a": 1}, step("P", {"a": 0}, strategy=dot(a))))
    assert plain(play.run({"a": value([1, 2], 1)}).outputs["o"]) == ["1", "2"]


@pytest.mark.parametrize(
    ("case", "strategy", "depths"),
    [
        ("C7", dot(a, b), {"a": 0, "b": 1}),
        ("C12", dot(a, b), {"a": 2, "b": 1}),
        ("D3", dot(a, cross(b, c)), {"a": 1, "b": 1, "c": 1}),
        ("prefix", prefix(a, b), {"a": 1, "b": 2}),
    ],
)
def test_dot_of_unequal_depths_is_invalid(case: str, strategy: Any, depths: Any) -> None:
    workflow = one_step(depths, step("P", dict.fromkeys(depths, 0), strategy=strategy))
    with pytest.raises(WorkflowInvalid, match="processor 'P': a dot product joins inputs"):
        plan_workflow(workflow)


TEN = [f"test:{n}" for n in range(10)]
ITERATION = [
    ("D7", cross(a, b), (TEN, 1), (TEN, 1), None, [[x + y for y in TEN] for x in TEN]),
    ("D8", dot(b, a), (TEN, 1), (TEN, 1), None, [x + x for x in TEN]),
    (
        "D9", cross(a, b, dot(c)), (TEN, 1), (TEN, 1), ("test", 0),
        [[x + y + "test" for y in TEN] for x in TEN],
    ),
    ("D10", dot(a, b, dot(c)), (TEN, 1), (TEN, 1), (TEN, 1), [x * 3 for x in TEN]),
    ("D11", cross(c, dot(b, a)), (TEN, 1), (TEN, 1), ("test", 0), [x + x + "test" for x in TEN]),
]  # fmt: skip


@pytest.mark.parametrize(("case", "strategy", "one", "two", "three", "wanted"), ITERATION)
def test_workflow_of_the_command_line_tests(
    case: str, strategy: Any, one: Any, two: Any, three: Any, wanted: Any
) -> None:
    given = {"a": one, "b": two} | ({"c": three} if three else {})
    processor = step("P", dict.fromkeys(given, 0), strategy=strategy)
    play = Play(one_step({k: v[1] for k, v in given.items()}, processor))
    play.run({port: value(*pair) for port, pair in given.items()})
    assert plain(play.outputs["o"]) == wanted


def test_shapes_colours_and_animals() -> None:
    """D12: dot first, then cross, as in LANG's iterationstrategies.t2flow"""
    strategy = cross(a, dot(c, b))
    play = Play(
        one_step({"a": 1, "b": 1, "c": 1}, step("P", {"a": 0, "b": 0, "c": 0}, strategy=strategy))
    )
    play.run(
        {
            "a": value(["square ", "circular ", "triangular "], 1),
            "b": value(["red", "green"], 1),
            "c": value(["cat ", "rabbit "], 1),
        }
    )
    assert plain(play.outputs["o"]) == [
        [f"{shape}redcat ", f"{shape}greenrabbit "]
        for shape in ("square ", "circular ", "triangular ")
    ]


def test_second_stage_takes_whole_jobs_apart() -> None:
    """4.7: the first stage hands over lists, the second iterates over them."""
    stages = [cross(PortNode("a", 1), PortNode("b", 1)), dot(a, b)]
    play = Play(one_step({"a": 2, "b": 1}, step("P", {"a": 0, "b": 0}, strategy=stages)))
    play.run({"a": value([[1, 2], [3, 4]], 2), "b": value(["x", "y"], 1)})
    assert plain(play.outputs["o"]) == [["1x", "2y"], ["3x", "4y"]]


def test_prefix_joins_with_every_longer_index() -> None:
    """4.4; unequal depths are refused before (4.1), so the joint is tried by itself."""
    for order in ("ab", "ba"):
        collects = Collects()
        inlets = strategy_inlets([prefix(a, b)], collects)
        arriving = {"a": [((0,), "p")], "b": [((0, 0), "x"), ((0, 1), "y"), ((1, 0), "z")]}
        for port in order:
            for index, item in arriving[port]:
                inlets[port].job(Job(index, {port: item}))
        assert sorted(collects.jobs, key=lambda job: job.index) == [
            Job((0, 0), {"a": "p", "b": "x"}),
            Job((0, 1), {"a": "p", "b": "y"}),
        ]


@pytest.mark.parametrize("seed", range(5))
def test_order_of_results_does_not_matter(seed: int) -> None:
    """M5"""
    workflow = one_step({"a": 1, "b": 2}, step("P", {"a": 0, "b": 0}, max_jobs=4))
    given = {"a": value([1, 2, 3], 1), "b": value([["x"], [], ["y", "z"]], 2)}
    wanted = Play(workflow).run(given).outputs
    assert Play(workflow, join, random.Random(seed)).run(given).outputs == wanted
