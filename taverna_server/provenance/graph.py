"""What the workflow alone says about where a job's inputs come from.

Theory of operation. The engine does not mark values with their origin: most are
short strings, and there may be a hundred thousand. It need not, because a value is
known by its *address*: the instance of the dataflow, the port that sent it, and its
index in the whole value of that port. What a job with index ``q`` got at a port is
the part of the source's value at ``q[a:b]``, and ``a`` and ``b`` follow from the
iteration strategy and the depths (execution-semantics 4): cross products put the
indices of their members one after the other, dot products share one, prefix
products share its beginning. A merge puts the number of the link in front.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import TypeAlias

from taverna_server.workflow.depths import (
    DataflowDepths,
    WorkflowDepths,
    links_by_sink,
    workflow_depths,
)
from taverna_server.workflow.iteration import ports_of
from taverna_server.workflow.model import (
    Activity,
    Cross,
    Dataflow,
    DataLink,
    Endpoint,
    PortNode,
    Processor,
    StrategyNode,
    Workflow,
)

Index: TypeAlias = tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Slice:
    """Where in a job's index a port finds the index of its piece, a part for each stage."""

    parts: tuple[tuple[int, int], ...] = ()

    def of(self, index: Index) -> Index:
        """The index of the piece in the value that its source sent."""
        if len(self.parts) == 1:
            ((begin, end),) = self.parts
            return index[begin:end]
        return tuple(place for begin, end in self.parts for place in index[begin:end])


@dataclass(frozen=True)
class Step:
    """A processor, and how its inputs follow from its jobs."""

    processor: Processor
    slices: Mapping[str, Slice]
    wraps: Mapping[str, int]
    """Levels of lists put around what arrives at a port that wants deeper values."""
    depths: Mapping[str, int]
    """Of the pieces."""
    merged: frozenset[str]
    """Ports where several links are merged and the job gets the whole list."""

    @property
    def name(self) -> str:
        return self.processor.name

    @cached_property
    def inputs(self) -> tuple[str, ...]:
        return tuple(port.name for port in self.processor.inputs)

    @cached_property
    def outputs(self) -> tuple[str, ...]:
        return tuple(port.name for port in self.processor.outputs)

    def calling(self, dataflow: str) -> Activity | None:
        """The activity that executes a nested dataflow; None for the condition of a loop."""
        for activity in self.processor.activities:
            if activity.nested == dataflow:
                return activity
        return None


@dataclass(frozen=True)
class Flow:
    """One dataflow."""

    dataflow: Dataflow
    steps: tuple[Step, ...]
    arriving: Mapping[Endpoint, list[DataLink]]
    leaving: Mapping[Endpoint, list[DataLink]]

    @cached_property
    def numbers(self) -> Mapping[str, int]:
        """Of the steps, by name."""
        return {step.name: number for number, step in enumerate(self.steps)}

    def source(self, sink: Endpoint, index: Index) -> tuple[Endpoint | None, Index]:
        """What sent the part of a sink's value; None for the whole list of a merge."""
        links = self.arriving[sink]
        if links[0].merge_position is None:
            return links[0].source, index
        if not index:
            return None, ()
        return links[index[0]].source, index[1:]


class Graph:
    """The flows of a workflow, by the id of their dataflow."""

    def __init__(self, workflow: Workflow) -> None:
        self.workflow = workflow
        depths = workflow_depths(workflow)
        self.flows = {flow.id: _flow(flow, found) for flow, found in _typed(workflow, depths)}
        self.top = self.flows[workflow.top.id]


def _typed(workflow: Workflow, depths: WorkflowDepths) -> Iterator[tuple[Dataflow, DataflowDepths]]:
    for ref, found in depths.nested.items():
        yield workflow.nested[ref], found
    yield workflow.top, depths.top


def _flow(dataflow: Dataflow, depths: DataflowDepths) -> Flow:
    arriving = links_by_sink(dataflow)
    leaving: dict[Endpoint, list[DataLink]] = defaultdict(list)
    for link in dataflow.datalinks:
        leaving[link.source].append(link)
    steps = tuple(_step(processor, depths, arriving) for processor in dataflow.processors)
    return Flow(dataflow, steps, arriving, dict(leaving))


def _step(
    processor: Processor, depths: DataflowDepths, arriving: Mapping[Endpoint, list[DataLink]]
) -> Step:
    given = {
        port.name: depths.inputs[Endpoint(processor.name, port.name)].resolved
        for port in processor.inputs
    }
    slices = input_slices(processor.strategies, given) if given else {}
    wanted = _wanted(processor.strategies[-1]) if given else {}
    merged = frozenset(
        name
        for name in given
        if arriving[Endpoint(processor.name, name)][0].merge_position is not None
    )
    wraps = {name: max(0, wanted[name] - given[name]) for name in given}
    return Step(processor, slices, wraps, wanted, merged)


def input_slices(
    strategies: tuple[StrategyNode, ...], given: Mapping[str, int]
) -> dict[str, Slice]:
    """For each port, where its index lies in that of a job; ``given`` are arriving depths."""
    parts: dict[str, list[tuple[int, int]]] = {name: [] for name in given}
    begin = 0
    for stage in strategies:
        wanted = _wanted(stage)
        lengths = {name: max(0, given[name] - wanted[name]) for name in given}
        found, length = _places(stage, begin, lengths)
        for name, place in found.items():
            parts[name].append(place)
        given, begin = wanted, begin + length
    return {name: Slice(tuple(places)) for name, places in parts.items()}


def _places(
    node: StrategyNode, begin: int, lengths: Mapping[str, int]
) -> tuple[dict[str, tuple[int, int]], int]:
    """The place of each port below a node, and how long the node's index is."""
    if isinstance(node, PortNode):
        length = lengths.get(node.name, 0)
        return {node.name: (begin, begin + length)}, length
    found: dict[str, tuple[int, int]] = {}
    longest = 0
    for child in node.children:
        start = begin + longest if isinstance(node, Cross) else begin
        places, length = _places(child, start, lengths)
        found |= places
        longest = longest + length if isinstance(node, Cross) else max(longest, length)
    return found, longest


def _wanted(node: StrategyNode) -> dict[str, int]:
    return {leaf.name: leaf.depth for leaf in ports_of(node)}
