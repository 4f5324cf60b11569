"""Whatever arrives, reading gives an object or the caller's mistake, and nothing else."""

from __future__ import annotations

import contextlib
import json
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from lxml import etree

from taverna_server.errors import ClientMistake
from taverna_server.representations import JSON, OFFERED, XML, read, write
from taverna_server.representations.binding import Document
from taverna_server.representations.catalogue import DOCUMENTS
from taverna_server.representations.shapes import Part, reachable, shape_of
from taverna_server.representations.workflow import unwrap_workflow, wrap_workflow

FEW = settings(max_examples=25, suppress_health_check=[HealthCheck.too_slow], deadline=None)
TEXTS = st.sampled_from(["", "0", "-1", "true", "AAA=", "\U0001f407", "x" * 100])


def parts_of(schema: type[Document]) -> list[tuple[str, Part]]:
    """Everything that occurs anywhere in a document, with its local name."""
    found = []
    for part in (part for inner in reachable([schema]) for part in shape_of(inner).parts):
        kinds = part.choice.alternatives() if part.choice else [part.wire]
        found += [(kind, part) for kind in kinds]
    return found


def anything(schema: type[Document]) -> st.SearchStrategy[Any]:
    """Any JSON with the names of this document in any place."""
    names = st.sampled_from([name for name, _ in parts_of(schema)] + ["$", "other"])
    names |= names.map("@{}".format)
    return st.recursive(
        st.none() | st.booleans() | st.integers() | st.floats() | TEXTS | st.text(max_size=5),
        lambda inner: st.lists(inner, max_size=3) | st.dictionaries(names, inner, max_size=4),
        max_leaves=12,
    )


def accept(schema: type[Document], body: bytes, media_type: str) -> None:
    """Read; what could be read can be written in either form."""
    with contextlib.suppress(ClientMistake):
        document = read(schema, body, media_type)
        for other in OFFERED:
            write(schema, document, other)


@pytest.mark.parametrize("media_type", OFFERED)
@pytest.mark.parametrize("schema", DOCUMENTS)
@FEW
@given(body=st.binary(max_size=60))
def test_any_bytes(schema: type[Document], media_type: str, body: bytes) -> None:
    accept(schema, body, media_type)


@pytest.mark.parametrize("schema", DOCUMENTS)
@FEW
@given(data=st.data())
def test_any_json_in_the_right_root(schema: type[Document], data: st.DataObject) -> None:
    document = {schema.root: data.draw(anything(schema))}
    accept(schema, json.dumps(document).encode(), JSON)


@st.composite
def elements(draw: st.DrawFn, tag: str, tags: list[str], depth: int = 3) -> etree._Element:
    """A tree of elements and attributes of these names in any place."""
    element = etree.Element(tag)
    for name in draw(st.lists(st.sampled_from(tags), max_size=3)):
        element.set(name, draw(st.sampled_from(["", "1", "-1", "x"])))
    element.text = draw(st.sampled_from([None, " ", "true", "AAAA", "x"]))
    if depth:
        for child in draw(st.lists(st.sampled_from(tags), max_size=3)):
            element.append(draw(elements(child, tags, depth - 1)))
    return element


@pytest.mark.parametrize("schema", DOCUMENTS)
@FEW
@given(data=st.data())
def test_any_elements_in_the_right_root(schema: type[Document], data: st.DataObject) -> None:
    assert schema.root is not None
    tags = [
        part.place.namespace.tag(name) for name, part in parts_of(schema) if part.place.namespace
    ]
    root = data.draw(elements(schema.namespace.tag(schema.root), tags))
    accept(schema, etree.tostring(root), XML)


@FEW
@given(body=st.binary(max_size=60))
def test_any_bytes_as_a_workflow(body: bytes) -> None:
    with contextlib.suppress(ClientMistake):
        unwrap_workflow(body)
    with contextlib.suppress(ClientMistake):
        wrap_workflow(body)
