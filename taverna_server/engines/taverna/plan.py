"""What is known of a workflow before it runs: where tokens go and how deep they are.

Made once from ``workflow.depths`` and shared by all instances of a nested
dataflow: for each source the links that leave it, for each processor how many
levels of lists iteration wraps around its outputs, for each input port the
finest depth at which its source sends (execution-semantics 2).

A source sends items of its port's depth and whole lists around them. The granular
depth of the document says that a service sends smaller pieces; only services that
stream their own results do, and none of our activities is one.
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
    sent = _sent_depths(dataflow, depths)
    processors = {
        processor.name: ProcessorPlan(
            processor,
            depths.wrapping[processor.name],
            {
                port.name: _filter_depth(into[Endpoint(processor.name, port.name)], sent, depths)
                for port in processor.inputs
            },
            {port.name: sent[Endpoint(processor.name, port.name)] for port in processor.outputs},
        )
        for processor in dataflow.processors
    }
    merges = {
        sink: (len(links), _whole_depth(links[0].source, sent, depths) + 1)
        for sink, links in into.items()
        if links[0].merge_position is not None
    }
    return DataflowPlan(dataflow, processors, _by_source(dataflow), merges, depths.outputs)


def _by_source(dataflow: Dataflow) -> dict[Endpoint, tuple[DataLink, ...]]:
    links: dict[Endpoint, list[DataLink]] = defaultdict(list)
    for link in dataflow.datalinks:
        links[link.source].append(link)
    return {source: tuple(leaving) for source, leaving in links.items()}


def _sent_depths(dataflow: Dataflow, depths: DataflowDepths) -> dict[Endpoint, int]:
    """Of the smallest pieces that each source sends."""
    inputs = {Endpoint(None, port.name): port.depth for port in dataflow.inputs}
    return {**inputs, **depths.ports}


def _whole_depth(source: Endpoint, sent: Mapping[Endpoint, int], depths: DataflowDepths) -> int:
    iterated = depths.wrapping[source.processor] if source.processor is not None else 0
    return sent[source] + iterated


def _filter_depth(
    links: list[DataLink], sent: Mapping[Endpoint, int], depths: DataflowDepths
) -> int:
    """What a merge sends are the whole values of its links."""
    source = links[0].source
    if links[0].merge_position is None:
        return sent[source]
    return _whole_depth(source, sent, depths)
