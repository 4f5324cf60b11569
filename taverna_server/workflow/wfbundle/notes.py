"""Annotations: Turtle files, and who in ``workflowBundle.rdf`` they are about.

Reading never fails: annotations are only text, so what cannot be read is left out.
The Turtle that is written here is one statement a file, and such files are read
without a Turtle parser, which takes seconds for a long list and is used up to a limit.
"""

from __future__ import annotations

import logging
import re
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import replace
from typing import Any
from uuid import NAMESPACE_URL, uuid5

from lxml import etree

from taverna_server.errors import MalformedDocument
from taverna_server.workflow.model import NO_ANNOTATIONS, Annotations
from taverna_server.workflow.wfbundle.archive import Archive
from taverna_server.workflow.wfbundle.rdf import RdfDocument, parts
from taverna_server.workflow.wfbundle.vocabulary import OA, PREDICATES

MAX_NOTE = 256 << 10
"""Bytes of one annotation."""
MAX_NOTES = 20_000
MAX_PARSED = 64 << 10
"""Bytes of Turtle that go through the parser, of a whole bundle; the rest is kept as it is."""

TAGGING = f"{OA}tagging"
"""The motivation of a semantic annotation, whose Turtle is kept as it is."""

_FIELDS = {predicate: field for field, predicate in PREDICATES.items()} | {
    "http://purl.org/dc/elements/1.1/title": "title",
    "http://purl.org/dc/elements/1.1/description": "description",
    "http://purl.org/dc/terms/creator": "author",
    "http://purl.org/dc/terms/format": "mime_type",
}
_ESCAPES = {"\\": "\\\\", '"': '\\"', "\n": "\\n", "\r": "\\r", "\t": "\\t"}
_ESCAPED = re.compile(r"\\(.)")
_UNESCAPED = {written[1]: character for character, written in _ESCAPES.items()}
_STATEMENT = re.compile(r'<[^<>"\s]*> <([^<>"\s]*)> "((?:[^"\\\n]|\\[\\"nrt])*)" \.\s*')
"""One statement about one thing, in the form that is written here."""

logging.getLogger("rdflib.term").setLevel(logging.ERROR)  # it warns of every odd URI


class NotesReader:
    """The annotations of a bundle by what they are about."""

    def __init__(self, bundle: RdfDocument, root: etree._Element, archive: Archive) -> None:
        self._archive, self._parsed = archive, 0
        self._found: defaultdict[str, Annotations] = defaultdict(lambda: NO_ANNOTATIONS)
        for number, part in enumerate(parts(root, "annotation")):
            if number < MAX_NOTES:
                self._read(bundle, part)

    def __call__(self, place: str) -> Annotations:
        return self._found.get(place, NO_ANNOTATIONS)

    def _read(self, bundle: RdfDocument, element: etree._Element) -> None:
        about, body = bundle.target(element, "hasTarget"), bundle.target(element, "hasBody")
        if about is None or body is None or body not in self._archive:
            return
        try:
            turtle = self._archive.read(body, MAX_NOTE).decode()
        except (MalformedDocument, UnicodeDecodeError):
            return
        tagging = bundle.target(element, "motivatedBy") == TAGGING
        fields: dict[str, Any] = {} if tagging else self._fields(turtle)
        said = self._found[about]
        self._found[about] = replace(said, **(fields or {"semantic": (*said.semantic, turtle)}))

    def _fields(self, turtle: str) -> dict[str, str]:
        statement = _STATEMENT.fullmatch(turtle)
        if statement:
            field = _FIELDS.get(statement[1])
            return {field: _ESCAPED.sub(_character, statement[2])} if field else {}
        self._parsed += len(turtle)
        return dict(_parsed_fields(turtle)) if self._parsed <= MAX_PARSED else {}


def _character(escaped: re.Match[str]) -> str:
    return _UNESCAPED[escaped[1]]


def _parsed_fields(turtle: str) -> Iterator[tuple[str, str]]:
    """The statements that are ours to understand; none where there are others, too."""
    from rdflib import Graph, Literal

    graph = Graph()
    try:
        graph.parse(data=turtle, format="turtle", publicID="http://bundle.invalid/")
    except Exception:  # rdflib has no class of its own for all that can be wrong
        return
    statements = [(_FIELDS.get(str(predicate)), value) for _, predicate, value in graph]
    if all(field and isinstance(value, Literal) for field, value in statements):
        yield from ((field, str(value)) for field, value in statements if field)


def write_notes(place: str, said: Annotations) -> Iterator[tuple[str, str, str]]:
    """File name, Turtle and motivation of each annotation of a place in the bundle."""
    for field, predicate in PREDICATES.items():
        if value := getattr(said, field):
            text = value.translate(str.maketrans(_ESCAPES))
            yield _file(place, field), f'<../{place}> <{predicate}> "{text}" .\n', f"{OA}describing"
    for number, turtle in enumerate(said.semantic):
        yield _file(place, str(number)), turtle, TAGGING


def _file(place: str, which: str) -> str:
    """The same for the same annotation, so that a bundle is the same each time it is written."""
    return f"annotation/{uuid5(NAMESPACE_URL, f'{place} {which}')}.ttl"
