"""A Scufl document as a whole: descriptions, ports, links, nested workflows."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from lxml import etree

from taverna_server.errors import MalformedDocument, WorkflowInvalid
from taverna_server.etree import local_name, namespace, parse_xml
from taverna_server.workflow.elements import (
    MAX_NESTING,
    Findings,
    child,
    children,
    text,
    text_at,
)
from taverna_server.workflow.model import (
    NO_ANNOTATIONS,
    Annotations,
    ControlLink,
    Dataflow,
    DataLink,
    Endpoint,
    Interface,
    Port,
    Workflow,
)
from taverna_server.workflow.scufl.names import (
    Link,
    Names,
    Place,
    attribute,
    list_depth,
    read_link,
)
from taverna_server.workflow.scufl.processors import Step, read_step

NAMESPACE = "http://org.embl.ebi.escience/xscufl/0.1alpha"
PRODUCED_BY = "taverna-1"


def read_scufl(document: bytes) -> Workflow:
    """The workflow in a Scufl document.

    Raises:
        MalformedDocument: not XML, or not Scufl.
        WorkflowInvalid: parts are missing or contradict each other; all of them are named.
    """
    findings = Findings()
    workflow = _read(document, findings)
    if findings.sentences:
        raise WorkflowInvalid(findings.sentences)
    return workflow


def read_scufl_ports(document: bytes) -> Interface:
    """Ports, name and annotations, whatever faults the rest has.

    Raises:
        MalformedDocument: not XML, or not Scufl.
    """
    top = _read(document, Findings()).top
    return Interface(top.inputs, top.outputs, top.name, top.annotations)


def _read(document: bytes, findings: Findings) -> Workflow:
    root = parse_xml(document)
    if local_name(root) != "scufl" or namespace(root) != NAMESPACE:
        raise MalformedDocument("invalid Scufl document; bad root element")
    reader = _Reader(findings)
    top = reader.dataflow(root, "")
    return Workflow(top, reader.nested, PRODUCED_BY)


class _Reader:
    """Reads a document; what it has found on the way lies in ``nested`` and ``findings``."""

    def __init__(self, findings: Findings) -> None:
        self.findings = findings
        self.nested: dict[str, Dataflow] = {}
        self._ids = Names()
        self._depth = 0

    def dataflow(self, element: etree._Element, name: str) -> Dataflow:
        """One ``<scufl>``; a nested one without a title has the name of its processor."""
        described = child(element, "workflowdescription")
        title = "" if described is None else attribute(described, "title")
        id = self._ids.unused(_id(described) or "workflow")
        names = _Scope()
        links = self._links(element)
        steps = self._steps(element, links, names)
        return Dataflow(
            id,
            title or name or "Workflow",
            tuple(self._ports(element, "source", names.inputs)),
            tuple(self._ports(element, "sink", names.outputs)),
            tuple(processor for step in steps for processor in step.processors(names.processors)),
            (*self._data_links(element, links, steps, names), *_constants(steps, names)),
            tuple(_control_links(element, names.processors, self.findings)),
            _description(described),
            self.findings.line_of(element),
        )

    def _links(self, element: etree._Element) -> list[Link]:
        links = (read_link(link, self.findings) for link in children(element, "link"))
        return [link for link in links if link is not None]

    def _steps(self, element: etree._Element, links: list[Link], names: _Scope) -> list[Step]:
        steps, seen = [], Counter[str]()
        for processor in children(element, "processor"):
            name = attribute(processor, "name").strip()
            seen[name] += 1
            if not name:
                self.findings.add(processor, "<processor> has no name")
            elif seen[name] > 1:
                self.findings.add(processor, f"a second processor '{name}'")
            else:
                names.processors[name]
                steps.append(read_step(processor, name, links, self._nested, self.findings))
        return steps

    def _nested(self, element: etree._Element, name: str) -> Dataflow | None:
        """None where it is nested too deep; that is noted."""
        if self._depth == MAX_NESTING:
            self.findings.add(element, f"nested deeper than {MAX_NESTING} workflows")
            return None
        self._depth += 1
        dataflow = self.dataflow(element, name)
        self._depth -= 1
        self.nested[dataflow.id] = dataflow
        return dataflow

    def _ports(self, element: etree._Element, tag: str, names: Names) -> Iterator[Port]:
        seen = set()
        for port in children(element, tag):
            name = attribute(port, "name").strip() or text(port).strip()
            if not name or name in seen:
                self.findings.add(
                    port, f"<{tag}> has no name" if not name else f"a second {tag} '{name}'"
                )
                continue
            seen.add(name)
            depth = _port_depth(port) if tag == "source" else 0
            line = self.findings.line_of(port)
            yield Port(names[name], depth, depth, _metadata(child(port, "metadata")), line)

    def _data_links(
        self, element: etree._Element, links: list[Link], steps: list[Step], names: _Scope
    ) -> Iterator[DataLink]:
        """Links to a port that merges get their places in the order of the document."""
        merging = {Place(None, name) for name in _merging_sinks(element)}
        merging |= {Place(step.name, port) for step in steps for port in step.merging}
        ports = {step.name: step for step in steps}
        merged: Counter[Place] = Counter()
        for link in links:
            position = None
            if link.sink in merging:
                position = merged[link.sink]
                merged[link.sink] += 1
            yield DataLink(
                _end(link.source, names, names.inputs, ports, "outputs"),
                _end(link.sink, names, names.outputs, ports, "inputs"),
                position,
                link.line,
            )


class _Scope:
    """The names of one dataflow: of processors and of the two kinds of ports."""

    def __init__(self) -> None:
        self.processors = Names()
        self.inputs = Names()
        self.outputs = Names()


def _end(place: Place, names: _Scope, own: Names, steps: dict[str, Step], side: str) -> Endpoint:
    if place.processor is None:
        return Endpoint(None, own[place.port])
    step, processor = steps.get(place.processor), names.processors[place.processor]
    if step is None:
        return Endpoint(processor, place.port)
    known: Names = getattr(step, side)
    return Endpoint(processor, known[place.port])


def _constants(steps: list[Step], names: _Scope) -> Iterator[DataLink]:
    """From the constants that stand for defaults to their ports."""
    for step in steps:
        for port, constant in step.constants(names.processors):
            sink = Endpoint(names.processors[step.name], step.inputs[port])
            yield DataLink(Endpoint(constant.name, "value"), sink, None, step.line)


def _id(described: etree._Element | None) -> str:
    """The last part of the LSID: ``urn:lsid:net.sf.taverna:wfDefinition:<id>``."""
    return "" if described is None else attribute(described, "lsid").rpartition(":")[2].strip()


def _description(described: etree._Element | None) -> Annotations:
    if described is None:
        return NO_ANNOTATIONS
    title, author = attribute(described, "title"), attribute(described, "author")
    return Annotations(title, author, text(described).strip())


def _metadata(element: etree._Element | None) -> Annotations:
    mime_type = text_at(element, "mimeTypes", "mimeType")
    description = text_at(element, "description")
    if not description and not mime_type:
        return NO_ANNOTATIONS
    return Annotations(description=description, mime_type=mime_type)


def _port_depth(port: etree._Element) -> int:
    types = [attribute(port, "syntactictype")]
    types += [text(mime) for mime in port.iter("{*}mimeType")]
    return max(map(list_depth, types))


def _merging_sinks(element: etree._Element) -> Iterator[str]:
    for sink in children(element, "sink"):
        if attribute(sink, "mode") == "merge":
            yield attribute(sink, "name").strip() or text(sink).strip()


def _control_links(
    element: etree._Element, names: Names, findings: Findings
) -> Iterator[ControlLink]:
    """A coordination lets a processor wait until another one has ended."""
    for rule in children(element, "coordination"):
        control, target = text_at(rule, "condition", "target"), text_at(rule, "action", "target")
        if not control or not target:
            findings.add(rule, "a coordination needs the targets of a condition and an action")
        elif text_at(rule, "condition", "state") in ("", "Completed"):
            yield ControlLink(names[control], names[target], findings.line_of(rule))
