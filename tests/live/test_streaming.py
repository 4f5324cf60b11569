"""Rows of a service that is not done yet, seen over HTTP."""

from __future__ import annotations

import threading
from collections.abc import Iterator

import requests
from werkzeug.wrappers import Request, Response

from tests.engines.taverna.activities.localservices import serving
from tests.engines.taverna.servicesteps import mart, rest
from tests.live import runs
from tests.live.server import Server
from tests.workflow.documents import dataflow, document

JSON = {"Accept": "application/json"}


def workflow(url: str) -> bytes:
    """Each row is an output, and is asked about before the next one is there."""
    steps = [mart("Mart", url, "id"), rest("Use", url + "/{n}", "n")]
    links = ["Mart.id -> Use.n", "Mart.id -> ids", "Use.responseBody -> used"]
    return document(dataflow("", "ids used", steps, links))


def described(alice: requests.Session, run: str) -> dict[str, tuple[str, str]]:
    """Depth and length of each list."""
    found = alice.get(f"{run}/output", headers=JSON).json()["workflowOutputs"]["output"]
    return {o["@name"]: (o["@depth"], o["list"]["@length"]) for o in found if "list" in o}


def test_client_sees_the_first_rows_while_the_service_makes_more(
    server: Server, alice: requests.Session
) -> None:
    more = threading.Event()

    def rows() -> Iterator[bytes]:
        yield b"a\nb\n"
        assert more.wait(60)
        yield b"c\n"

    def serve(request: Request) -> Response:
        if request.method == "POST":
            return Response(rows())
        return Response(f"used {request.path[1:]}", content_type="text/plain")

    with serving(serve) as service:
        run = runs.create(alice, server, workflow(service.url))
        runs.start(alice, run)
        runs.until(lambda: described(alice, run) == {"ids": ("1", "2"), "used": ("1", "2")})
        assert alice.get(f"{run}/status").text == "Operating"
        assert alice.get(f"{run}/wd/out/used/2").text == "used b\n"
        more.set()
        runs.wait(alice, run)
    assert described(alice, run) == {"ids": ("1", "3"), "used": ("1", "3")}
    assert alice.delete(run).status_code == 204
