"""Whole workflows made up at random, against an evaluation of whole values one processor at a time.

What streams, merges, iterates, fails, retries and is nested in the scheduler, in any order
of events, gives what the second way of execution-semantics 20 gives: gather the inputs,
make the jobs, put the results into lists by their index.
"""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence
from typing import Any

import pytest

from taverna_server.data.values import (
    ListValue,
    Value,
    contains_errors,
    depth_of,
    make_list,
    wrap,
)
from taverna_server.engines.taverna.activities.base import ActivityFailure
from taverna_server.engines.taverna.events import Index
from taverna_server.workflow.model import PortNode, Processor, Retry, StrategyNode, Workflow
from tests.engines.taverna.building import (
    Play,
    activity,
    cross,
    dot,
    err,
    flow,
    graph,
    nested,
    plain,
    step,
    value,
)
from tests.engines.taverna.test_properties import jobs_of, pieces

DEEPEST = 4
"""Levels of iteration of one processor."""


def service(inputs: Mapping[str, Value], depth: int) -> Value:
    """What any step does: fails for some inputs, lists as long as the inputs are long."""
    text = repr([(name, plain(found)) for name, found in sorted(inputs.items())])
    chance = random.Random(text)
    if chance.random() < 0.1:
        raise ActivityFailure("no")
    word = f"{chance.randrange(1 << 30):x}"
    return _shaped(word, depth, chance)


def _shaped(word: str, depth: int, chance: random.Random) -> Value:
    if not depth:
        return word
    items = [_shaped(f"{word}{n}", depth - 1, chance) for n in range(chance.randrange(3))]
    if items and chance.random() < 0.05:
        items[0] = err(depth - 1)
    return make_list(items, depth)


class Whole:
    """A workflow evaluated processor by processor, in the order of its data."""

    def __init__(self) -> None:
        self.values: dict[str, Value] = {}
        """By source: ``input`` or ``processor.port``."""

    def run(self, processor: Processor, sources: Mapping[str, Sequence[str]], depth: int) -> None:
        inputs = {
            port.name: wrap(self.gathered(sources[port.name]), port.depth)
            for port in processor.inputs
        }
        self.values[f"{processor.name}.o"] = evaluated(processor, inputs, depth)

    def gathered(self, sources: Sequence[str]) -> Value:
        """One link, or with marks those that are merged."""
        if not sources[0].startswith("="):
            return self.values[sources[0]]
        items = [self.values[source[1:]] for source in sources]
        return make_list(items, 1 + depth_of(items[0]))


def evaluated(processor: Processor, inputs: dict[str, Value], depth: int) -> Value:
    if not inputs:
        return result({}, depth)
    (strategy,) = processor.strategies
    levels = levels_of(strategy, inputs)
    if isinstance(strategy, PortNode):
        return mapped(strategy.name, inputs[strategy.name], levels, depth)
    jobs = jobs_of(strategy, inputs)
    return rebuilt({index: result(job, depth) for index, job in jobs.items()}, levels, depth)


def levels_of(node: StrategyNode, inputs: Mapping[str, Value]) -> int:
    if isinstance(node, PortNode):
        return depth_of(inputs[node.name]) - node.depth
    levels = [levels_of(child, inputs) for child in node.children]
    return sum(levels) if node == cross(*node.children) else levels[0]


def mapped(name: str, found: Value, levels: int, depth: int) -> Value:
    """Below a bare port no list is lost (4.6)."""
    if not levels:
        return result({name: found}, depth)
    children = pieces(found, 1).values()
    return make_list([mapped(name, child, levels - 1, depth) for child in children], levels + depth)


def result(job: Mapping[str, Value], depth: int) -> Value:
    """One job: errors bounce, a failure is an error, a list with an error is one (7)."""
    if any(contains_errors(found) for found in job.values()):
        return err(depth)
    try:
        made = service(job, depth)
    except ActivityFailure:
        return err(depth)
    return err(depth) if contains_errors(made) else made


def rebuilt(results: dict[Index, Value], levels: int, depth: int) -> Value:
    """Lists as long as the greatest index; holes are empty lists (5)."""
    if () in results:
        return results[()]
    if not results:
        return ListValue((), levels + depth)
    length = 1 + max(index[0] for index in results)
    below = [{i[1:]: r for i, r in results.items() if i[0] == place} for place in range(length)]
    return make_list([rebuilt(part, levels - 1, depth) for part in below], levels + depth)


# -- workflows at random -----------------------------------------------------------------


class Maker:
    """Puts a workflow together, each processor fed by what is before it."""

    def __init__(self, chance: random.Random) -> None:
        self.chance = chance
        self.whole = Whole()
        self.steps: list[Processor] = []
        self.links: list[str] = []
        self.services: dict[str, Any] = {}
        self.inner: list[Any] = []

    def make(self) -> tuple[Workflow, dict[str, Value]]:
        depths = {f"in{n}": self.chance.randrange(3) for n in range(self.chance.randint(1, 2))}
        inputs = {name: value(self.given(depth), depth) for name, depth in depths.items()}
        self.whole.values.update(inputs)
        for number in range(self.chance.randint(1, 5)):
            self.add(f"P{number}")
        for number, source in enumerate(self.whole.values):
            self.links.append(f"{source} > out{number}")
        return flow(depths, self.steps, *self.links, inner=self.inner), inputs

    def given(self, depth: int) -> Any:
        """A list of the depth, with empty ones and errors."""
        if self.chance.random() < 0.05:
            return err(depth)
        if not depth:
            return self.chance.choice("xyz")
        return [self.given(depth - 1) for _ in range(self.chance.randrange(4))]

    def add(self, name: str) -> None:
        ports = {
            port: self.chance.choice((0, 0, 1, 2)) for port in "ab"[: self.chance.randint(1, 2)]
        }
        sources = {port: self.sources() for port in ports}
        given = {p: wrap(self.whole.gathered(sources[p]), ports[p]) for p in ports}
        strategy = self.strategy(ports, given)
        if levels_of(strategy, given) > DEEPEST:
            return
        depth = self.chance.choice((0, 0, 1))
        processor = self.processor(name, ports, strategy, depth)
        self.steps.append(processor)
        self.whole.run(processor, sources, depth)
        for port, found in sources.items():
            arrow = "=>" if found[0].startswith("=") else ">"
            self.links += [f"{source.lstrip('=')} {arrow} {name}.{port}" for source in found]

    def sources(self) -> list[str]:
        known = list(self.whole.values)
        first = self.chance.choice(known)
        if self.chance.random() < 0.7:
            return [first]
        depth = depth_of(self.whole.values[first])
        alike = [name for name in known if depth_of(self.whole.values[name]) == depth]
        return [f"={self.chance.choice(alike)}" for _ in range(self.chance.randint(1, 3))]

    def strategy(self, ports: Mapping[str, int], given: Mapping[str, Value]) -> StrategyNode:
        leaves = [PortNode(port, depth) for port, depth in ports.items()]
        self.chance.shuffle(leaves)
        if len(leaves) == 1:
            return self.chance.choice((leaves[0], cross(*leaves), dot(*leaves)))
        alike = len({levels_of(leaf, given) for leaf in leaves}) == 1
        return dot(*leaves) if alike and self.chance.random() < 0.6 else cross(*leaves)

    def processor(
        self, name: str, ports: dict[str, int], strategy: StrategyNode, depth: int
    ) -> Processor:
        def serve(inputs: Mapping[str, Value]) -> Mapping[str, Value]:
            return {"o": service(inputs, depth)}

        more: dict[str, Any] = {"strategy": strategy, "max_jobs": self.chance.randint(1, 3)}
        if self.chance.random() < 0.3:
            more["retry"] = Retry(1, 0, 0, 1.0)
        if self.chance.random() < 0.25:
            key = f"{name}/I#0"
            inner = self.nest(name, ports, depth)
            made = nested(name, inner, {"o": depth}, **more)
        else:
            key = f"{name}#0"
            alternates = [activity("fake", list(ports), {"o": depth})]
            made = step(name, ports, {"o": depth}, alternates=alternates, **more)
        self.services[key] = serve
        return made

    def nest(self, name: str, ports: Mapping[str, int], depth: int) -> Any:
        links = [f"{port} > I.{port}" for port in ports]
        step_inside = step("I", ports, {"o": depth})
        inner = graph(ports, [step_inside], *links, "I.o > o", name=f"inner-{name}")
        self.inner.append(inner)
        return inner


@pytest.mark.parametrize("seed", range(200))
def test_any_workflow_equals_the_evaluation_of_whole_values(seed: int) -> None:
    maker = Maker(random.Random(seed))
    workflow, inputs = maker.make()
    play = Play(workflow, maker.services, random.Random(seed)).run(inputs)
    wanted = [plain(found) for found in maker.whole.values.values()]
    assert [plain(play.outputs[f"out{number}"]) for number in range(len(wanted))] == wanted
