"""The trace of a run in PROV-O, wfprov, wfdesc and tavernaprov (provenance dossier 4).

Statements about one thing may stand apart from each other: that is what lets the
trace be written while the records are read. Unlike Taverna's, the SHA-512 is right,
and a value has exactly one maker: the processor that made it, or the run that put a
list together.
"""

from __future__ import annotations

import base64
from collections.abc import Iterator
from typing import TextIO

from taverna_server import __version__
from taverna_server.data.values import ErrorDocument, ListValue
from taverna_server.provenance.contents import Content, describe, trace_lines
from taverna_server.provenance.graph import Flow, Graph
from taverna_server.provenance.names import SOFTWARE, Names
from taverna_server.provenance.said import Datum, Ran, Ref, RunRan, Said
from taverna_server.provenance.turtle import Turtle, anonymous, iri, long, moment, path, text
from taverna_server.workflow.model import Port

ENGINE, EXPORT = "<#taverna-engine>", "<#taverna-prov-export>"
PLAN = f"<{SOFTWARE}taverna-server-{__version__}>"
PREFIXES = {
    "prov": "http://www.w3.org/ns/prov#",
    "wfprov": "http://purl.org/wf4ever/wfprov#",
    "wfdesc": "http://purl.org/wf4ever/wfdesc#",
    "tavernaprov": "http://ns.taverna.org.uk/2012/tavernaprov/",
    "cnt": "http://www.w3.org/2011/content#",
    "dct": "http://purl.org/dc/terms/",
    "foaf": "http://xmlns.com/foaf/0.1/",
    "rdfs": "http://www.w3.org/2000/01/rdf-schema#",
    "xsd": "http://www.w3.org/2001/XMLSchema#",
}


class ProvTrace:
    """Writes the trace of one run."""

    def __init__(self, stream: TextIO, graph: Graph, names: Names) -> None:
        self._turtle = Turtle(stream, PREFIXES)
        self._graph = graph
        self._names = names
        for flow in graph.flows.values():
            self._flow(flow)

    def take(self, said: Said) -> None:
        """The next thing that the replay says."""
        if isinstance(said, Datum):
            self._datum(said)
        elif isinstance(said, Ran):
            self._ran(said)
        else:
            self._run(said)

    def close(self, began: float, ended: float) -> None:
        """Say who wrote this, and when."""
        run = iri(self._names.run)
        say = self._turtle.say
        primary = f"foaf:primaryTopic {run}"
        made = f"prov:qualifiedGeneration {_moment('Generation', EXPORT, ended)}"
        say("<>", ["a prov:Bundle, prov:Entity", primary, f"prov:wasGeneratedBy {EXPORT}", made])
        label = text("taverna-prov export of workflow run provenance", "en")
        informed = anonymous("a prov:Communication", f"prov:activity {run}")
        say(
            EXPORT,
            [
                "a prov:Activity",
                f"rdfs:label {label}",
                *_times(began, ended, ENGINE),
                f"prov:wasInformedBy {run}",
                f"prov:qualifiedCommunication {informed}",
                *_associated(PLAN),
            ],
        )
        say(
            PLAN,
            [
                "a prov:Plan, prov:Entity",
                f"rdfs:label {text(f'Taverna-Server-compatible run manager {__version__}', 'en')}",
            ],
        )
        say(ENGINE, ["a tavernaprov:TavernaEngine, prov:SoftwareAgent, prov:Agent"])

    # -- the workflow --------------------------------------------------------------------

    def _flow(self, flow: Flow) -> None:
        dataflow, names = flow.dataflow, self._names
        processors = [iri(names.processor(dataflow.id, step.name)) for step in flow.steps]
        self._turtle.say(
            iri(names.workflow(dataflow.id)),
            [
                "a wfdesc:Workflow, wfdesc:Process, prov:Plan, prov:Entity",
                f"rdfs:label {text(dataflow.name)}",
                *(f"wfdesc:hasSubProcess {uri} ; dct:hasPart {uri}" for uri in processors),
                *self._ports(dataflow.id, None, dataflow.inputs, dataflow.outputs),
            ],
        )
        for step, uri in zip(flow.steps, processors, strict=True):
            processor = step.processor
            self._turtle.say(
                uri,
                [
                    "a wfdesc:Process, prov:Plan, prov:Entity",
                    f"rdfs:label {text(f'Processor {step.name}', 'en')}",
                    *(
                        f"dct:hasPart {iri(names.workflow(inner))}"
                        for inner in dict.fromkeys(processor.nested)
                    ),
                    *self._ports(dataflow.id, step.name, processor.inputs, processor.outputs),
                ],
            )
            self._describe_ports(dataflow.id, step.name, processor.inputs, processor.outputs)
        self._describe_ports(dataflow.id, None, dataflow.inputs, dataflow.outputs)

    def _ports(
        self, flow: str, owner: str | None, inputs: tuple[Port, ...], outputs: tuple[Port, ...]
    ) -> Iterator[str]:
        for port in inputs:
            yield f"wfdesc:hasInput {iri(self._names.port(flow, owner, port.name, output=False))}"
        for port in outputs:
            yield f"wfdesc:hasOutput {iri(self._names.port(flow, owner, port.name, output=True))}"

    def _describe_ports(
        self, flow: str, owner: str | None, inputs: tuple[Port, ...], outputs: tuple[Port, ...]
    ) -> None:
        for output, ports in ((False, inputs), (True, outputs)):
            kind = "output" if output else "input"
            for port in ports:
                comment = f"{owner or 'Workflow'} {kind} {port.name}"
                self._turtle.say(
                    iri(self._names.port(flow, owner, port.name, output=output)),
                    [
                        f"a wfdesc:{kind.title()}, prov:Role",
                        f"rdfs:label {text(port.name)}",
                        f"rdfs:comment {text(comment, 'en')}",
                    ],
                )

    # -- what ran ------------------------------------------------------------------------

    def _ran(self, ran: Ran) -> None:
        names, flow = self._names, ran.flow
        process = iri(names.processor(flow, ran.processor))
        parent = iri(ran.parent)
        kind = "a wfprov:ProcessRun, prov:Activity"
        workflow = []
        if ran.nested is not None:
            kind += ", wfprov:WorkflowRun"
            workflow = [f"wfprov:describedByWorkflow {iri(names.workflow(ran.nested))}"]
        self._turtle.say(
            iri(ran.uri),
            [
                kind,
                f"rdfs:label {text(f'Processor execution {ran.processor}', 'en')}",
                f"wfprov:describedByProcess {process}",
                *workflow,
                f"wfprov:wasPartOfWorkflowRun {parent}",
                f"wfprov:wasEnactedBy {ENGINE}",
                *_associated(process),
                *_times(ran.began, ran.ended, parent),
                *self._usage(flow, ran.processor, ran.used),
            ],
        )
        self._turtle.say(parent, [f"dct:hasPart {iri(ran.uri)}"])
        for port, ref in ran.used:
            self._passed(ref, flow, ran.processor, port)

    def _run(self, said: RunRan) -> None:
        top, names = self._graph.top.dataflow, self._names
        workflow, run = iri(names.workflow(top.id)), iri(names.run)
        self._turtle.say(
            run,
            [
                "a wfprov:WorkflowRun, wfprov:ProcessRun, prov:Activity",
                f"rdfs:label {text(f'Workflow run of {top.name}', 'en')}",
                f"wfprov:describedByWorkflow {workflow}",
                f"wfprov:wasEnactedBy {ENGINE}",
                *_associated(workflow),
                *_times(said.began, said.ended, EXPORT),
                *self._usage(top.id, None, said.used),
            ],
        )
        for port, ref in said.made:
            role = iri(names.port(top.id, None, port, output=True))
            self._turtle.say(
                iri(ref.uri),
                [f"wfprov:wasOutputFrom {run}", f"wfprov:describedByParameter {role}"],
            )

    def _usage(
        self, flow: str, owner: str | None, used: tuple[tuple[str, Ref], ...]
    ) -> Iterator[str]:
        for port, ref in used:
            role = iri(self._names.port(flow, owner, port, output=False))
            uri = iri(ref.uri)
            how = anonymous("a prov:Usage", f"prov:entity {uri}", f"prov:hadRole {role}")
            yield f"wfprov:usedInput {uri} ; prov:used {uri} ; prov:qualifiedUsage {how}"

    def _passed(self, ref: Ref, flow: str, owner: str, port: str) -> None:
        role = iri(self._names.port(flow, owner, port, output=False))
        self._turtle.say(iri(ref.uri), [f"wfprov:describedByParameter {role}"])

    # -- values --------------------------------------------------------------------------

    def _datum(self, said: Datum) -> None:
        self._turtle.say(iri(said.ref.uri), self._of_datum(said))
        value, name = said.value, said.path
        if name is None or value is None or isinstance(value, ListValue):
            return
        if said.stored or not name.startswith("intermediates/"):
            self._content(path(name), describe(value))

    def _of_datum(self, said: Datum) -> Iterator[str]:
        yield "a wfprov:Artifact, prov:Entity" + _kinds(said)
        if said.path is not None:
            yield f"tavernaprov:content {path(said.path)}"
        yield f"wfprov:describedByParameter {iri(said.port)}"
        if said.maker is not None:
            maker = iri(said.maker)
            how = anonymous(
                "a prov:Generation",
                f"prov:activity {maker}",
                f"prov:hadRole {iri(said.port)}",
                f"prov:atTime {moment(said.time)}",
            )
            yield f"wfprov:wasOutputFrom {maker} ; prov:wasGeneratedBy {maker}"
            yield f"prov:qualifiedGeneration {how} ; prov:generatedAtTime {moment(said.time)}"
        for ref in said.derived:
            yield f"prov:wasDerivedFrom {iri(ref.uri)}"
        if isinstance(said.value, ErrorDocument):
            yield from _of_error(said.value)
        elif said.members is not None:
            for place, member in enumerate(said.members):
                yield _member(place, iri(member.uri))

    def _content(self, name: str, content: Content) -> None:
        statements = [
            "a tavernaprov:Content",
            f"tavernaprov:byteCount {long(content.size)}",
            f"tavernaprov:sha1 {text(content.sha1)}",
            f"tavernaprov:sha512 {text(content.sha512)}",
        ]
        self._turtle.say(name, [*statements, *_embedded(content)])


def _kinds(said: Datum) -> str:
    if isinstance(said.value, ErrorDocument):
        return ", tavernaprov:Error"
    if said.members is None:
        return ""
    kinds = ", prov:Collection, prov:Dictionary"
    return kinds if len(said.members) else f"{kinds}, prov:EmptyCollection, prov:EmptyDictionary"


def _member(place: int, uri: str) -> str:
    pair = anonymous(
        "a prov:KeyEntityPair", f"prov:pairKey {long(place)}", f"prov:pairEntity {uri}"
    )
    return f"prov:hadMember {uri} ; prov:hadDictionaryMember {pair}"


def _of_error(error: ErrorDocument) -> Iterator[str]:
    yield f"tavernaprov:errorMessage {text(error.message)}"
    if error.exception:
        trace = "\n".join(trace_lines(error))
        yield f"tavernaprov:stackTrace {text(trace)}"


def _embedded(content: Content) -> Iterator[str]:
    if content.embedded is None:
        return
    if content.media_type.startswith("text/"):
        chars = text(content.embedded.decode("utf-8", "replace"))
        yield f'a cnt:ContentAsText ; cnt:characterEncoding "UTF-8" ; cnt:chars {chars}'
    else:
        encoded = base64.b64encode(content.embedded).decode()
        yield f'a cnt:ContentAsBase64 ; cnt:bytes "{encoded}"^^xsd:base64Binary'


def _associated(plan: str) -> Iterator[str]:
    how = anonymous("a prov:Association", f"prov:agent {ENGINE}", f"prov:hadPlan {plan}")
    yield f"prov:wasAssociatedWith {ENGINE} ; prov:qualifiedAssociation {how}"


def _times(began: float, ended: float, cause: str) -> Iterator[str]:
    yield f"prov:startedAtTime {moment(began)} ; prov:endedAtTime {moment(ended)}"
    yield f"prov:qualifiedStart {_moment('Start', cause, began)}"
    yield f"prov:qualifiedEnd {_moment('End', cause, ended)}"


def _moment(kind: str, activity: str, time: float) -> str:
    verb = "prov:activity" if kind == "Generation" else "prov:hadActivity"
    return anonymous(f"a prov:{kind}", f"{verb} {activity}", f"prov:atTime {moment(time)}")
