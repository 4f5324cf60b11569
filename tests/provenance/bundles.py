"""What is asked of a run bundle, wherever it was made."""

from __future__ import annotations

import json
import re
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import unquote

from rdflib import RDF, Graph, Namespace, URIRef

HALVES = Path(__file__).parent / "workflows" / "halves.t2flow"
"""Nested, iterating, failing for what is no number."""
NUMBERS = ["4", "five", "10"]

DOCS = Path(__file__).parents[2] / "docs" / "provenance.md"
ROOT = "http://example.org/bundle/"
PROV = Namespace("http://www.w3.org/ns/prov#")
TAVERNAPROV = Namespace("http://ns.taverna.org.uk/2012/tavernaprov/")
WFPROV = Namespace("http://purl.org/wf4ever/wfprov#")


class Bundle:
    """One run bundle, opened."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.archive = zipfile.ZipFile(path)
        self.names = self.archive.namelist()
        self.graph = Graph().parse(
            data=self.archive.read("workflowrun.prov.ttl"), format="turtle", publicID=ROOT
        )

    def json(self, name: str) -> Any:
        return json.loads(self.archive.read(name))

    def entities(self) -> dict[str, Any]:
        """Of the crate, by id."""
        return {one["@id"]: one for one in self.json("ro-crate-metadata.json")["@graph"]}

    def ask(self, title: str, **names: str) -> list[tuple[str, ...]]:
        """The answers to a query of the documentation, with words in capitals replaced."""
        query = re.search(
            rf"### {re.escape(title)}\n.*?```sparql\n(.*?)```", DOCS.read_text(), re.S
        )
        assert query is not None, title
        text = query[1]
        for word, value in names.items():
            text = text.replace(word, value)
        rows = self.graph.query(text, base=ROOT)
        return sorted(tuple(str(cell) for cell in row) for row in rows)  # type: ignore[union-attr]

    def file(self, uri: URIRef) -> str:
        """The name in the archive of a resource of the trace."""
        return unquote(str(uri).removeprefix(ROOT))


def faults(bundle: Bundle) -> Iterator[str]:
    """What breaks a rule, a sentence each."""
    yield from zip_faults(bundle)
    yield from prov_faults(bundle.graph)
    yield from content_faults(bundle)
    yield from crate_faults(bundle)


def zip_faults(bundle: Bundle) -> Iterator[str]:
    content = b"application/vnd.wf4ever.robundle+zip"
    head = bundle.path.read_bytes()[: 38 + len(content)]
    if head[38:] != content or head[30:38] != b"mimetype" or head[8:10] != b"\0\0":
        yield "mimetype is not first and stored"
    if len(bundle.names) != len(set(bundle.names)):
        yield "an entry stands twice"
    if (broken := bundle.archive.testzip()) is not None:
        yield f"{broken} is broken"
    listed = {one["file"][1:] for one in bundle.json(".ro/manifest.json")["aggregates"]}
    files = {name for name in bundle.names if not name.endswith("/")} - {"mimetype"}
    if listed != {name for name in files if not name.startswith(".ro/")}:
        yield "the manifest lists other files"


def prov_faults(graph: Graph) -> Iterator[str]:
    """The constraints of PROV that a trace of ours could break."""
    entities = set(graph.subjects(RDF.type, PROV.Entity))
    activities = set(graph.subjects(RDF.type, PROV.Activity))
    for verb in (PROV.used, PROV.hadMember, PROV.wasDerivedFrom):
        yield from (f"{s} {verb} {o}: no entity" for s, o in graph[:verb:] if o not in entities)
    made = list(graph[: PROV.wasGeneratedBy :])
    yield from (f"{o} made {s}, but is no activity" for s, o in made if o not in activities)
    for entity in entities:
        if len(set(graph.objects(entity, PROV.wasGeneratedBy))) > 1:
            yield f"{entity} was made twice"
    for activity in activities:
        began, ended = (one_time(graph, activity, verb) for verb in ("startedAt", "endedAt"))
        if began > ended:
            yield f"{activity} ended before it began"
        for entity in graph.objects(activity, PROV.used):
            times = [str(time) for time in graph.objects(entity, PROV.generatedAtTime)]
            yield from (f"{entity} was used before it was made" for time in times if time > began)


def one_time(graph: Graph, activity: Any, verb: str) -> str:
    (time,) = graph.objects(activity, PROV[f"{verb}Time"])
    return str(time)


def content_faults(bundle: Bundle) -> Iterator[str]:
    for entity, place in bundle.graph[: TAVERNAPROV.content :]:
        name = bundle.file(URIRef(place))
        if name not in bundle.names:
            yield f"{entity} has no file {name}"
        elif not name.endswith("/"):
            size = bundle.archive.getinfo(name).file_size
            if [int(str(one)) for one in bundle.graph.objects(place, TAVERNAPROV.byteCount)] != [
                size
            ]:
                yield f"{name} is not as long as the trace says"


def crate_faults(bundle: Bundle) -> Iterator[str]:
    graph = bundle.json("ro-crate-metadata.json")["@graph"]
    entities = bundle.entities()
    if len(entities) != len(graph):
        yield "an entity of the crate stands twice"
    for entity in graph:
        for link in links(entity):
            if link not in entities and link != "https://w3id.org/ro/crate/1.1":
                yield f"{entity['@id']} refers to {link}, which is not described"
    for ident, entity in entities.items():
        if "File" in entity["@type"] and unquote(ident) not in bundle.names:
            yield f"{ident} is not in the bundle"


def links(value: Any) -> Iterator[str]:
    if isinstance(value, dict):
        if set(value) == {"@id"}:
            yield value["@id"]
        else:
            for inner in value.values():
                yield from links(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from links(inner)
