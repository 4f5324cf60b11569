"""A Scufl processor: its activity and alternates, ports, defaults, iteration and retry."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from lxml import etree

from taverna_server.etree import local_name
from taverna_server.workflow import beans
from taverna_server.workflow.activities import make_activity
from taverna_server.workflow.dispatch import MAX_DELAY, MAX_JOBS, MAX_RETRIES
from taverna_server.workflow.elements import Findings, child, children, text, text_at
from taverna_server.workflow.iteration import ports_of
from taverna_server.workflow.model import (
    NO_ANNOTATIONS,
    Activity,
    Annotations,
    Cross,
    Dataflow,
    DispatchStack,
    Dot,
    Port,
    PortNode,
    Processor,
    Retry,
    StrategyNode,
)
from taverna_server.workflow.scufl.kinds import Invoked, read_kind
from taverna_server.workflow.scufl.names import Link, Names, attribute

ReadNested = Callable[[etree._Element, str], Dataflow | None]
"""Reads a ``<scufl>``; the name is for one without a title."""

_NOT_KINDS = {
    "description", "defaults", "mergemode", "iterationstrategy", "alternate", "template",
    "metadata", "inputmap", "outputmap",
}  # fmt: skip


@dataclass
class Step:
    """A processor in the words of the document; ``processors`` has it in those of the model."""

    name: str
    activities: list[tuple[Invoked, str | None, etree._Element]]
    """Each with the id of its nested workflow, and the element that has its maps."""
    inputs: Names
    outputs: Names
    defaults: dict[str, str]
    """By port, of those that no link goes to."""
    merging: frozenset[str]
    strategy: StrategyNode | None
    dispatch: DispatchStack
    annotations: Annotations = NO_ANNOTATIONS
    line: int = 0
    _constants: list[tuple[str, Processor]] = field(default_factory=list)

    def processors(self, names: Names) -> Iterator[Processor]:
        """The processor, and the constants for its defaults."""
        first = self.activities[0][0] if self.activities else Invoked("", None)
        inputs = tuple(_ports(self.inputs, first.inputs))
        yield Processor(
            names[self.name],
            inputs,
            tuple(_ports(self.outputs, first.outputs, first.kind == "biomart")),
            tuple(self._activities()),
            self.dispatch,
            tuple(self._strategies(inputs)),
            self.annotations,
            self.line,
        )
        for _, constant in self.constants(names):
            yield constant

    def constants(self, names: Names) -> list[tuple[str, Processor]]:
        """For each default its port and the string constant that stands for it."""
        if not self._constants:
            for port, value in self.defaults.items():
                wanted = f"{names[self.name]}_{self.inputs[port]}_defaultValue"
                self._constants.append((port, _constant(names.unused(wanted), value, self.line)))
        return self._constants

    def _activities(self) -> Iterator[Activity]:
        for number, (invoked, nested, element) in enumerate(self.activities):
            maps = element if number else None
            given, made = _map(maps, "inputmap"), _map(maps, "outputmap")
            yield make_activity(
                invoked.class_name,
                {name: given.get(port, port) for port, name in self.inputs.given.items()},
                {made.get(port, port): name for port, name in self.outputs.given.items()},
                invoked.config,
                nested,
            )

    def _strategies(self, inputs: tuple[Port, ...]) -> Iterator[StrategyNode]:
        """As written, for the ports that are used; those it leaves out are crossed with it."""
        used = {original: self.inputs[original] for original in self.inputs.given}
        depths = {port.name: port.depth for port in inputs}
        node = _renamed(self.strategy, used, depths) if self.strategy else None
        named = {leaf.name for leaf in ports_of(node)} if node else set()
        rest = [PortNode(port.name, port.depth) for port in inputs if port.name not in named]
        if node and not rest:
            yield node
        elif node or rest:
            yield Cross((*([node] if node else []), *rest))


def read_step(
    element: etree._Element,
    name: str,
    links: Iterable[Link],
    read_nested: ReadNested,
    findings: Findings,
) -> Step:
    """A ``<processor>``; only ports that something is linked to become ports."""
    inputs, outputs = Names(), Names()
    for link in links:
        if link.sink.processor == name:
            inputs[link.sink.port]
        if link.source.processor == name:
            outputs[link.source.port]
    defaults = dict(_defaults(element, inputs))
    for port in defaults:
        inputs[port]
    kinds = [element, *children(element, "alternate")]
    return Step(
        name,
        [found for part in kinds for found in _activity(part, name, read_nested, findings)],
        inputs,
        outputs,
        defaults,
        frozenset(_merging(element)),
        _strategy(child(element, "iterationstrategy"), findings),
        _dispatch(element, findings),
        Annotations(description=text_at(element, "description"))
        if text_at(element, "description")
        else NO_ANNOTATIONS,
        findings.line_of(element),
    )


def _activity(
    element: etree._Element, name: str, read_nested: ReadNested, findings: Findings
) -> Iterator[tuple[Invoked, str | None, etree._Element]]:
    kind = _kind_element(element)
    if kind is None:
        findings.add(element, f"processor '{name}' says nothing of what it does")
        return
    inner = child(kind, "scufl") if local_name(kind) == "workflow" else None
    if inner is None:
        yield read_kind(kind), None, element
        return
    dataflow = read_nested(inner, name)
    if dataflow is None:
        return
    inputs = {port.name: port.depth for port in dataflow.inputs}
    yield Invoked(beans.CLASSES["dataflow"], None, inputs), dataflow.id, element


def _kind_element(element: etree._Element) -> etree._Element | None:
    for part in children(element):
        if local_name(part) not in _NOT_KINDS:
            return part
    return None


def _ports(names: Names, declared: Mapping[str, int], rows: bool = False) -> Iterator[Port]:
    for original, name in names.given.items():
        depth = declared.get(original, declared.get(name, 0))
        yield Port(name, depth, depth - 1 if rows and depth else depth)


def _constant(name: str, value: str, line: int) -> Processor:
    activity = make_activity(
        beans.CLASSES["stringconstant"], {}, {"value": "value"}, beans.constant(value)
    )
    return Processor(name, (), (Port("value"),), (activity,), line=line)


def _defaults(element: etree._Element, linked: Names) -> Iterator[tuple[str, str]]:
    for default in children(child(element, "defaults"), "default"):
        port = attribute(default, "name").strip()
        if port and port not in linked.given:
            yield port, text(default)


def _merging(element: etree._Element) -> Iterator[str]:
    for mode in children(element, "mergemode"):
        if attribute(mode, "mode") == "merge":
            yield attribute(mode, "input").strip()


def _map(element: etree._Element | None, tag: str) -> dict[str, str]:
    """The processor's ports to an alternate's."""
    return {attribute(pair, "key"): attribute(pair, "value") for pair in children(element, tag)}


def _strategy(element: etree._Element | None, findings: Findings) -> StrategyNode | None:
    """With the names of the document, and without depths."""
    for root in children(element):
        return _node(root, findings)
    return None


def _node(element: etree._Element, findings: Findings) -> StrategyNode | None:
    tag = local_name(element)
    if tag == "iterator":
        return PortNode(attribute(element, "name").strip())
    members = _present(_node(part, findings) for part in children(element))
    if tag not in ("dot", "cross"):
        findings.add(element, f"<{tag}> is no iteration strategy")
        return None
    if not members:
        return None
    return Dot(members) if tag == "dot" else Cross(members)


def _renamed(
    node: StrategyNode, used: Mapping[str, str], depths: Mapping[str, int]
) -> StrategyNode | None:
    if isinstance(node, PortNode):
        name = used.get(node.name)
        return PortNode(name, depths[name]) if name is not None else None
    members = _present(_renamed(part, used, depths) for part in node.children)
    return type(node)(members) if members else None


def _present(nodes: Iterable[StrategyNode | None]) -> tuple[StrategyNode, ...]:
    return tuple(node for node in nodes if node is not None)


def _dispatch(element: etree._Element, findings: Findings) -> DispatchStack:
    kind = _kind_element(element)
    jobs = _number(element, "workers", 1, MAX_JOBS, findings)
    if kind is None:
        return DispatchStack(max(1, int(jobs)))
    default = Retry()
    retries = int(_number(kind, "maxretries", default.max_retries, MAX_RETRIES, findings))
    delay = int(_number(kind, "retrydelay", default.initial_delay, MAX_DELAY, findings))
    factor = _number(kind, "retrybackoff", default.backoff_factor, 1e6, findings)
    if not retries:
        return DispatchStack(max(1, int(jobs)))
    retry = Retry(retries, delay, _longest(delay, factor, retries), factor)
    return DispatchStack(max(1, int(jobs)), retry)


def _longest(delay: int, factor: float, retries: int) -> int:
    """The delay after the last retry, within what a delay may be."""
    try:
        return int(min(delay * factor**retries, MAX_DELAY))
    except OverflowError:
        return MAX_DELAY


def _number(
    element: etree._Element, name: str, default: float, most: float, findings: Findings
) -> float:
    written = attribute(element, name).strip()
    if not written:
        return default
    try:
        number = float(written[:40])
    except ValueError:
        number = -1.0
    if not math.isfinite(number) or number < 0:
        findings.add(element, f"{name} is '{written[:40]}', not a number from 0")
        return default
    return min(number, most)
