"""Documents of every kind become drawings, and are read once."""

from __future__ import annotations

import json
from functools import partial
from uuid import uuid4

import pytest

from taverna_server.diagrams import drawing_of_document, graph_of_document
from taverna_server.diagrams.documents import Remembered
from tests.example_workflows import ROOT

HELLO = (ROOT / "hello_world" / "workflow.t2flow").read_bytes()
SERIAL = {"workflow": {"type": "serial", "specification": {"steps": [{"name": "one"}]}}}


def test_taverna_and_reana_documents_have_graphs() -> None:
    documents = [HELLO, json.dumps(SERIAL).encode()]
    graphs = [graph_of_document(str(uuid4()), partial(bytes, it)) for it in documents]
    names = [[node.key for node in graph.nodes] for graph in graphs]
    assert names == [["Hello", "out:greeting"], ["one"]]


@pytest.mark.parametrize("document", [b"", b"<html/>", b"{", b"{}", b"[]", b"\xff\xfe", b"{" * 99])
def test_what_cannot_be_drawn_says_so(document: bytes) -> None:
    drawing = drawing_of_document(str(uuid4()), lambda: document, None, lambda paths: "?")
    assert drawing.startswith("<svg")


def test_document_is_read_once() -> None:
    reads: list[int] = []

    def document() -> bytes:
        reads.append(1)
        return HELLO

    id = str(uuid4())
    for expand in (None, [], ["*"], ["no"]):
        drawing_of_document(id, document, expand, lambda paths: "?")
    assert len(reads) == 1


def test_what_was_not_used_for_long_is_forgotten() -> None:
    memory: Remembered[str] = Remembered(10, len)
    made: list[str] = []

    def make(value: str) -> str:
        made.append(value)
        return value

    for value in ("aaaa", "bbbb", "aaaa", "cccc", "aaaa", "bbbb"):
        memory.get(value, lambda value=value: make(value))
    assert made == ["aaaa", "bbbb", "cccc", "bbbb"]
