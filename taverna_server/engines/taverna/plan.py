"""What is known of a workflow before it runs: where tokens go and how deep they are.

Computed once and shared by all instances of a nested dataflow: for each source
the links that leave it, for each processor how many levels of lists iteration
wraps around its outputs, for each input port the finest depth at which its
source may send (execution-semantics 2).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from taverna_server.engines.taverna.iteration import iteration_depth, port_depths
from taverna_server.errors import WorkflowInvalid
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


@dataclass(frozen=True, slots=True)
class ProcessorPlan:
    """A processor and the depths around it."""

    processor: Processor
    strategies: tuple[StrategyNode, ...]
    """Empty where there are no inputs: one job, no iteration."""
    levels: int
    """Levels of lists that iteration wraps around the outputs."""
    filter_depths: Mapping[str, int]
    output_depths: Mapping[str, int]
    """Of one job's outputs."""

    @property
    def name(self) -> str:
        return self.processor.name


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
    """Work out every depth of a workflow.

    Raises:
        WorkflowInvalid: no depths can be given to some parts; all problems together.
    """
    plans: dict[str, DataflowPlan] = {}
    for dataflow in _innermost_first(workflow):
        plans[dataflow.id] = _Planner(dataflow, plans).plan()
    top = plans.pop(workflow.top.id)
    return WorkflowPlan(top, plans)


def _innermost_first(workflow: Workflow) -> Iterator[Dataflow]:
    done: set[str] = set()

    def visit(dataflow: Dataflow, above: tuple[str, ...]) -> Iterator[Dataflow]:
        if dataflow.id in above:
            raise WorkflowInvalid([f"the workflow '{dataflow.name}' is nested in itself"])
        for nested in _nested_ids(dataflow):
            if nested not in workflow.nested:
                raise WorkflowInvalid([f"there is no nested workflow of id '{nested}'"])
            yield from visit(workflow.nested[nested], (*above, dataflow.id))
        if dataflow.id not in done:
            done.add(dataflow.id)
            yield dataflow

    return visit(workflow.top, ())


def _nested_ids(dataflow: Dataflow) -> set[str]:
    ids: set[str] = set()
    for processor in dataflow.processors:
        loop = processor.dispatch.loop
        activities = [*processor.activities, *([loop.condition] if loop else [])]
        ids.update(activity.nested for activity in activities if activity.nested is not None)
    return ids


@dataclass
class _Source:
    depth: int
    granular: int


@dataclass
class _Planner:
    """The type check of one dataflow, in order of data dependency."""

    dataflow: Dataflow
    nested: Mapping[str, DataflowPlan]
    problems: list[str] = field(default_factory=list)
    sources: dict[Endpoint, _Source] = field(default_factory=dict)
    processors: dict[str, ProcessorPlan] = field(default_factory=dict)
    merges: dict[Endpoint, tuple[int, int]] = field(default_factory=dict)

    def plan(self) -> DataflowPlan:
        self.into: dict[Endpoint, list[DataLink]] = defaultdict(list)
        for link in self.dataflow.datalinks:
            self.into[link.sink].append(link)
        for port in self.dataflow.inputs:
            self.sources[Endpoint(None, port.name)] = _Source(port.depth, port.depth)
        self._resolve_processors()
        outputs = self._outputs()
        if self.problems:
            raise WorkflowInvalid(self.problems)
        return DataflowPlan(self.dataflow, self.processors, self._links(), self.merges, outputs)

    def _links(self) -> dict[Endpoint, tuple[DataLink, ...]]:
        links: dict[Endpoint, list[DataLink]] = defaultdict(list)
        for link in self.dataflow.datalinks:
            links[link.source].append(link)
        return {source: tuple(leaving) for source, leaving in links.items()}

    def _resolve_processors(self) -> None:
        waiting = {processor.name: processor for processor in self.dataflow.processors}
        followers: dict[str, set[str]] = defaultdict(set)
        for link in self.dataflow.datalinks:
            if link.source.processor and link.sink.processor:
                followers[link.source.processor].add(link.sink.processor)
        ready = list(waiting)
        while ready:
            processor = waiting.get(ready.pop(0))
            if processor is not None and self._resolve(processor):
                del waiting[processor.name]
                ready.extend(followers[processor.name])
        for name in waiting:
            self.problems.append(f"no data can reach every input of the processor '{name}'")

    def _resolve(self, processor: Processor) -> bool:
        arriving: dict[str, _Source] = {}
        for port in processor.inputs:
            source = self._into(Endpoint(processor.name, port.name))
            if source is None:
                return False
            arriving[port.name] = source
        plan = self._processor_plan(processor, arriving)
        self.processors[processor.name] = plan
        for port in processor.outputs:
            depth = plan.output_depths[port.name]
            granular = min(port.granular_depth, depth) if depth == port.depth else depth
            self.sources[Endpoint(processor.name, port.name)] = _Source(
                plan.levels + depth, granular
            )
        return True

    def _processor_plan(
        self, processor: Processor, arriving: Mapping[str, _Source]
    ) -> ProcessorPlan:
        strategies = _strategies(processor)
        levels = 0
        try:
            levels = iteration_depth(strategies, {k: v.depth for k, v in arriving.items()})
        except WorkflowInvalid as invalid:
            self.problems += (f"processor '{processor.name}': {p}" for p in invalid.problems)
        wanted = port_depths(strategies[0]) if strategies else {}
        filters = {name: max(wanted[name], source.granular) for name, source in arriving.items()}
        return ProcessorPlan(processor, strategies, levels, filters, self._own_depths(processor))

    def _own_depths(self, processor: Processor) -> dict[str, int]:
        """As the processor's ports say, except that a nested workflow knows better."""
        depths = {port.name: port.depth for port in processor.outputs}
        for activity in processor.activities[:1]:
            if activity.nested is not None:
                inner = self.nested[activity.nested].output_depths
                for name, own in activity.output_map.items():
                    depths[own] = inner.get(name, depths.get(own, 0))
        return depths

    def _into(self, sink: Endpoint) -> _Source | None:
        """What arrives at a sink, when all that leads there is known."""
        links = self.into.get(sink, [])
        sources = [self.sources.get(link.source) for link in links]
        known = [source for source in sources if source is not None]
        if not links or len(known) < len(links):
            return None
        if all(link.merge_position is None for link in links):
            if len(links) > 1:
                self._problem(f"{_name(sink)} has more than one incoming link")
            return known[0]
        return self._merged(sink, links, known)

    def _merged(
        self, sink: Endpoint, links: list[DataLink], sources: list[_Source]
    ) -> _Source | None:
        if any(link.merge_position is None for link in links):
            self._problem(f"{_name(sink)} has both merged and plain incoming links")
        depths = [source.depth for source in sources]
        if len(set(depths)) > 1:
            self._problem(f"{_name(sink)} merges lists of unequal depth {depths}")
        self.merges[sink] = (len(links), depths[0] + 1)
        return _Source(depths[0] + 1, depths[0])

    def _outputs(self) -> dict[str, int]:
        depths: dict[str, int] = {}
        for port in self.dataflow.outputs:
            source = self._into(Endpoint(None, port.name))
            if source is None:
                self._problem(f"no data can reach the workflow output '{port.name}'")
            else:
                depths[port.name] = source.depth
        return depths

    def _problem(self, text: str) -> None:
        if text not in self.problems:
            self.problems.append(text)


def _name(sink: Endpoint) -> str:
    if sink.processor is None:
        return f"the workflow output '{sink.port}'"
    return f"the input '{sink.port}' of the processor '{sink.processor}'"


def _strategies(processor: Processor) -> tuple[StrategyNode, ...]:
    """As the document says; ports that no strategy mentions are crossed with the rest."""
    names = {port.name: port.depth for port in processor.inputs}
    if not names:
        return ()
    strategies = processor.strategies or (Cross(()),)
    mentioned = port_depths(strategies[0])
    missing = tuple(PortNode(n, depth) for n, depth in names.items() if n not in mentioned)
    if not missing:
        return strategies
    first: StrategyNode = strategies[0]
    children = first.children if isinstance(first, Cross) else (first,)
    return (Cross((*children, *missing)), *strategies[1:])
