"""Workflows of all versions of Taverna are taken, and given back as they came or as bundles."""

from __future__ import annotations

import pytest
from werkzeug.test import Client

from taverna_server.serving.negotiation import JSON, SCUFL, T2FLOW, WFBUNDLE, XML
from taverna_server.workflow.reading import read_workflow
from tests.applications import WORKFLOW
from tests.workflow.bundles import foreign
from tests.workflow.scufl_documents import greetings

DOCUMENTS = {T2FLOW: WORKFLOW, WFBUNDLE: foreign(), SCUFL: greetings()}


def create(client: Client, document: bytes, media_type: str) -> str:
    answer = client.post("/rest/runs", data=document, content_type=media_type)
    assert answer.status_code == 201, answer.text
    return answer.headers["Location"].removeprefix("http://localhost")


@pytest.mark.parametrize("media_type", DOCUMENTS)
def test_document_is_given_back_as_it_came(alice: Client, media_type: str) -> None:
    run = create(alice, DOCUMENTS[media_type], media_type)
    answer = alice.get(f"{run}/workflow")
    assert (answer.mimetype, answer.data) == (media_type, DOCUMENTS[media_type])


@pytest.mark.parametrize("media_type", DOCUMENTS)
def test_document_is_given_as_a_bundle_on_request(alice: Client, media_type: str) -> None:
    run = create(alice, DOCUMENTS[media_type], media_type)
    answer = alice.get(f"{run}/workflow", headers={"Accept": WFBUNDLE})
    assert answer.mimetype == WFBUNDLE
    assert read_workflow(answer.data) == read_workflow(DOCUMENTS[media_type])


@pytest.mark.parametrize("wanted", [T2FLOW, XML, JSON, SCUFL])
def test_bundle_is_nothing_else(alice: Client, wanted: str) -> None:
    run = create(alice, foreign(), WFBUNDLE)
    assert alice.get(f"{run}/workflow", headers={"Accept": wanted}).status_code == 406


def test_inputs_of_every_format_are_expected(alice: Client) -> None:
    run = create(alice, foreign(), WFBUNDLE)
    assert 'name="who"' in alice.get(f"{run}/input/expected").text
    run = create(alice, greetings(), SCUFL)
    assert 'name="ends"' in alice.get(f"{run}/input/expected").text


def test_what_is_no_bundle_is_refused(alice: Client) -> None:
    answer = alice.post("/rest/runs", data=b"PK\x03\x04 no", content_type=WFBUNDLE)
    assert answer.status_code == 403
    assert answer.text.startswith("invalid T2flow document; not a readable ZIP file")
