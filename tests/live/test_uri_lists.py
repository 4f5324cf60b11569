"""Workflows and files that the server fetches over HTTPS, from where it may and nowhere else."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
import requests
from werkzeug.wrappers import Request, Response

from tests.engines.taverna.activities.authority import Authority
from tests.engines.taverna.activities.localservices import Service, serving
from tests.live import runs
from tests.live.server import Server, running

LIST = {"Content-Type": "text/uri-list"}
SIZE = 100 * 2**20


def answer(request: Request) -> Response:
    if request.path == "/shared/large":
        return Response(b"x" * 2**20 for _ in range(SIZE // 2**20))
    return Response(runs.ECHO)


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    """Over TLS, of an authority that the server's machine trusts."""
    folder = tmp_path_factory.mktemp("authority")
    authority = Authority(folder)
    (folder / "root.pem").write_bytes(authority.certificate)
    with pytest.MonkeyPatch.context() as patch, serving(answer, authority.server()) as service:
        patch.setenv("SSL_CERT_FILE", str(folder / "root.pem"))
        yield service


@pytest.fixture(scope="module")
def fetching(tmp_path_factory: pytest.TempPathFactory, service: Service) -> Iterator[Server]:
    place: Path = tmp_path_factory.mktemp("server")
    with running(place, uri_sources=f"{service.url}/shared *") as server:
        yield server
        assert "Traceback" not in server.log()


@pytest.fixture
def ada(fetching: Server) -> Iterator[requests.Session]:
    with fetching.session("alice") as session:
        yield session


def post(session: requests.Session, place: str, *addresses: str) -> requests.Response:
    return session.post(place, data="\r\n".join(addresses), headers=LIST)


def test_fetched_workflow_runs(fetching: Server, ada: requests.Session, service: Service) -> None:
    made = post(ada, f"{fetching.rest}/runs", "# mine", f"{service.url}/shared/echo")
    assert made.status_code == 201, made.text
    run = made.headers["Location"]
    assert ada.get(f"{run}/workflow").content == runs.ECHO
    runs.set_echo_inputs(ada, run)
    runs.start(ada, run)
    runs.wait(ada, run)


def test_large_file_needs_little_memory(
    fetching: Server, ada: requests.Session, service: Service
) -> None:
    run = runs.create(ada, fetching)
    before = fetching.memory()
    made = post(ada, f"{run}/wd/large", f"{service.url}/shared/large")
    assert made.status_code == 201, made.text
    assert fetching.memory() - before < SIZE / 4
    assert int(ada.head(f"{run}/wd/large").headers["Content-Length"]) == SIZE


def test_other_places_are_never_asked(
    fetching: Server, ada: requests.Session, service: Service
) -> None:
    run, seen = runs.create(ada, fetching), len(service.requests)
    below = (f"{service.url}/private", f"{service.url}/shared/../private")
    private = (fetching.url, "https://169.254.169.254/", "https://localhost/")
    for address in (*below, *private, "http://example.org/"):
        for place in (f"{run}/wd/new", f"{fetching.rest}/runs"):
            said = post(ada, place, address)
            assert (said.status_code, "fetches nothing" in said.text) == (403, True)
    assert len(service.requests) == seen
    assert ada.get(f"{run}/wd/new").status_code == 404


def test_policy_decides_before_anything_is_fetched(
    fetching: Server, ada: requests.Session, service: Service
) -> None:
    admin, seen = fetching.session("admin"), len(service.requests)
    place = f"{fetching.url}/admin/permittedWorkflowURIs"
    permitted = f"{service.url}/shared/this"
    assert admin.put(place, json={"stringList": {"string": [permitted]}}).ok
    try:
        said = post(ada, f"{fetching.rest}/runs", f"{service.url}/shared/that")
        assert (said.status_code, said.text) == (503, "workflow URI not on permitted list")
        assert len(service.requests) == seen
        assert post(ada, f"{fetching.rest}/runs", permitted).status_code == 201
    finally:
        assert admin.put(place, json={"stringList": {"string": []}}).ok


def test_strangers_have_nothing_fetched(
    fetching: Server, ada: requests.Session, service: Service
) -> None:
    run, seen = runs.create(ada, fetching), len(service.requests)
    for user, status in (("bob", 404), (None, 401)):
        said = post(fetching.session(user), f"{run}/wd/new", f"{service.url}/shared/x")
        assert said.status_code == status
    assert len(service.requests) == seen
