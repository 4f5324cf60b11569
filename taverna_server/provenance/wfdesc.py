"""``workflow.wfdesc.ttl``: the abstract workflow (provenance dossier 6)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TextIO

from taverna_server.provenance.graph import Flow, Graph
from taverna_server.provenance.names import Names
from taverna_server.provenance.turtle import Turtle, iri, text
from taverna_server.workflow.model import Annotations, Dataflow, Endpoint, Port, Processor

PREFIXES = {
    "wfdesc": "http://purl.org/wf4ever/wfdesc#",
    "wf4ever": "http://purl.org/wf4ever/wf4ever#",
    "dc": "http://purl.org/dc/elements/1.1/",
    "dcterms": "http://purl.org/dc/terms/",
    "biocat": "http://biocatalogue.org/attribute/",
    "prov": "http://www.w3.org/ns/prov#",
    "rdfs": "http://www.w3.org/2000/01/rdf-schema#",
    "owl": "http://www.w3.org/2002/07/owl#",
}
KINDS = {
    "beanshell": "wf4ever:BeanshellScript",
    "localworker": "wf4ever:BeanshellScript",
    "rshell": "wf4ever:RScript",
    "wsdl": "wf4ever:SOAPService",
    "rest": "wf4ever:RESTService",
    "externaltool": "wf4ever:CommandLineTool",
}
PROCESS = "a wfdesc:Process, wfdesc:Description, owl:Thing"


def write_wfdesc(stream: TextIO, graph: Graph, names: Names) -> None:
    """Describe the workflow and those nested in it."""
    turtle = Turtle(stream, PREFIXES)
    for flow in graph.flows.values():
        _flow(turtle, flow, names)


def _flow(turtle: Turtle, flow: Flow, names: Names) -> None:
    dataflow = flow.dataflow
    turtle.say(
        iri(names.workflow(dataflow.id)),
        [
            "a wfdesc:Workflow, wfdesc:Description, owl:Thing",
            f"rdfs:label {text(dataflow.name)}",
            *_annotations(dataflow.annotations),
            *(
                f"wfdesc:hasSubProcess {iri(names.processor(dataflow.id, step.name))}"
                for step in flow.steps
            ),
            *_links(flow, names),
            *_has_ports(names, dataflow.id, None, dataflow),
        ],
    )
    _data_links(turtle, flow, names)
    _ports(turtle, names, dataflow.id, None, dataflow)
    for step in flow.steps:
        _processor(turtle, names, dataflow.id, step.processor)


def _processor(turtle: Turtle, names: Names, flow: str, processor: Processor) -> None:
    kinds = [KINDS[one.kind] for one in processor.activities if one.kind in KINDS]
    turtle.say(
        iri(names.processor(flow, processor.name)),
        [
            ", ".join([PROCESS, *dict.fromkeys(kinds)]),
            f"rdfs:label {text(processor.name)}",
            *(
                f"prov:specializationOf {iri(names.workflow(nested))}"
                for nested in dict.fromkeys(processor.nested)
            ),
            *_annotations(processor.annotations),
            *_has_ports(names, flow, processor.name, processor),
        ],
    )
    _ports(turtle, names, flow, processor.name, processor)


def _sides(holder: Dataflow | Processor) -> tuple[tuple[str, tuple[Port, ...]], ...]:
    return (("Input", holder.inputs), ("Output", holder.outputs))


def _has_ports(
    names: Names, flow: str, owner: str | None, holder: Dataflow | Processor
) -> Iterator[str]:
    for side, ports in _sides(holder):
        for port in ports:
            uri = names.port(flow, owner, port.name, output=side == "Output")
            yield f"wfdesc:has{side} {iri(uri)}"


def _ports(
    turtle: Turtle, names: Names, flow: str, owner: str | None, holder: Dataflow | Processor
) -> None:
    for side, ports in _sides(holder):
        for port in ports:
            turtle.say(
                iri(names.port(flow, owner, port.name, output=side == "Output")),
                [
                    f"a wfdesc:{side}, wfdesc:Description, owl:Thing",
                    f"rdfs:label {text(port.name)}",
                    *_annotations(port.annotations),
                ],
            )


def _annotations(said: Annotations) -> Iterator[str]:
    for verb, words in (
        ("dcterms:title", said.title),
        ("dcterms:description", said.description),
        ("dc:creator", said.author),
        ("biocat:exampleData", said.example),
    ):
        if words:
            yield f"{verb} {text(words)}"


def _ends(flow: Flow, names: Names) -> Iterator[tuple[str, str, str]]:
    """URI, source and sink of each datalink."""
    ident = flow.dataflow.id
    for link in flow.dataflow.datalinks:
        source = _end(names, ident, link.source, link.source.processor is not None)
        sink = _end(names, ident, link.sink, link.sink.processor is None)
        base = names.workflow(ident)
        begin, end = source.removeprefix(base), sink.removeprefix(base)
        yield f"{base}datalink?from={begin}&to={end}", source, sink


def _end(names: Names, flow: str, end: Endpoint, output: bool) -> str:
    return names.port(flow, end.processor, end.port, output=output)


def _links(flow: Flow, names: Names) -> Iterator[str]:
    for uri, _, _ in _ends(flow, names):
        yield f"wfdesc:hasDataLink {iri(uri)}"


def _data_links(turtle: Turtle, flow: Flow, names: Names) -> None:
    for uri, source, sink in _ends(flow, names):
        turtle.say(
            iri(uri),
            ["a wfdesc:DataLink", f"wfdesc:hasSource {iri(source)}", f"wfdesc:hasSink {iri(sink)}"],
        )
