"""Documents are recognised by what is in them."""

from __future__ import annotations

import pytest

from taverna_server.errors import MalformedDocument
from taverna_server.workflow.reading import (
    SCUFL,
    T2FLOW,
    format_of,
    read_interface,
    read_workflow,
)

from . import scufl_documents
from .documents import dataflow, document

T2 = document(dataflow("a", "b", links=["a -> b"], name="Two"))
T1 = scufl_documents.greetings()


def test_formats_are_recognised() -> None:
    assert format_of(T2) == T2FLOW
    assert format_of(T1) == SCUFL
    assert format_of(T1.decode().replace("<?xml version='1.0'?>", "").encode("utf-16")) == SCUFL


def test_every_format_becomes_the_same_model() -> None:
    assert read_workflow(T2).top.name == "Two"
    assert read_workflow(T1).top.name == "Greetings"


def test_ports_are_described_whatever_the_format() -> None:
    assert [port.name for port in read_interface(T2).inputs] == ["a"]
    assert [port.name for port in read_interface(T1).outputs] == ["lines", "all"]


def test_ports_of_a_document_with_faults_are_described() -> None:
    faulty = T1.replace(b'<s:link source="names"', b"<s:link")
    assert [port.name for port in read_interface(faulty).inputs] == ["names", "ends"]


@pytest.mark.parametrize("junk", [b"", b"junk", b"<a/>", b"<scufl/>", b"PK", b"\xff\xfe", b"{}"])
def test_anything_else_is_no_workflow(junk: bytes) -> None:
    with pytest.raises(MalformedDocument):
        read_workflow(junk)
    with pytest.raises(MalformedDocument):
        read_interface(junk)
