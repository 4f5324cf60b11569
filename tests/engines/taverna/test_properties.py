"""Cases M: laws, against a naive evaluation of whole values (execution-semantics 4, 5)."""

from __future__ import annotations

import itertools
import random
from collections.abc import Sequence
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from taverna_server.data.values import ErrorDocument, ListValue, Value, contains_errors, depth_of
from taverna_server.engines.taverna.events import WHOLE, Index
from taverna_server.engines.taverna.iteration import strategy_inlets
from taverna_server.engines.taverna.ports import InputPort
from taverna_server.workflow.model import Cross, PortNode, Prefix, Retry, StrategyNode
from tests.engines.taverna.building import (
    E,
    Fails,
    Play,
    cross,
    dot,
    flow,
    join,
    one_step,
    plain,
    prefix,
    step,
    value,
)
from tests.engines.taverna.test_iteration import Collects

Jobs = dict[Index, dict[str, Value]]
LETTERS = st.sampled_from("xyz")


def shapes(depth: int, smallest: int = 0, leaf: Any = LETTERS) -> st.SearchStrategy[Any]:
    """Nested Python lists of the depth."""
    shape = leaf
    for _ in range(depth):
        shape = st.lists(shape, min_size=smallest, max_size=3)
    return shape


# -- the naive evaluation ----------------------------------------------------------------


def pieces(found: Value, levels: int, at: Index = ()) -> dict[Index, Value]:
    """The parts of a value ``levels`` below its top, by index."""
    if not levels:
        return {at: found}
    if isinstance(found, ErrorDocument):
        return pieces(found.at_depth(found.depth - 1), levels - 1, (*at, 0))
    assert isinstance(found, ListValue)
    parts: dict[Index, Value] = {}
    for place, item in enumerate(found):
        parts.update(pieces(item, levels - 1, (*at, place)))
    return parts


def jobs_of(node: StrategyNode, inputs: dict[str, Value]) -> Jobs:
    if isinstance(node, PortNode):
        levels = depth_of(inputs[node.name]) - node.depth
        return {i: {node.name: part} for i, part in pieces(inputs[node.name], levels).items()}
    children = [jobs_of(child, inputs) for child in node.children]
    if isinstance(node, Cross):
        return {
            tuple(itertools.chain(*indices)): _merged(children, indices)
            for indices in itertools.product(*children)
        }
    if isinstance(node, Prefix):
        short, long = children
        return {
            there: _merged(children, [here, there])
            for here, there in itertools.product(short, long)
            if there[: len(here)] == here
        }
    common = set.intersection(*(set(child) for child in children))
    return {index: _merged(children, [index] * len(children)) for index in common}


def _merged(children: Sequence[Jobs], indices: Sequence[Index]) -> dict[str, Value]:
    return {
        k: v for jobs, index in zip(children, indices, strict=True) for k, v in jobs[index].items()
    }


def rebuilt(results: dict[Index, Any], levels: int) -> Any:
    """Lists as deep as iterated, as long as the greatest index; holes are empty lists."""
    if not levels:
        return results[()]
    if not results:
        return ("[]", levels)
    length = max(index[0] for index in results) + 1
    return [
        rebuilt({i[1:]: r for i, r in results.items() if i[0] == place}, levels - 1)
        for place in range(length)
    ]


def naive(node: StrategyNode, inputs: dict[str, Value], levels: int) -> Any:
    results = {index: plain(join(job)["o"]) for index, job in jobs_of(node, inputs).items()}
    return rebuilt(results, levels)


# -- the laws ----------------------------------------------------------------------------

a, b, c = PortNode("a"), PortNode("b"), PortNode("c")
STRATEGIES = st.sampled_from(
    [
        cross(a, b, c), cross(c, a, b), dot(a, b, c), cross(a, dot(b, c)), cross(dot(b, a), c),
        dot(cross(a), b, cross(c)), cross(cross(a, b), c), cross(prefix(a, b), c),
        prefix(a, dot(b, c)), prefix(dot(c, a), b), dot(prefix(b, a), c),
    ]
)  # fmt: skip


@given(st.data(), STRATEGIES, st.integers(0, 2), st.randoms(use_true_random=False))
@settings(deadline=None, max_examples=200)
def test_iteration_equals_the_naive_evaluation(
    data: st.DataObject, strategy: Any, depth: int, shuffle: random.Random
) -> None:
    """M5 and more: any strategy, any lists, any order of arrival and of results."""
    inputs = {port: value(data.draw(shapes(depth)), depth) for port in "abc"}
    workflow = one_step(
        dict.fromkeys("abc", depth),
        step("P", {"a": 0, "b": 0, "c": 0}, strategy=strategy, max_jobs=shuffle.randint(1, 4)),
    )
    order = list(inputs)
    shuffle.shuffle(order)
    play = Play(workflow, join, shuffle).run({port: inputs[port] for port in order})
    levels = depth_of(play.outputs["o"])
    assert plain(play.outputs["o"]) == naive(strategy, inputs, levels)
    assert len(play.called) == len(jobs_of(strategy, inputs))


@given(st.data(), st.integers(0, 2), st.integers(0, 2), st.randoms(use_true_random=False))
def test_prefix_joins_what_begins_alike(
    data: st.DataObject, short: int, more: int, shuffle: random.Random
) -> None:
    """Of lists of different depth, which the type check refuses to whole workflows (4.4)."""
    depths = {"a": short, "b": short + more}
    inputs = {port: value(data.draw(shapes(depth)), depth) for port, depth in depths.items()}
    joined = Collects()
    inlets = strategy_inlets([prefix(a, b)], joined)
    for port in shuffle.sample("ab", 2):
        InputPort(port, 0, depths[port], inlets[port]).token(WHOLE, inputs[port])
    wanted = jobs_of(prefix(a, b), inputs)
    assert {job.index: job.inputs for job in joined.jobs} == wanted
    assert len(joined.jobs) == len(wanted)


@given(st.integers(0, 3).flatmap(lambda d: st.tuples(st.just(d), shapes(d, smallest=1))))
def test_lists_without_empty_ones_come_back_unchanged(case: tuple[int, Any]) -> None:
    """M1"""
    depth, shape = case
    play = Play(one_step({"a": depth}, step("P", {"a": 0}))).run({"a": value(shape, depth)})
    assert play.outputs["o"] == value(shape, depth)


def without_trailing_empties(shape: Any) -> Any:
    if not isinstance(shape, list):
        return shape
    kept = [without_trailing_empties(item) for item in shape]
    while kept and kept[-1] == []:
        kept.pop()
    return kept


@given(st.integers(1, 3).flatmap(lambda d: st.tuples(st.just(d), shapes(d))))
def test_only_trailing_empty_lists_are_lost(case: tuple[int, Any]) -> None:
    """M2, M3"""
    depth, shape = case
    play = Play(one_step({"a": depth}, step("P", {"a": 0}))).run({"a": value(shape, depth)})
    assert play.outputs["o"] == value(without_trailing_empties(shape), depth)
    assert depth_of(play.outputs["o"]) == depth


@given(shapes(2, leaf=st.sampled_from(["x", "bad", E])))
def test_errors_come_out_exactly_where_they_went_in_or_arose(shape: Any) -> None:
    """M4, M6"""
    leaves = [leaf for items in shape for leaf in items]
    processor = step("P", {"a": 0}, retry=Retry(1, 0, 0, 1.0))
    play = Play(one_step({"a": 2}, processor), Fails(when="bad")).run({"a": value(shape, 2)})
    assert contains_errors(play.outputs["o"]) == any(leaf in ("bad", E) for leaf in leaves)
    assert len(play.called) == len(leaves) - leaves.count(E) + leaves.count("bad")


@given(st.lists(LETTERS, max_size=4), st.randoms(use_true_random=False))
def test_any_order_of_events_gives_the_same_outputs(
    items: list[str], shuffle: random.Random
) -> None:
    """Streaming through a diamond with a merge, every thing happening at a random moment."""
    steps = [
        step("A", {"a": 0}, max_jobs=3),
        step("B", {"a": 0}, max_jobs=2, retry=Retry(2, 0, 0, 1.0)),
        step("C", {"x": 0, "y": 1}),
    ]
    workflow = flow({"a": 1}, steps, "a > A.a", "A.o > B.a", "A.o > C.x", "A.o => C.y",
                    "B.o => C.y", "C.o > o", "B.o > p")  # fmt: skip
    services = {
        "A#0": join,
        "B#0": join,
        "C#0": lambda i: {"o": f"{i['x']}{plain(i['y'])}"},
    }
    inputs = {"a": value(items, 1)}
    wanted = Play(workflow, services).run(inputs).outputs
    assert Play(workflow, services, shuffle).run(inputs).outputs == wanted
