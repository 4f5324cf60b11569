"""A bundle as a whole: which documents it has, and the workflow they make together."""

from __future__ import annotations

from lxml import etree

from taverna_server.errors import MalformedDocument, WorkflowInvalid
from taverna_server.workflow.elements import Findings, child, text_at
from taverna_server.workflow.model import Dataflow, Interface, Processor, Workflow
from taverna_server.workflow.nesting import check_nesting
from taverna_server.workflow.wfbundle.archive import Archive
from taverna_server.workflow.wfbundle.graphs import Graph, Step, read_graph
from taverna_server.workflow.wfbundle.notes import NotesReader
from taverna_server.workflow.wfbundle.profiles import Profile, read_profile
from taverna_server.workflow.wfbundle.rdf import RdfDocument, parts
from taverna_server.workflow.wfbundle.vocabulary import BUNDLE_RDF, RDF, RDFS, resolve

_SEE_ALSO = f"{{{RDFS}}}seeAlso"


def read_wfbundle(document: bytes) -> Workflow:
    """The workflow in a bundle.

    Raises:
        MalformedDocument: no ZIP, a hostile one, or a document in it that cannot be read.
        WorkflowInvalid: parts are missing or contradict each other; all of them are named.
    """
    findings = Findings()
    bundle = _Bundle(document, findings)
    workflow = bundle.workflow()
    if workflow is not None:
        check_nesting(workflow, findings)
    if workflow is None or findings.sentences:
        raise WorkflowInvalid(findings.sentences)
    return workflow


def read_wfbundle_ports(document: bytes) -> Interface:
    """Ports, name and annotations of the main workflow, whatever faults the rest has.

    Raises:
        MalformedDocument: no ZIP, a hostile one, or a document in it that cannot be read.
    """
    bundle = _Bundle(document, Findings())
    graph = bundle.main()
    if graph is None:
        raise MalformedDocument("the bundle has no main workflow")
    return Interface(graph.inputs, graph.outputs, graph.name, bundle.notes(graph.uri))


class _Bundle:
    """The main document of a bundle, and those it refers to."""

    def __init__(self, document: bytes, findings: Findings) -> None:
        self.archive, self.findings = Archive(document), findings
        root = RdfDocument(self.archive, _root_file(self.archive), findings)
        described = child(root.root, "WorkflowBundle")
        if described is None:
            raise MalformedDocument("the bundle describes no WorkflowBundle")
        self.root, self.described = root, described
        own = child(described, "globalBaseURI")
        self.alias = "" if own is None else str(own.get(f"{{{RDF}}}resource", ""))
        root.alias = self.alias
        self.notes = NotesReader(root, described, self.archive)

    def main(self) -> Graph | None:
        """The main workflow; without one that is named, the first."""
        files = self._files("workflow")
        wanted = self.root.target(self.described, "mainWorkflow")
        path = files.get(wanted or "") or next(iter(files.values()), None)
        return None if path is None else self._graph(path)

    def workflow(self) -> Workflow | None:
        """None, and a finding, where there is no main workflow."""
        files = self._files("workflow")
        wanted = self.root.target(self.described, "mainWorkflow")
        graphs = [graph for graph in map(self._graph, files.values()) if graph is not None]
        ids = _ids(graphs, self.findings)
        profile = self._profile(ids)
        flows = {
            graph.uri: _dataflow(graph, ids[graph.uri], profile, self.notes) for graph in graphs
        }
        top = flows.get(wanted or "") or next(iter(flows.values()), None)
        if top is None:
            self.findings.add_at(0, "the bundle has no main workflow")
            return None
        nested = {flow.id: flow for flow in flows.values() if flow is not top}
        return Workflow(top, nested, text_at(self.described, "createdWith"))

    def _files(self, kind: str) -> dict[str, str]:
        """Documents by the URI of what they describe."""
        files = {}
        for part in parts(self.described, kind):
            about = self.root.subject(part)
            file = next((_reference(found) for found in part.iterchildren(_SEE_ALSO)), None)
            path = f"{about.rstrip('/')}.rdf" if file is None else self.root.resolve(file)
            files[about] = path
        return files

    def _graph(self, path: str) -> Graph | None:
        return read_graph(RdfDocument(self.archive, path, self.findings, self.alias), self.notes)

    def _profile(self, ids: dict[str, str]) -> Profile:
        """The main profile, else the first."""
        files = self._files("profile")
        wanted = self.root.target(self.described, "mainProfile")
        path = files.get(wanted or "") or next(iter(files.values()), None)
        if path is None:
            self.findings.add_at(0, "the bundle has no profile, so no processor does anything")
            return Profile()
        document = RdfDocument(self.archive, path, self.findings, self.alias)
        return read_profile(
            document, self.archive, lambda place: ids.get(resolve("", place, self.alias))
        )


def _root_file(archive: Archive) -> str:
    """What ``META-INF/container.xml`` names, else the usual name."""
    if BUNDLE_RDF in archive or "META-INF/container.xml" not in archive:
        return BUNDLE_RDF
    from taverna_server.etree import parse_xml

    container = parse_xml(archive.read("META-INF/container.xml"))
    files = (
        str(found.get("full-path", "")) for found in container.iter("{*}rootFile", "{*}rootfile")
    )
    return next(filter(None, files), BUNDLE_RDF)


def _reference(element: etree._Element) -> str:
    return str(element.get(f"{{{RDF}}}resource", ""))


def _ids(graphs: list[Graph], findings: Findings) -> dict[str, str]:
    """Ids of dataflows by URI; where a bundle has none, their URIs."""
    ids: dict[str, str] = {}
    for graph in graphs:
        id = graph.id or graph.uri
        if id in ids.values():
            findings.add_at(graph.line, f"a second workflow with the identifier '{id}'")
        ids[graph.uri] = id
    return ids


def _dataflow(graph: Graph, id: str, profile: Profile, notes: NotesReader) -> Dataflow:
    return Dataflow(
        id,
        graph.name,
        graph.inputs,
        graph.outputs,
        tuple(_processor(step, profile) for step in graph.steps),
        graph.datalinks,
        graph.control_links,
        notes(graph.uri),
        graph.line,
    )


def _processor(step: Step, profile: Profile) -> Processor:
    made = Processor(
        step.name, step.inputs, step.outputs, tuple(profile.activities.get(step.uri, ()))
    )
    dispatch = profile.dispatch.get(step.uri, made.dispatch)
    return Processor(
        made.name, made.inputs, made.outputs, made.activities, dispatch,
        step.strategies, step.annotations, step.line,
    )  # fmt: skip
