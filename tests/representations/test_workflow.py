"""Workflow documents keep their infoset."""

from __future__ import annotations

from pathlib import Path

import pytest
from lxml import etree

from taverna_server.errors import MalformedDocument
from taverna_server.representations import JSON, XML
from taverna_server.representations.workflow import (
    OFFERED_WORKFLOW,
    T2FLOW,
    unwrap_workflow,
    wrap_workflow,
    write_workflow,
)
from tests.example_workflows import ROOT
from tests.published import check

DOCUMENT = (Path(__file__).parents[1] / "golden/workflow/reverse.t2flow").read_bytes()
TS = "http://ns.taverna.org.uk/2010/xml/server/"
T2 = "http://taverna.sf.net/2008/xml/t2flow"


def canonical(document: bytes) -> bytes:
    root = etree.fromstring(document)
    return etree.tostring(root, method="c14n2", with_tail=False)


def test_wrapped_and_unwrapped_is_the_same_infoset() -> None:
    assert canonical(unwrap_workflow(wrap_workflow(DOCUMENT))) == canonical(DOCUMENT)


@pytest.mark.parametrize(
    "path", sorted(ROOT.glob("*/workflow.t2flow")), ids=lambda path: path.parent.name
)
def test_json_of_every_example_is_valid(path: Path) -> None:
    check(write_workflow(path.read_bytes(), JSON), JSON)


def test_wrapper_has_one_child_and_no_white_space_of_its_own() -> None:
    root = etree.fromstring(wrap_workflow(DOCUMENT))
    assert root.tag == f"{{{TS}}}workflow"
    assert [child.tag for child in root] == [f"{{{T2}}}workflow"]
    assert root.text is root[0].tail is None


def test_prefixes_in_attribute_values_stay_declared() -> None:
    note = next(etree.fromstring(wrap_workflow(DOCUMENT)).iter("{urn:x}note"))
    assert note.nsmap["q"] == "urn:q"


def test_prefix_of_the_wrapper_may_mean_something_else_inside() -> None:
    inner = b'<ts:workflow xmlns:ts="urn:mine"><ts:a/></ts:workflow>'
    assert canonical(unwrap_workflow(wrap_workflow(inner))) == canonical(inner)


def test_document_in_another_encoding_is_wrapped_as_utf_8() -> None:
    document = '<?xml version="1.0" encoding="ISO-8859-1"?><w xmlns="urn:w">\u00e9</w>'
    root = etree.fromstring(wrap_workflow(document.encode("latin-1")))
    assert root[0].text == "\u00e9"


def test_t2flow_is_written_as_submitted() -> None:
    assert OFFERED_WORKFLOW[0] == T2FLOW
    assert write_workflow(DOCUMENT, T2FLOW) == DOCUMENT


@pytest.mark.parametrize("media_type", [XML, JSON])
def test_other_forms_are_made_from_it(media_type: str) -> None:
    assert b"9f0c2d7e-6d0a-4b7f-8f1e-3a5b9c7d1e20" in write_workflow(DOCUMENT, media_type)


def test_bare_workflow_is_taken_as_it_is() -> None:
    assert unwrap_workflow(DOCUMENT) == DOCUMENT


@pytest.mark.parametrize("content", ["", "text", "<a/><b/>", "<!-- only this -->"])
def test_wrapper_must_hold_one_element(content: str) -> None:
    body = f'<w:workflow xmlns:w="{TS}">{content}</w:workflow>'
    with pytest.raises(MalformedDocument, match="one workflow is expected"):
        unwrap_workflow(body.encode())


@pytest.mark.parametrize("media_type", [XML, JSON])
def test_document_that_is_not_xml_cannot_be_wrapped(media_type: str) -> None:
    with pytest.raises(MalformedDocument):
        write_workflow(b"cwlVersion: v1.2", media_type)
