"""Lists of URIs: what they name is fetched, if it may be."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest
from werkzeug.test import Client
from werkzeug.wrappers import Request, Response

from taverna_server.app import create_app
from taverna_server.config import Config
from tests.applications import WORKFLOW
from tests.engines.taverna.activities.localservices import Service, serving

KIND = "text/uri-list"
PROBLEM = "failed to transfer data from URI"


def answer(request: Request) -> Response:
    found = {"/w": WORKFLOW, "/x": b"<x/>", "/long": b"x" * 3000}.get(request.path)
    return Response(found, 404 if found is None else 200)


@pytest.fixture
def service() -> Iterator[Service]:
    with serving(answer) as service:
        yield service


@pytest.fixture
def config(config: Config, service: Service) -> Config:
    return replace(config, uri_sources=(service.url,), max_fetched_size=2000)


def post(client: Client, path: str, text: str) -> tuple[int, str]:
    said = client.post(path, data=text, content_type=KIND)
    return said.status_code, said.text


def test_run_is_made_of_the_first_workflow(alice: Client, service: Service) -> None:
    text = f"# mine\r\n\r\n{service.url}/w\r\n{service.url}/gone\r\n"
    said = alice.post("/rest/runs", data=text, content_type=KIND)
    assert (said.status_code, said.text) == (201, "")
    assert alice.get(f"{said.headers['Location']}/workflow").data == WORKFLOW
    assert [seen.target for seen in service.requests] == ["/w"]
    assert service.last.headers["Accept"] == "application/vnd.taverna.t2flow+xml"


def test_file_is_made_and_replaced(alice: Client, run: str, service: Service) -> None:
    said = alice.post(f"{run}/wd/new", data=f"{service.url}/w", content_type=KIND)
    assert (said.status_code, said.headers["Location"]) == (201, f"http://localhost{run}/wd/new")
    assert post(alice, f"{run}/wd/new", f"#\n{service.url}/x\n") == (204, "")
    assert alice.get(f"{run}/wd/new").data == b"<x/>"


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("", "URI list must have single URI in it"),
        ("# nothing\r\n", "URI list must have single URI in it"),
        ("urn:x:y", "URI list must have value URL in it"),
        ("file:///etc/passwd", "URI list must have value URL in it"),
        ("http://[::1", "ill-formed URI"),
        ("http://example.org/a b", "ill-formed URI"),
        ("http://a:b@example.org/", "ill-formed URI"),
        ("http://example.org/ö", "ill-formed URI"),
    ],
)
def test_other_lists_are_refused(alice: Client, run: str, text: str, sentence: str) -> None:
    assert post(alice, f"{run}/wd/new", text) == (422, sentence)
    assert post(alice, "/rest/runs", text) == (422, sentence)


def test_file_takes_one(alice: Client, run: str, service: Service) -> None:
    two = f"{service.url}/w\r\n{service.url}/x\r\n"
    assert post(alice, f"{run}/wd/new", two) == (422, "URI list must have single URI in it")


@pytest.mark.parametrize("path", ["/gone", "/long"])
def test_what_does_not_come_changes_nothing(
    alice: Client, run: str, service: Service, path: str
) -> None:
    alice.put(f"{run}/wd/kept", data=b"kept")
    status, text = post(alice, f"{run}/wd/kept", service.url + path)
    assert (status, text.partition(":")[0]) == (403, PROBLEM)
    assert alice.get(f"{run}/wd/kept").data == b"kept"
    names = alice.get(f"{run}/wd", headers={"Accept": "application/json"}).text
    assert "upload" not in names


def test_places_that_are_no_file_are_refused_unfetched(
    alice: Client, run: str, service: Service
) -> None:
    for path, status in (("", 403), ("/logs", 403), ("/a%20b", 403), ("/no/such", 404)):
        assert post(alice, f"{run}/wd{path}", f"{service.url}/w")[0] == status
    assert service.requests == []


def test_document_that_is_no_workflow_is_refused(alice: Client, service: Service) -> None:
    status, text = post(alice, "/rest/runs", f"{service.url}/x")
    assert (status, text) == (403, "invalid T2flow document; bad root element")


def test_nothing_is_fetched_unless_it_is_configured(config: Config, service: Service) -> None:
    client = create_app(replace(config, uri_sources=())).test_client()
    client.environ_base["HTTP_AUTHORIZATION"] = "Bearer alice"
    sentence = f"{PROBLEM}: this server fetches nothing from there"
    assert post(client, "/rest/runs", f"{service.url}/w") == (403, sentence)
    assert service.requests == []
