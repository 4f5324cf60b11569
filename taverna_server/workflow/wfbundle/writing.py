"""Writes a workflow as a bundle: the same bytes for the same workflow."""

from __future__ import annotations

import zipfile
from io import BytesIO
from uuid import NAMESPACE_URL, UUID, uuid5

from lxml import etree

from taverna_server.workflow.model import Annotations, Dataflow, Workflow
from taverna_server.workflow.unique import UniqueNames
from taverna_server.workflow.wfbundle.graphwriting import write_graph
from taverna_server.workflow.wfbundle.notes import write_notes
from taverna_server.workflow.wfbundle.profilewriting import write_profile
from taverna_server.workflow.wfbundle.rdfwriting import Element, document
from taverna_server.workflow.wfbundle.vocabulary import (
    BUNDLE_RDF,
    BUNDLES,
    MEDIA_TYPE,
    OA,
    PAV,
    RDFS,
    SCUFL2,
    segment,
)

PROFILE = "unspecified"
"""The name that Taverna gives the profile of a workflow that came without one."""

_EPOCH = (1980, 1, 1, 0, 0, 0)
_MANIFEST = "urn:oasis:names:tc:opendocument:xmlns:manifest:1.0"
_CONTAINER = "urn:oasis:names:tc:opendocument:xmlns:container"
_MEDIA_TYPES = {
    "rdf": "application/rdf+xml",
    "json": "application/json",
    "ttl": "text/turtle",
    "t2flow": "application/vnd.taverna.t2flow+xml",
}


def write_wfbundle(workflow: Workflow, original: bytes | None = None) -> bytes:
    """The bundle of a workflow; ``original`` is the t2flow document it was read from.

    Raises:
        WorkflowInvalid: its configurations are too large.
    """
    files = dict(_files(workflow))
    if original is not None:
        files[f"history/{_uuid(workflow.top.id)}.t2flow"] = original
    return _zip(files)


def _files(workflow: Workflow) -> dict[str, bytes]:
    places = _places(workflow)
    by_id = {flow.id: place for flow, place in places}
    files: dict[str, bytes] = {}
    root = _bundle(workflow, places, files)
    for flow, place in places:
        files[f"{place.rstrip('/')}.rdf"] = write_graph(flow, place)
    files |= write_profile(places, by_id, PROFILE)
    return {BUNDLE_RDF: document([root], "./"), **files}


def _places(workflow: Workflow) -> list[tuple[Dataflow, str]]:
    """Each dataflow with its place in the bundle; names need not be unique."""
    names = UniqueNames()
    flows = [workflow.top, *workflow.nested.values()]
    return [(flow, f"workflow/{segment(names.unused(flow.name or 'workflow'))}/") for flow in flows]


def _bundle(
    workflow: Workflow, places: list[tuple[Dataflow, str]], files: dict[str, bytes]
) -> Element:
    """The main document; the Turtle it refers to is put into ``files``."""
    root = Element(SCUFL2, "WorkflowBundle", about="")
    root.text(SCUFL2, "name", workflow.top.name)
    root.refer(SCUFL2, "globalBaseURI", f"{BUNDLES}{_uuid(workflow.top.id)}/")
    if workflow.produced_by:
        root.text(PAV, "createdWith", workflow.produced_by)
    root.refer(SCUFL2, "mainWorkflow", places[0][1])
    for _, place in places:
        _see_also(root, "workflow", "Workflow", place)
    root.refer(SCUFL2, "mainProfile", f"profile/{PROFILE}/")
    _see_also(root, "profile", "Profile", f"profile/{PROFILE}/")
    for flow, place in places:
        for about, said in _described(flow, place):
            _annotate(root, about, said, files)
    return root


def _see_also(root: Element, name: str, kind: str, place: str) -> None:
    described = root.child(SCUFL2, name).child(SCUFL2, kind, about=place)
    described.refer(RDFS, "seeAlso", f"{place.rstrip('/')}.rdf")


def _described(flow: Dataflow, place: str) -> list[tuple[str, Annotations]]:
    """Everything of a dataflow that may have annotations, with its place."""
    found = [(place, flow.annotations)]
    found += [(f"{place}in/{segment(port.name)}", port.annotations) for port in flow.inputs]
    found += [(f"{place}out/{segment(port.name)}", port.annotations) for port in flow.outputs]
    for processor in flow.processors:
        inner = f"{place}processor/{segment(processor.name)}/"
        found.append((inner, processor.annotations))
        found += [(f"{inner}in/{segment(p.name)}", p.annotations) for p in processor.inputs]
        found += [(f"{inner}out/{segment(p.name)}", p.annotations) for p in processor.outputs]
    return found


def _annotate(root: Element, about: str, said: Annotations, files: dict[str, bytes]) -> None:
    for file, turtle, motivation in write_notes(about, said):
        files[file] = turtle.encode()
        note = root.child(SCUFL2, "annotation")
        note = note.child(OA, "Annotation", about=file.removesuffix(".ttl") + "/")
        note.refer(OA, "hasTarget", about)
        note.refer(OA, "hasBody", file)
        note.refer(OA, "motivatedBy", motivation)


def _uuid(id: str) -> str:
    """Ids of Taverna are UUIDs; of others one is made."""
    try:
        return str(UUID(id))
    except ValueError:
        return str(uuid5(NAMESPACE_URL, id))


def _zip(files: dict[str, bytes]) -> bytes:
    """UCF: the media type first and not compressed."""
    packed = BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        _add(archive, "mimetype", MEDIA_TYPE.encode(), zipfile.ZIP_STORED)
        _add(archive, "META-INF/manifest.xml", _manifest(files))
        _add(archive, "META-INF/container.xml", _container())
        for name, content in files.items():
            _add(archive, name, content)
    return packed.getvalue()


def _add(
    archive: zipfile.ZipFile, name: str, content: bytes, method: int = zipfile.ZIP_DEFLATED
) -> None:
    entry = zipfile.ZipInfo(name, _EPOCH)
    entry.compress_type = method
    entry.external_attr = 0o644 << 16
    archive.writestr(entry, content)


def _manifest(files: dict[str, bytes]) -> bytes:
    root = etree.Element(f"{{{_MANIFEST}}}manifest", nsmap={"manifest": _MANIFEST})
    for name, media_type in [("/", MEDIA_TYPE), *((n, _media_type(n)) for n in files)]:
        entry = etree.SubElement(root, f"{{{_MANIFEST}}}file-entry")
        entry.set(f"{{{_MANIFEST}}}media-type", media_type)
        entry.set(f"{{{_MANIFEST}}}full-path", name)
    return etree.tostring(root, encoding="UTF-8", xml_declaration=True)


def _media_type(name: str) -> str:
    return _MEDIA_TYPES[name.rpartition(".")[2]]


def _container() -> bytes:
    root = etree.Element(f"{{{_CONTAINER}}}container", nsmap={"ucf": _CONTAINER})
    files = etree.SubElement(root, f"{{{_CONTAINER}}}rootFiles")
    file = etree.SubElement(files, f"{{{_CONTAINER}}}rootFile")
    file.set("full-path", BUNDLE_RDF)
    file.set("media-type", _MEDIA_TYPES["rdf"])
    return etree.tostring(root, encoding="UTF-8", xml_declaration=True)
