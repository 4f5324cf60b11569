"""Reads ``.t2flow`` documents of Taverna 2.0 to 2.5 into the model.

One document holds dataflows: the ``top`` one and those nested in it, referred to
by id (names need not be unique). Everything that can be tolerated is (t2flow-format
10); what cannot is collected over the whole document and raised together. Whether a
workflow that could be read can also run is the business of ``problems.py``.

``read_ports`` is the server's way in: it describes also what will never run.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping

from lxml import etree

from taverna_server.errors import MalformedDocument, WorkflowInvalid
from taverna_server.etree import local_name, namespace, parse_xml
from taverna_server.workflow.activities import read_activity
from taverna_server.workflow.annotations import read_annotations
from taverna_server.workflow.dispatch import read_dispatch
from taverna_server.workflow.elements import (
    Findings,
    child,
    children,
    depth_at,
    required,
    text_at,
)
from taverna_server.workflow.iteration import read_strategies
from taverna_server.workflow.model import (
    Annotations,
    ControlLink,
    Dataflow,
    DataLink,
    Endpoint,
    Interface,
    Port,
    Processor,
    Workflow,
)
from taverna_server.workflow.nesting import check_nesting

NAMESPACE = "http://taverna.sf.net/2008/xml/t2flow"


def read_t2flow(document: bytes) -> Workflow:
    """The workflow in a document.

    Raises:
        MalformedDocument: not XML, or not a t2flow document.
        WorkflowInvalid: parts are missing or contradict each other; all of them are named.
    """
    root = _root(document)
    findings = Findings()
    top = _top_element(root)
    if top is None:
        findings.add(root, "the document holds no dataflow")
        raise WorkflowInvalid(findings.sentences)
    dataflows = {e: _dataflow(e, findings) for e in children(root, "dataflow")}
    nested = _by_id({e: flow for e, flow in dataflows.items() if e is not top}, findings)
    _check_top(root, findings)
    workflow = Workflow(dataflows[top], nested, str(root.get("producedBy", "")))
    check_nesting(workflow, findings)
    if findings.sentences:
        raise WorkflowInvalid(findings.sentences)
    return workflow


def read_ports(document: bytes) -> Interface:
    """Ports, name and annotations of the top dataflow (protocol dossier 6.2).

    Cheap, and content with any document that is t2flow at all: a part that
    cannot be read is left out.

    Raises:
        MalformedDocument: not XML, or not a t2flow document.
    """
    top, ignored = _top_element(_root(document)), Findings()
    if top is None:
        return Interface((), (), "", Annotations())
    inputs = tuple(_ports(child(top, "inputPorts"), ignored))
    outputs = tuple(_ports(child(top, "outputPorts"), ignored))
    return Interface(inputs, outputs, text_at(top, "name"), read_annotations(top))


def _root(document: bytes) -> etree._Element:
    root = parse_xml(document)
    if local_name(root) != "workflow" or namespace(root) != NAMESPACE:
        raise MalformedDocument("invalid T2flow document; bad root element")
    return root


def _top_element(root: etree._Element) -> etree._Element | None:
    """The dataflow whose role is ``top``, else the first."""
    dataflows = list(children(root, "dataflow"))
    return next((e for e in dataflows if e.get("role") == "top"), next(iter(dataflows), None))


def _check_top(root: etree._Element, findings: Findings) -> None:
    tops = [e for e in children(root, "dataflow") if e.get("role") == "top"]
    for element in tops[1:]:
        findings.add(element, "a second dataflow with the role 'top'")


def _by_id(elements: Mapping[etree._Element, Dataflow], findings: Findings) -> dict[str, Dataflow]:
    nested: dict[str, Dataflow] = {}
    for element, dataflow in elements.items():
        if dataflow.id in nested:
            findings.add(element, f"a second dataflow with the id '{dataflow.id}'")
        nested[dataflow.id] = dataflow
    return nested


def _dataflow(element: etree._Element, findings: Findings) -> Dataflow:
    inputs = tuple(_ports(child(element, "inputPorts"), findings))
    outputs = tuple(_ports(child(element, "outputPorts"), findings))
    steps = [_processor(e, findings) for e in children(child(element, "processors"), "processor")]
    _unique(element, "input port", (port.name for port in inputs), findings)
    _unique(element, "output port", (port.name for port in outputs), findings)
    _unique(element, "processor", (step.name for step in steps), findings)
    return Dataflow(
        str(element.get("id", "")),
        text_at(element, "name"),
        inputs,
        outputs,
        tuple(steps),
        tuple(_datalinks(child(element, "datalinks"), findings)),
        tuple(_control_links(child(element, "conditions"), findings)),
        read_annotations(element),
        findings.line_of(element),
    )


def _unique(element: etree._Element, what: str, names: Iterable[str], findings: Findings) -> None:
    for name, count in Counter(names).items():
        if count > 1:
            findings.add(element, f"{count} times {what} '{name}'")


def _ports(element: etree._Element | None, findings: Findings) -> Iterator[Port]:
    for port in children(element, "port"):
        name = required(port, "name", findings)
        if name:
            depth = depth_at(port, "depth", findings)
            granular = depth_at(port, "granularDepth", findings, default=depth)
            line = findings.line_of(port)
            yield Port(name, depth, min(granular, depth), read_annotations(port), line)


def _processor(element: etree._Element, findings: Findings) -> Processor:
    inputs = tuple(_ports(child(element, "inputPorts"), findings))
    outputs = tuple(_ports(child(element, "outputPorts"), findings))
    _unique(element, "input port", (port.name for port in inputs), findings)
    _unique(element, "output port", (port.name for port in outputs), findings)
    activities = children(child(element, "activities"), "activity")
    return Processor(
        required(element, "name", findings),
        inputs,
        outputs,
        tuple(read_activity(activity, findings) for activity in activities),
        read_dispatch(child(element, "dispatchStack"), findings),
        read_strategies(child(element, "iterationStrategyStack"), findings),
        read_annotations(element),
        findings.line_of(element),
    )


def _control_links(element: etree._Element | None, findings: Findings) -> Iterator[ControlLink]:
    for link in children(element, "condition"):
        if "control" not in link.attrib or "target" not in link.attrib:
            findings.add(link, "a control link needs 'control' and 'target'")
            continue
        line = findings.line_of(link)
        yield ControlLink(str(link.attrib["control"]), str(link.attrib["target"]), line)


def _datalinks(element: etree._Element | None, findings: Findings) -> Iterator[DataLink]:
    merged: Counter[Endpoint] = Counter()
    for link in children(element, "datalink"):
        sink, source = child(link, "sink"), child(link, "source")
        if sink is None or source is None:
            findings.add(link, "a datalink needs a <sink> and a <source>")
            continue
        target, position = _endpoint(sink, findings), None
        if sink.get("type") == "merge":
            position = merged[target]
            merged[target] += 1
        yield DataLink(_endpoint(source, findings), target, position, findings.line_of(link))


def _endpoint(element: etree._Element, findings: Findings) -> Endpoint:
    """A merge names the processor or, for a workflow output, none (t2flow-format 5)."""
    kind, processor = element.get("type"), text_at(element, "processor")
    allowed = ("dataflow", "processor", "merge")[: 3 if local_name(element) == "sink" else 2]
    if kind not in allowed:
        findings.add(element, f"a {local_name(element)} of the unknown type '{kind}'")
    elif kind == "processor":
        required(element, "processor", findings)
    port = required(element, "port", findings)
    return Endpoint(None if kind == "dataflow" or not processor else processor, port)
