"""How deep the lists at each port are, before anything runs (execution-semantics 2 and 4.1).

Theory of operation. Depths are known at workflow inputs and flow along the
datalinks. A processor whose inputs are all known iterates as deep as its strategy
says: that is its *wrapping depth*; its outputs are as deep as their ports plus
that. What a source sends is a whole value and, before it, its parts down to the
source's *granular* depth; an input waits for values of its *filter* depth and
takes deeper parts apart itself.

A workflow with faults is typed as far as possible: where links are missing or
contradict each other, the port's own depth is assumed, so that one fault is
reported once. Processors in a circle, and those after one, stay without depths.
"""

from __future__ import annotations

from collections import defaultdict, deque
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from taverna_server.workflow.iteration import ports_of
from taverna_server.workflow.model import (
    Cross,
    Dataflow,
    DataLink,
    Endpoint,
    Port,
    PortNode,
    Processor,
    StrategyNode,
    Workflow,
)


class StrategyMismatch(ValueError):
    """Members of a dot product that iterate to different depths."""

    def __init__(self, depth: int) -> None:
        super().__init__("a dot product joins inputs that iterate to different depths")
        self.depth = depth
        """The greatest of them."""


@dataclass(frozen=True, slots=True)
class Flow:
    """Depths of what arrives on a link."""

    resolved: int
    """Of the whole value."""
    granular: int
    """Of its smallest parts that are sent on their own."""


@dataclass(frozen=True, slots=True)
class InputDepths:
    """Depths at an input of a processor."""

    resolved: int
    filter: int
    """Of the tokens the input waits for: the port's depth, or deeper."""


@dataclass(frozen=True, slots=True)
class DataflowDepths:
    """Depths throughout one dataflow; what cannot be typed is missing."""

    outputs: Mapping[str, int]
    """Of the workflow's outputs, by name."""
    wrapping: Mapping[str, int]
    """How deep each processor iterates, by name."""
    inputs: Mapping[Endpoint, InputDepths]
    """Of the processors' inputs."""
    ports: Mapping[Endpoint, int]
    """Depth of one result at the processors' outputs: of a nested workflow's its own."""
    faults: tuple[tuple[int, str], ...] = ()
    """Line and sentence of each mismatch."""


@dataclass(frozen=True, slots=True)
class WorkflowDepths:
    """Depths of the top dataflow and of those nested in it, by id."""

    top: DataflowDepths
    nested: Mapping[str, DataflowDepths]


def output_depths(workflow: Workflow) -> dict[str, int]:
    """Depths of the workflow's outputs; one that cannot be typed is missing."""
    return dict(workflow_depths(workflow).top.outputs)


def workflow_depths(workflow: Workflow) -> WorkflowDepths:
    """Type the whole workflow, innermost dataflows first."""
    nested: dict[str, DataflowDepths] = {}

    def visit(dataflow: Dataflow) -> DataflowDepths:
        for processor in dataflow.processors:
            for ref in processor.nested:
                if ref not in nested:
                    nested[ref] = visit(workflow.nested[ref])
        return _Typing(dataflow, nested).result()

    return WorkflowDepths(visit(workflow.top), nested)


def links_by_sink(dataflow: Dataflow) -> dict[Endpoint, list[DataLink]]:
    """The links that end at each port, in document order."""
    links: defaultdict[Endpoint, list[DataLink]] = defaultdict(list)
    for link in dataflow.datalinks:
        links[link.sink].append(link)
    return dict(links)


def strategy_depth(strategies: Sequence[StrategyNode], resolved: Mapping[str, int]) -> int:
    """How deep a processor iterates, given the depths that arrive at its inputs.

    Each stage after the first starts from the depths that the one before it
    wanted at its ports.

    Raises:
        StrategyMismatch: members of a dot (or prefix) product differ.
    """
    total, arriving = 0, dict(resolved)
    for strategy in strategies:
        total += _node_depth(strategy, arriving)
        arriving.update((leaf.name, leaf.depth) for leaf in ports_of(strategy))
    return total


def _node_depth(node: StrategyNode, arriving: Mapping[str, int]) -> int:
    if isinstance(node, PortNode):
        return max(0, arriving.get(node.name, node.depth) - node.depth)
    depths = [_node_depth(member, arriving) for member in node.children]
    if isinstance(node, Cross):
        return sum(depths)
    if len(set(depths)) > 1:
        raise StrategyMismatch(max(depths))
    return depths[0]


@dataclass
class _Typing:
    """One pass over a dataflow, sources before sinks."""

    dataflow: Dataflow
    nested: Mapping[str, DataflowDepths]
    sources: dict[Endpoint, Flow] = field(default_factory=dict)
    wrapping: dict[str, int] = field(default_factory=dict)
    inputs: dict[Endpoint, InputDepths] = field(default_factory=dict)
    ports: dict[Endpoint, int] = field(default_factory=dict)
    faults: list[tuple[int, str]] = field(default_factory=list)

    def result(self) -> DataflowDepths:
        links = links_by_sink(self.dataflow)
        for port in self.dataflow.inputs:
            self.sources[Endpoint(None, port.name)] = Flow(port.depth, port.granular_depth)
        for processor in in_order(self.dataflow):
            self._type(processor, links)
        outputs = {}
        for port in self.dataflow.outputs:
            flow = self._arriving(links.get(Endpoint(None, port.name), []))
            if flow is not None:
                outputs[port.name] = flow.resolved
        return DataflowDepths(outputs, self.wrapping, self.inputs, self.ports, tuple(self.faults))

    def _type(self, processor: Processor, links: Mapping[Endpoint, list[DataLink]]) -> None:
        resolved = {}
        for port in processor.inputs:
            sink = Endpoint(processor.name, port.name)
            flow = self._arriving(links.get(sink, [])) or Flow(port.depth, port.depth)
            resolved[port.name] = flow.resolved
            self.inputs[sink] = InputDepths(flow.resolved, max(port.depth, flow.granular))
        wrapping = self.wrapping[processor.name] = self._wrapping(processor, resolved)
        for port in processor.outputs:
            source, depth = Endpoint(processor.name, port.name), self._depth_of(processor, port)
            self.ports[source] = depth
            self.sources[source] = Flow(wrapping + depth, min(port.granular_depth, depth))

    def _wrapping(self, processor: Processor, resolved: Mapping[str, int]) -> int:
        try:
            return strategy_depth(processor.strategies, resolved)
        except StrategyMismatch as mismatch:
            arriving = ", ".join(f"{name} of depth {depth}" for name, depth in resolved.items())
            sentence = f"processor '{processor.name}': {mismatch} ({arriving} arrive)"
            self.faults.append((processor.line, sentence))
            return mismatch.depth

    def _depth_of(self, processor: Processor, port: Port) -> int:
        """Of a nested workflow's output, what its own links make it."""
        for activity in processor.activities:
            if activity.nested is not None and activity.nested in self.nested:
                inner = self.nested[activity.nested].outputs
                for source, target in activity.output_map.items():
                    if target == port.name and source in inner:
                        return inner[source]
        return port.depth

    def _arriving(self, links: Sequence[DataLink]) -> Flow | None:
        """What arrives at a sink; None where nothing that is known does."""
        flows = [self.sources[link.source] for link in links if link.source in self.sources]
        if not flows:
            return None
        if any(link.merge_position is None for link in links):
            return flows[0]
        depths = [flow.resolved for flow in flows]
        if len(set(depths)) > 1:
            self.faults.append((links[0].line, _merge_fault(links[0].sink, depths)))
        return Flow(max(depths) + 1, max(depths))


def _merge_fault(sink: Endpoint, depths: Sequence[int]) -> str:
    return (
        f"the values merged at {name_of(sink)} differ in depth: "
        + ", ".join(map(str, depths))
        + " in the order of the links"
    )


def name_of(end: Endpoint, kind: str = "output") -> str:
    """The port in words; ``kind`` is that of a workflow port."""
    if end.processor is None:
        return f"the workflow {kind} '{end.port}'"
    return f"'{end.processor}.{end.port}'"


def data_dependencies(dataflow: Dataflow) -> dict[str, set[str]]:
    """For each processor those whose outputs it takes; links to nowhere are left out."""
    before: dict[str, set[str]] = {processor.name: set() for processor in dataflow.processors}
    for link in dataflow.datalinks:
        source, sink = link.source.processor, link.sink.processor
        if source in before and sink in before:
            before[sink].add(source)
    return before


def in_order(dataflow: Dataflow) -> Iterator[Processor]:
    """Processors, each after those whose outputs it takes; without circles and what follows."""
    waiting = data_dependencies(dataflow)
    after: defaultdict[str, list[str]] = defaultdict(list)
    for name, before in waiting.items():
        for source in before:
            after[source].append(name)
    by_name = {processor.name: processor for processor in dataflow.processors}
    ready = deque(name for name, before in waiting.items() if not before)
    while ready:
        name = ready.popleft()
        yield by_name[name]
        for follower in after[name]:
            waiting[follower].discard(name)
            if not waiting[follower]:
                ready.append(follower)
