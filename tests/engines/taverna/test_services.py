"""Services called from whole workflows."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from pathlib import Path

from werkzeug.wrappers import Request, Response

from taverna_server.model.run import RunInput
from tests.engines.taverna.activities.localservices import serving
from tests.engines.taverna.activities.soapservices import library, soap_service
from tests.engines.taverna.activities.splitting import array, attribute, base, complex_type
from tests.engines.taverna.activities.splitting import extensions as described
from tests.engines.taverna.scripted import made
from tests.engines.taverna.servicesteps import mart, rest, soap, splitter
from tests.engines.taverna.test_engine import Run
from tests.workflow.documents import dataflow, document

XML, TEXT, TEXTS = "'text/xml'", "'text/plain'", "l('text/plain')"
NS = "urn:library"
PARTS = f"count:0:{TEXT} titles:1:{TEXTS}"
ASKED = described(
    complex_type(
        "parameters",
        base("title", ns=NS),
        array("keyword", base("", ns=NS), ns=NS, unbounded="true", wrapped="false"),
        attributes=attribute("limit"),
        kind="search",
        ns=NS,
    )
)
ANSWERED = described(
    complex_type(
        "parameters",
        base("count", ns=NS),
        array("titles", base("title", ns=NS), kind="ArrayOfTitle", ns=NS, wrapped="true"),
        kind="searchResponse",
        ns=NS,
    )
)


def library_workflow(wsdl: str) -> bytes:
    steps = [
        splitter(
            "Ask",
            "Input",
            ASKED,
            f"title:0:{TEXT} keyword:1:{TEXTS} limit:0:{TEXT}",
            f"output:0:{XML}",
        ),
        soap("Search", wsdl, "search", "parameters", "parameters attachmentList:1"),
        splitter("Answer", "Output", ANSWERED, f"input:0:{XML}", PARTS),
    ]
    links = [
        "title -> Ask.title",
        "words -> Ask.keyword",
        "limit -> Ask.limit",
        "Ask.output -> Search.parameters",
        "Search.parameters -> Answer.input",
        "Search.attachmentList -> attached",
        "Answer.count -> count",
        "Answer.titles -> titles",
    ]
    return document(dataflow("title:1 words:1 limit", "count titles attached", steps, links))


def test_splitters_stand_around_a_soap_service(tmp_path: Path) -> None:
    words = RunInput("words", value="hunt,bell", delimiter=",")
    titles = RunInput("title", value="Snark,Jabberwock", delimiter=",")
    with soap_service(library) as service:
        workflow = library_workflow(f"{service.url}/literal.wsdl")
        run = Run(made(tmp_path, workflow, titles, words, RunInput("limit", value="9")))
        assert run.execute() == 0
    assert run.files() == {
        "attached": "/",
        "attached/1": "/",
        "attached/2": "/",
        "count": "/",
        "count/1": "2",
        "count/2": "2",
        "titles": "/",
        "titles/1": "/",
        "titles/1/1": "Snark hunt",
        "titles/1/2": "Snark bell",
        "titles/2": "/",
        "titles/2/1": "Jabberwock hunt",
        "titles/2/2": "Jabberwock bell",
    }


def test_service_of_yesterday_gives_an_error_that_says_so(tmp_path: Path) -> None:
    workflow = dataflow(
        "p",
        "o",
        [soap("Search", "http://localhost:1/?wsdl", "search", "parameters", "parameters")],
        ["p -> Search.parameters", "Search.parameters -> o"],
    )
    run = Run(made(tmp_path, document(workflow), RunInput("p", value="<a/>")))
    assert run.execute() == 0
    assert run.files()["o.error"].startswith(
        "Processor 'Search' - Port 'parameters': The service is not executable: its WSDL cannot "
        "be read from http://localhost:1/?wsdl: ConnectionRefusedError"
    )


def answer(request: Request) -> Response:
    number = request.path[1:]
    if number == "3":
        return Response("no such number", 404, content_type="text/plain")
    return Response(f"number {number}", content_type="text/plain")


def test_error_of_one_iteration_stays_there(tmp_path: Path) -> None:
    numbers = RunInput("n", value="1,3,5", delimiter=",")
    with serving(answer) as service:
        step = rest("Get", service.url + "/{n}", "n")
        links = ["n -> Get.n", "Get.responseBody -> o", "Get.status -> status"]
        run = Run(made(tmp_path, document(dataflow("n:1", "o status", [step], links)), numbers))
        assert run.execute() == 0
    files = run.files()
    assert [files[f"status/{n}"] for n in (1, 2, 3)] == ["200", "404", "200"]
    assert (files["o/1"], files["o/3"]) == ("number 1\n", "number 5\n")
    assert files["o/2.error"].startswith("Processor 'Get' - Port 'responseBody'")
    assert "no such number" in files["o/2.error"]


def test_stop_of_the_run_ends_a_call(tmp_path: Path) -> None:
    asked, end = threading.Event(), threading.Event()

    def slow(request: Request) -> Response:
        asked.set()
        end.wait(20)
        return Response("late")

    with serving(slow) as service:
        links = ["Get.responseBody -> o"]
        workflow = document(dataflow("", "o", [rest("Get", service.url)], links))
        run = Run(made(tmp_path, workflow))
        thread = threading.Thread(target=run.execute)
        thread.start()
        asked.wait(10)
        began = time.monotonic()
        run.engine.stop()
        thread.join(5)
        took = time.monotonic() - began
        end.set()
    assert took < 1
    assert not run.directory.scratch.exists()


def test_rows_go_on_while_the_service_still_makes_more(tmp_path: Path) -> None:
    """BioMart gives its next row when the one before has been through the whole workflow."""
    used = [threading.Event(), threading.Event()]

    def rows() -> Iterator[bytes]:
        yield b"0\n"
        for number, event in enumerate(used, start=1):
            assert event.wait(10)
            yield f"{number}\n".encode()

    def serve(request: Request) -> Response:
        if request.method == "POST":
            return Response(rows())
        number = int(request.path[1:])
        if number < len(used):
            used[number].set()
        return Response(f"used {number}", content_type="text/plain")

    with serving(serve) as service:
        steps = [mart("Mart", service.url, "id"), rest("Use", service.url + "/{n}", "n")]
        links = ["Mart.id -> Use.n", "Mart.id -> ids", "Use.responseBody -> used"]
        run = Run(made(tmp_path, document(dataflow("", "ids used", steps, links))))
        assert run.execute() == 0
    files = run.files()
    assert [files[f"ids/{n}"] for n in (1, 2, 3)] == ["0", "1", "2"]
    assert [files[f"used/{n}"] for n in (1, 2, 3)] == ["used 0\n", "used 1\n", "used 2\n"]
