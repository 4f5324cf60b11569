"""What is known of a workflow before it runs: where tokens go and how deep they are.

Made once from ``workflow.depths`` and shared by all instances of a nested
dataflow: for each source the links that leave it, for each processor how many
levels of lists iteration wraps around its outputs, for each input port the
finest depth at which its source sends (execution-semantics 2).

A source sends items of its port's depth and whole lists around them. Where the
granular depth of a processor's outputs is below their depth, its service may send
the lists *in parts*: item by item, as it makes them. Not every service does so
(a Beanshell never did), and not where there is a loop, which looks at whole results.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from taverna_server.workflow.depths import DataflowDepths, links_by_sink, workflow_depths
from taverna_server.workflow.model import (
    Activity,
    Dataflow,
    DataLink,
    Endpoint,
    Processor,
    StrategyNode,
    Workflow,
)
from taverna_server.workflow.problems import require_valid


@dataclass(frozen=True, slots=True)
class ProcessorPlan:
    """A processor and the depths around it."""

    processor: Processor
    levels: int
    """Levels of lists that iteration wraps around the outputs."""
    filter_depths: Mapping[str, int]
    output_depths: Mapping[str, int]
    """Of one job's outputs."""
    in_parts: bool = False
    """Whether a job may send the items of its outputs one by one."""
    fed_in_parts: frozenset[str] = frozenset()
    """The inputs whose source may do so."""

    @property
    def name(self) -> str:
        return self.processor.name

    @property
    def strategies(self) -> tuple[StrategyNode, ...]:
        """Empty where there are no inputs: one job, no iteration."""
        return self.processor.strategies if self.processor.inputs else ()


@dataclass(frozen=True, slots=True)
class DataflowPlan:
    """One graph, ready to be instantiated."""

    dataflow: Dataflow
    processors: Mapping[str, ProcessorPlan]
    links: Mapping[Endpoint, tuple[DataLink, ...]]
    """By source."""
    merges: Mapping[Endpoint, tuple[int, int]]
    """By sink: how many links, and the depth of the merged list."""
    output_depths: Mapping[str, int]

    @property
    def used_inputs(self) -> frozenset[str]:
        """The workflow inputs that something waits for."""
        return frozenset(source.port for source in self.links if source.processor is None)


@dataclass(frozen=True, slots=True)
class WorkflowPlan:
    """The graphs of a workflow by id."""

    top: DataflowPlan
    nested: Mapping[str, DataflowPlan]

    def activities(self) -> Iterator[tuple[str, Activity]]:
        """Every activity that may be invoked, with the key the scheduler calls it by."""
        yield from self._activities(self.top, "")

    def _activities(self, plan: DataflowPlan, prefix: str) -> Iterator[tuple[str, Activity]]:
        for processor in plan.dataflow.processors:
            path = prefix + processor.name
            loop = processor.dispatch.loop
            called = [(activity_key(path, n), a) for n, a in enumerate(processor.activities)]
            if loop is not None:
                called.append((condition_key(path), loop.condition))
            for key, activity in called:
                yield key, activity
                if activity.nested is not None:
                    yield from self._activities(self.nested[activity.nested], f"{path}/")


def activity_key(path: str, alternate: int) -> str:
    """How the scheduler calls an activity of a processor."""
    return f"{path}#{alternate}"


def condition_key(path: str) -> str:
    """How the scheduler calls the condition of a processor's loop."""
    return f"{path}#loop"


def plan_workflow(workflow: Workflow) -> WorkflowPlan:
    """Plan a workflow.

    Raises:
        WorkflowInvalid: it cannot run; carries all its problems.
    """
    require_valid(workflow)
    depths = workflow_depths(workflow)
    nested = {ref: _plan(workflow.nested[ref], inner) for ref, inner in depths.nested.items()}
    return WorkflowPlan(_plan(workflow.top, depths.top), nested)


def _plan(dataflow: Dataflow, depths: DataflowDepths) -> DataflowPlan:
    into = links_by_sink(dataflow)
    sources = _Sources(dataflow, depths)
    merges = {
        sink: (len(links), sources.whole(links[0].source) + 1)
        for sink, links in into.items()
        if links[0].merge_position is not None
    }
    processors = {p.name: _plan_processor(p, into, sources) for p in dataflow.processors}
    return DataflowPlan(dataflow, processors, _by_source(dataflow), merges, depths.outputs)


def _plan_processor(
    processor: Processor, into: Mapping[Endpoint, list[DataLink]], sources: _Sources
) -> ProcessorPlan:
    feeding = {port.name: into[Endpoint(processor.name, port.name)] for port in processor.inputs}
    ports = {port.name: Endpoint(processor.name, port.name) for port in processor.outputs}
    return ProcessorPlan(
        processor,
        sources.depths.wrapping[processor.name],
        {name: sources.finest(links) for name, links in feeding.items()},
        {name: sources.unit(port) for name, port in ports.items()},
        processor.name in sources.in_parts,
        frozenset(name for name, links in feeding.items() if sources.may_part(links)),
    )


def _by_source(dataflow: Dataflow) -> dict[Endpoint, tuple[DataLink, ...]]:
    links: dict[Endpoint, list[DataLink]] = defaultdict(list)
    for link in dataflow.datalinks:
        links[link.source].append(link)
    return {source: tuple(leaving) for source, leaving in links.items()}


class _Sources:
    """How the sources of a dataflow send: the depth of one result, and of what comes before it."""

    def __init__(self, dataflow: Dataflow, depths: DataflowDepths) -> None:
        self.depths = depths
        self._inputs = {port.name: port.depth for port in dataflow.inputs}
        self.in_parts = frozenset(
            processor.name for processor in dataflow.processors if self._parts(processor)
        )

    def _parts(self, processor: Processor) -> bool:
        """Whether each output is a list of which the document says that its items are sent."""
        if processor.dispatch.loop is not None or not processor.outputs:
            return False
        return all(
            port.granular_depth < self.unit(Endpoint(processor.name, port.name))
            for port in processor.outputs
        )

    def unit(self, source: Endpoint) -> int:
        """Depth of a workflow input, or of one job's output."""
        if source.processor is None:
            return self._inputs[source.port]
        return self.depths.ports[source]

    def whole(self, source: Endpoint) -> int:
        """Depth of all that comes, with the lists of iteration."""
        around = 0 if source.processor is None else self.depths.wrapping[source.processor]
        return self.unit(source) + around

    def may_part(self, links: list[DataLink]) -> bool:
        """Whether items of one job's list may come on their own; a merge sends whole values."""
        return links[0].merge_position is None and links[0].source.processor in self.in_parts

    def finest(self, links: list[DataLink]) -> int:
        """Depth of the smallest pieces that come."""
        source = links[0].source
        if links[0].merge_position is not None:
            return self.whole(source)
        return self.unit(source) - self.may_part(links)
