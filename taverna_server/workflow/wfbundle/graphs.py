"""``workflow/<name>.rdf``: one graph, without what its processors invoke."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace

from lxml import etree

from taverna_server.etree import local_name
from taverna_server.workflow.elements import child, children, text_at
from taverna_server.workflow.model import (
    Annotations,
    ControlLink,
    Cross,
    DataLink,
    Dot,
    Endpoint,
    Port,
    PortNode,
    Prefix,
    StrategyNode,
)
from taverna_server.workflow.wfbundle.rdf import RdfDocument, members, parts
from taverna_server.workflow.wfbundle.vocabulary import IDENTIFIERS, name_of

Notes = Callable[[str], Annotations]
"""The annotations of a place in the bundle."""

_PRODUCTS: dict[str, Callable[[tuple[StrategyNode, ...]], StrategyNode]] = {
    "CrossProduct": Cross,
    "DotProduct": Dot,
    "PrefixDotProduct": Prefix,
}


@dataclass
class Step:
    """A processor without its activities."""

    uri: str
    name: str
    inputs: tuple[Port, ...]
    outputs: tuple[Port, ...]
    strategies: tuple[StrategyNode, ...]
    annotations: Annotations
    line: int


@dataclass
class Graph:
    """A dataflow without the activities of its processors."""

    uri: str
    id: str
    name: str
    inputs: tuple[Port, ...]
    outputs: tuple[Port, ...]
    steps: list[Step]
    datalinks: tuple[DataLink, ...] = ()
    control_links: tuple[ControlLink, ...] = ()
    line: int = 0


def read_graph(document: RdfDocument, notes: Notes) -> Graph | None:
    """The workflow of a document; None, and a finding, where there is none."""
    element = child(document.root, "Workflow")
    if element is None:
        document.findings.add(document.root, "the document holds no Workflow")
        return None
    return _Reader(document, notes).graph(element)


@dataclass
class _Reader:
    document: RdfDocument
    notes: Notes
    places: dict[str, Endpoint] = field(default_factory=dict)
    """Ports by URI."""
    steps: dict[str, str] = field(default_factory=dict)
    """Names of processors by URI."""

    def graph(self, element: etree._Element) -> Graph:
        document, name = self.document, self.document.name(element)
        identifier = document.target(element, "workflowIdentifier") or ""
        inputs = tuple(self._ports(element, "inputWorkflowPort", None))
        outputs = tuple(self._ports(element, "outputWorkflowPort", None))
        steps = [self._step(part) for part in parts(element, "processor")]
        return Graph(
            document.subject(element),
            name_of(identifier.removeprefix(IDENTIFIERS)),
            name,
            inputs,
            outputs,
            [step for step in steps if step.name],
            _in_places(list(self._links(element))),
            tuple(self._control_links(element)),
            document.findings.line_of(element),
        )

    def _step(self, element: etree._Element) -> Step:
        uri, name = self.document.subject(element), self.document.name(element)
        self.steps[uri] = name
        inputs = tuple(self._ports(element, "inputProcessorPort", name))
        outputs = tuple(self._ports(element, "outputProcessorPort", name))
        stack = next(parts(element, "iterationStrategyStack"), None)
        roots = members(stack, "iterationStrategies")
        strategies = tuple(node for root in roots for node in self._node(root))
        line = self.document.findings.line_of(element)
        return Step(uri, name, inputs, outputs, strategies, self.notes(uri), line)

    def _ports(self, element: etree._Element, side: str, processor: str | None) -> Iterator[Port]:
        for part in parts(element, side):
            uri, name = self.document.subject(part), self.document.name(part)
            if not name:
                continue
            self.places[uri] = Endpoint(processor, name)
            depth = self.document.depth(part, "portDepth")
            granular = min(depth, self.document.depth(part, "granularPortDepth", depth))
            line = self.document.findings.line_of(part)
            yield Port(name, depth, granular, self.notes(uri), line)

    def _node(self, element: etree._Element) -> Iterator[StrategyNode]:
        """The node, or nothing where it holds no port."""
        kind = local_name(element)
        if kind == "PortNode":
            port = self.document.required_target(element, "iterateOverInputPort")
            name = self.places[port].port if port in self.places else name_of(port)
            yield PortNode(name, self.document.depth(element, "desiredDepth"))
            return
        nodes = tuple(n for part in members(element, "productOf") for n in self._node(part))
        if kind not in _PRODUCTS:
            self.document.findings.add(element, f"<{kind}> is no iteration strategy")
        elif kind == "PrefixDotProduct" and len(nodes) not in (0, 2):
            self.document.findings.add(element, "a prefix product needs two members")
        elif nodes:
            yield _PRODUCTS[kind](nodes)

    def _links(self, element: etree._Element) -> Iterator[DataLink]:
        for part in parts(element, "datalink"):
            source = self._endpoint(self.document.required_target(part, "receiveFrom"))
            sink = self._endpoint(self.document.required_target(part, "sendTo"))
            line = self.document.findings.line_of(part)
            yield DataLink(source, sink, self._position(part), line)

    def _position(self, element: etree._Element) -> int | None:
        """Only the order of positions counts, so a large one does no harm."""
        written = text_at(element, "mergePosition")
        if not written:
            return None
        if written.isascii() and written.isdigit() and len(written) < 7:
            return int(written)
        self.document.findings.add(element, f"'{written[:40]}' is not a position in a merge")
        return None

    def _endpoint(self, uri: str) -> Endpoint:
        """A port that does not exist is named as its URI says, for ``problems`` to find."""
        if uri in self.places:
            return self.places[uri]
        kind, _, rest = uri.removeprefix(self.document.base).partition("/")
        processor = name_of(rest.partition("/")[0]) if kind == "processor" else None
        return Endpoint(processor, name_of(uri))

    def _control_links(self, element: etree._Element) -> Iterator[ControlLink]:
        for part in children(element, "control"):
            for blocking in children(part):
                target = self.document.required_target(blocking, "block")
                control = self.document.required_target(blocking, "untilFinished")
                line = self.document.findings.line_of(blocking)
                yield ControlLink(self._name(control), self._name(target), line)

    def _name(self, uri: str) -> str:
        return self.steps.get(uri) or name_of(uri)


def _in_places(links: list[DataLink]) -> tuple[DataLink, ...]:
    """The links that are merged at a sink numbered from 0, in the order of their positions."""
    merged: defaultdict[Endpoint, list[int]] = defaultdict(list)
    for number, link in enumerate(links):
        if link.merge_position is not None:
            merged[link.sink].append(number)
    for numbers in merged.values():
        in_order = sorted(numbers, key=lambda number: links[number].merge_position or 0)
        for position, number in enumerate(in_order):
            links[number] = replace(links[number], merge_position=position)
    return tuple(links)
