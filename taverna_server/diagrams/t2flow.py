"""Taverna workflows as graphs.

A processor that iterates says so: how deep follows from the depths along the
links (``workflow/depths.py``), what meets what from its iteration strategy.
"""

from __future__ import annotations

from collections.abc import Iterator

from taverna_server.diagrams.graph import Graph, Kind, Line, Mark, Node, Role
from taverna_server.diagrams.kinds import WORKFLOW, kind_of
from taverna_server.workflow.depths import DataflowDepths, workflow_depths
from taverna_server.workflow.iteration import ports_of
from taverna_server.workflow.model import (
    Cross,
    Dataflow,
    DataLink,
    Dot,
    Endpoint,
    Port,
    PortNode,
    Prefix,
    Processor,
    StrategyNode,
    Workflow,
)

_JOINED = {
    Cross: ("cross", "Combines every item of {} with every item of the others"),
    Dot: ("dot", "Takes the items of {} one by one together, by their place in the list"),
    Prefix: ("prefix", "Takes the items of {} together where the beginnings of their places agree"),
}


def graph_of_t2flow(workflow: Workflow) -> Graph:
    """The workflow as a graph; keys of steps are the processors' names."""
    return _Translation(workflow).graph()


class _Translation:
    """Each dataflow becomes one graph, however often it is used."""

    def __init__(self, workflow: Workflow) -> None:
        self._workflow = workflow
        self._depths = workflow_depths(workflow)
        self._made: dict[str, Graph] = {}

    def graph(self) -> Graph:
        return self._graph(self._workflow.top, self._depths.top)

    def _nested(self, ref: str) -> Graph | None:
        if ref not in self._made and ref in self._workflow.nested:
            depths = self._depths.nested[ref]
            self._made[ref] = self._graph(self._workflow.nested[ref], depths)
        return self._made.get(ref)

    def _graph(self, dataflow: Dataflow, depths: DataflowDepths) -> Graph:
        inputs = [_port(port, Role.INPUT, port.depth) for port in dataflow.inputs]
        steps = [self._step(step, depths) for step in dataflow.processors]
        outputs = [
            _port(port, Role.OUTPUT, depths.outputs.get(port.name)) for port in dataflow.outputs
        ]
        title = dataflow.annotations.title or dataflow.name
        nodes = (*inputs, *steps, *outputs)
        return Graph(title, nodes, tuple(_lines(dataflow)), dataflow.annotations.description)

    def _step(self, step: Processor, depths: DataflowDepths) -> Node:
        nested = next((a for a in step.activities if a.nested is not None), None)
        inside = self._nested(nested.nested) if nested is not None and nested.nested else None
        doors = {}
        if nested is not None and inside is not None:
            doors = {f"in:{port}": f"in:{name}" for port, name in nested.input_map.items()}
            doors |= {f"out:{port}": f"out:{name}" for name, port in nested.output_map.items()}
        marks, notes = tuple(_marks(step, depths)), tuple(_notes(step, depths))
        kind = _kind(step, inside)
        return Node(step.name, step.name, Role.STEP, kind, notes, marks, inside, doors)


def _kind(step: Processor, inside: Graph | None) -> Kind:
    if not step.activities:
        return Kind("nothing", "other")
    if inside is None:
        return kind_of(step.activities[0].kind)
    steps = inside.count(Role.STEP)
    return WORKFLOW._replace(word=f"workflow, {steps} step{'s' * (steps != 1)}")


def _port(port: Port, role: Role, depth: int | None) -> Node:
    notes = (f"Workflow {role.value}{_depth_words(depth)}", port.annotations.description)
    kind = Kind("" if not depth else "list" if depth == 1 else f"lists, {depth} deep", "port")
    return Node(f"{_SIDE[role]}:{port.name}", port.name, role, kind, tuple(filter(None, notes)))


_SIDE = {Role.INPUT: "in", Role.OUTPUT: "out"}


def _depth_words(depth: int | None) -> str:
    if depth is None:
        return ""
    words = {0: ", one value", 1: ", a list"}
    return words.get(depth, f", lists in lists, {depth} deep")


def _lines(dataflow: Dataflow) -> Iterator[Line]:
    """Data and control links; those from or to nothing are left out."""
    steps = {step.name for step in dataflow.processors}
    inputs = {port.name for port in dataflow.inputs}
    outputs = {port.name for port in dataflow.outputs}
    for link in dataflow.datalinks:
        source, target = link.source, link.sink
        if (source.port in inputs if source.processor is None else source.processor in steps) and (
            target.port in outputs if target.processor is None else target.processor in steps
        ):
            yield _data_line(link)
    for control in dataflow.control_links:
        if control.control in steps and control.target in steps:
            words = f"{control.target} waits until {control.control} has finished"
            yield Line(control.control, control.target, words, control=True)


def _data_line(link: DataLink) -> Line:
    words = f"{_name(link.source)} to {_name(link.sink)}"
    position = None if link.merge_position is None else link.merge_position + 1
    if position is not None:
        words += f", merged into one list: number {position}"
    return Line(
        link.source.processor or f"in:{link.source.port}",
        link.sink.processor or f"out:{link.sink.port}",
        words,
        position=position,
        source_port=f"out:{link.source.port}",
        target_port=f"in:{link.sink.port}",
    )


def _name(end: Endpoint) -> str:
    return end.port if end.processor is None else f"{end.processor}.{end.port}"


def _marks(step: Processor, depths: DataflowDepths) -> Iterator[Mark]:
    levels = depths.wrapping.get(step.name, 0)
    if levels:
        deep = "over a list" if levels == 1 else f"over lists, {levels} deep"
        yield Mark("iterates", f"Iterates {deep}: {', '.join(_iterated(step, depths))}")
        for strategy in step.strategies:
            yield from _joins(strategy, set(_iterated(step, depths)))
    if step.dispatch.loop is not None:
        yield Mark("loop", "Runs again until its condition is met")
    if len(step.activities) > 1:
        yield Mark("alternates", f"Has {len(step.activities)} alternatives, tried in turn")


def _iterated(step: Processor, depths: DataflowDepths) -> Iterator[str]:
    for port in step.inputs:
        arriving = depths.inputs.get(Endpoint(step.name, port.name))
        if arriving is not None and arriving.resolved > port.depth:
            yield port.name


def _joins(node: StrategyNode, iterated: set[str]) -> Iterator[Mark]:
    """The products in which at least two members iterate, the outermost first."""
    if isinstance(node, PortNode):
        return
    members = [[leaf.name for leaf in ports_of(child)] for child in node.children]
    moving = [" and ".join(names) for names in members if iterated.intersection(names)]
    if len(moving) > 1:
        sign, sentence = _JOINED[type(node)]
        yield Mark(sign, sentence.format(", ".join(moving)))
    for child in node.children:
        yield from _joins(child, iterated)


def _notes(step: Processor, depths: DataflowDepths) -> Iterator[str]:
    if step.annotations.description:
        yield step.annotations.description
    for words, ports in (("Takes", step.inputs), ("Gives", step.outputs)):
        if ports:
            yield f"{words} {', '.join(port.name for port in ports)}"
    if step.dispatch.retry.max_retries:
        yield f"Tries again up to {step.dispatch.retry.max_retries} times"
    if step.dispatch.max_jobs > 1:
        yield f"Up to {step.dispatch.max_jobs} iterations at once"
