"""REST services: cases K7 to K15, and a real service to call."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from werkzeug.utils import redirect
from werkzeug.wrappers import Request, Response

from taverna_server.data.values import ErrorDocument, FileValue, ListValue, read_bytes
from taverna_server.engines.taverna.activities.base import (
    ActivityFailure,
    BoundActivity,
    Outputs,
    RunCancelled,
    RunContext,
)
from taverna_server.engines.taverna.activities.httpclient import HttpClient, ServiceUnreachable
from taverna_server.engines.taverna.activities.httpclient import Request as HttpRequest
from taverna_server.engines.taverna.activities.jvmprocess import LARGE
from taverna_server.workflow.model import Bean

from .conftest import Bind
from .localservices import Service, serving

FAILED = "Internal error has occurred while trying to execute the REST activity"


def configuration(url: str, method: str = "GET", **fields: str) -> Bean:
    headers = [
        Bean("list", children=(Bean("string", name), Bean("string", value)))
        for name, value in (
            pair.split(": ") for pair in fields.pop("headers", "").split("\n") if pair
        )
    ]
    leaves = {"httpMethod": method, "urlSignature": url} | fields
    return Bean(
        "bean",
        children=(
            *(Bean(name, text) for name, text in leaves.items()),
            Bean("otherHTTPHeaders", children=tuple(headers)),
        ),
    )


ANSWERS = {
    "/crlf": Response("a\r\nb", content_type="text/plain"),
    "/latin": Response("é".encode("latin-1"), content_type="application/x; charset=ISO-8859-1"),
    "/json": Response(b'{"a":\r\n 1}', content_type="application/json"),
    "/untyped": Response(b"\x00\r\n", headers={"Content-Type": ""}),
    "/nothing": Response(b""),
    "/missing": Response("nope", 404, content_type="text/plain"),
    "/broken": Response(b"\xff", 500, content_type="application/octet-stream"),
    "/large": Response(b"a\r\n" * LARGE, content_type="text/plain"),
    "/large-bytes": Response(b"a\r\n" * LARGE, content_type="application/zip"),
    "/bad-charset": Response(b"a", content_type="text/plain; charset=none-such"),
}


def application(request: Request) -> Response:
    if request.path.startswith("/redirect/"):
        code = int(request.path.rpartition("/")[2])
        response: Response = redirect("/echo?after=1", code)  # type: ignore[assignment]
        response.set_cookie("seen", "yes")
        return response
    if request.path == "/circle":
        return redirect("/circle", 302)  # type: ignore[return-value]
    return ANSWERS.get(request.path) or Response(b"echo", content_type="application/x-echo")


@pytest.fixture(scope="module")
def service() -> Iterator[Service]:
    with serving(application) as running:
        yield running


def call(bind: Bind, config: Bean, **inputs: str | bytes | Path) -> Outputs:
    values = {n: FileValue(v) if isinstance(v, Path) else v for n, v in inputs.items()}
    return bind("rest", config).invoke(values)


@pytest.mark.parametrize(
    ("signature", "inputs", "target"),
    [
        pytest.param("/{id}?q={q}", {"id": "a b"}, "/a%20b", id="K7"),
        pytest.param("/?a={a}&b={b}", {"b": "1"}, "/?b=1", id="K8"),
        pytest.param("/?v={v}", {"v": "x\ny"}, "/?v=x%Ay", id="K9"),
        pytest.param("/?v={v}", {"v": "ü"}, "/?v=%C3%BC", id="K10"),
        pytest.param("/a%2fb/~c;d", {}, "/a%2fb/~c;d", id="the signature as it is"),
        pytest.param("", {}, "/", id="no path"),
    ],
)
def test_service_sees_exactly_this_address(
    bind: Bind, service: Service, signature: str, inputs: dict[str, str], target: str
) -> None:
    outputs = call(bind, configuration(service.url + signature), **inputs)
    assert service.last.target == target
    assert outputs == {"responseBody": b"echo", "status": "200"}


def test_raw_parameters_go_out_escaped_only_where_they_must(bind: Bind, service: Service) -> None:
    call(bind, configuration(service.url + "/{p}", escapeParameters="false"), p="a/b?c=ü")
    assert service.last.target == "/a/b?c=%C3%BC"


@pytest.mark.parametrize(
    ("path", "body", "status"),
    [
        pytest.param("/crlf", "a\nb\n", "200", id="K13"),
        pytest.param("/json", b'{"a":\r\n 1}', "200", id="K14"),
        pytest.param("/missing", ErrorDocument("nope\n"), "404", id="K12"),
        pytest.param("/broken", ErrorDocument("\ufffd"), "500", id="error in bytes"),
        pytest.param("/latin", "é\n", "200", id="charset"),
        pytest.param("/untyped", b"\x00\r\n", "200", id="no type"),
        pytest.param("/nothing", "", "200", id="nothing"),
    ],
)
def test_body_is_text_or_bytes_as_its_type_says(
    bind: Bind, service: Service, path: str, body: object, status: str
) -> None:
    outputs = call(bind, configuration(service.url + path))
    assert outputs == {"responseBody": body, "status": status}


@pytest.mark.parametrize(
    ("path", "charset", "size"), [("/large", "utf-8", 2 * LARGE), ("/large-bytes", None, 3 * LARGE)]
)
def test_large_body_stays_a_file_of_the_run(
    bind: Bind, service: Service, context: RunContext, path: str, charset: str | None, size: int
) -> None:
    body = call(bind, configuration(service.url + path))["responseBody"]
    assert isinstance(body, FileValue)
    assert (body.charset, body.path.stat().st_size) == (charset, size)
    assert [*context.scratch.iterdir()] == [body.path]


@pytest.mark.parametrize("method", ["POST", "PUT"])
def test_text_is_sent_in_latin_1(bind: Bind, service: Service, method: str) -> None:
    """K15."""
    config = configuration(service.url, method, contentTypeForUpdates="text/plain; charset=utf-8")
    call(bind, config, inputBody="é€")
    assert (service.last.method, service.last.body) == (method, b"\xe9?")
    assert service.last.headers["Content-Type"] == "text/plain; charset=utf-8"


def test_bytes_are_sent_as_they_are(bind: Bind, service: Service, tmp_path: Path) -> None:
    config = configuration(service.url, "POST", outgoingDataFormat="Binary")
    content = tmp_path / "content"
    content.write_bytes(b"\xff\r\n" * LARGE)
    for body in (b"\xff\x00", content):
        call(bind, config, inputBody=body)
        expected = body if isinstance(body, bytes) else body.read_bytes()
        assert service.last.body == expected
        assert service.last.headers["Content-Length"] == str(len(expected))


@pytest.mark.parametrize("method", ["POST", "PUT", "GET", "DELETE"])
def test_missing_body_is_empty(bind: Bind, service: Service, method: str) -> None:
    call(bind, configuration(service.url, method))
    assert (service.last.method, service.last.body) == (method, b"")
    length = "0" if method in ("POST", "PUT") else ""
    assert service.last.headers.get("Content-Length", "") == length


def test_expectation_is_sent_only_on_request(bind: Bind, service: Service) -> None:
    call(bind, configuration(service.url, "POST"), inputBody="a")
    assert "Expect" not in service.last.headers
    config = configuration(service.url, "POST", sendHTTPExpectRequestHeader="true")
    call(bind, config, inputBody="abc")
    assert (service.last.headers["Expect"], service.last.body) == ("100-continue", b"abc")


def test_headers_are_templates_too(bind: Bind, service: Service) -> None:
    config = configuration(
        service.url,
        acceptsHeaderValue="application/{format}",
        headers="X-Token: t{token}\naccept: text/{format}",
    )
    call(bind, config, format="xml", token="a b")
    assert service.last.headers["X-Token"] == "ta%20b"
    assert service.last.headers["Accept"] == "text/xml"


@pytest.mark.parametrize(
    ("method", "code", "then"),
    [
        ("GET", 301, "GET"),
        ("GET", 302, "GET"),
        ("GET", 307, "GET"),
        ("POST", 303, "GET"),
        ("POST", 302, None),
        ("PUT", 307, None),
        ("DELETE", 301, None),
    ],
)
def test_redirect_is_followed_where_it_was(
    bind: Bind, service: Service, method: str, code: int, then: str | None
) -> None:
    path = f"{service.url}/redirect/{code}"
    config = configuration(path, method, showRedirectionOutputPort="true", showActualUrlPort="true")
    outputs = call(bind, config)
    assert outputs["actualURL"] == path
    assert outputs["redirection"] == (f"{service.url}/echo?after=1" if then else path)
    assert outputs["status"] == ("200" if then else str(code))
    assert service.last.method == (then or method)
    assert service.last.headers.get("Cookie") == ("seen=yes" if then else None)


def test_secret_headers_stay_with_their_host(bind: Bind, service: Service) -> None:
    headers = "Authorization: Bearer t\nX-Other: o"
    with serving(lambda request: redirect(service.url, 302)) as other:  # type: ignore[arg-type,return-value]
        call(bind, configuration(other.url, headers=headers))
    assert other.last.headers["Authorization"] == "Bearer t"
    assert "Authorization" not in service.last.headers
    assert service.last.headers["X-Other"] == "o"


def test_response_headers_come_as_lines(bind: Bind, service: Service) -> None:
    outputs = call(bind, configuration(service.url, showResponseHeadersPort="true"))
    headers = outputs["responseHeaders"]
    assert isinstance(headers, ListValue)
    assert "Content-Type: application/x-echo" in headers


@pytest.mark.parametrize(
    ("url", "fields", "said"),
    [
        pytest.param("http://localhost:1/", {}, "ConnectionRefusedError", id="nobody there"),
        pytest.param("ftp://localhost/", {}, "neither http nor https", id="scheme"),
        pytest.param("/only/a/path", {}, "neither http nor https", id="no host"),
        pytest.param("http:///path", {}, "no host", id="empty host"),
        pytest.param("http://localhost/a b", {}, "no address", id="illegal address"),
        pytest.param("http://localhost:1/", {"headers": "A: a\x00"}, "", id="illegal header"),
    ],
)
def test_service_that_cannot_be_called_fails(
    bind: Bind, url: str, fields: dict[str, str], said: str
) -> None:
    with pytest.raises(ActivityFailure) as failure:
        call(bind, configuration(url, **fields))
    assert failure.value.message == FAILED
    assert said in failure.value.exception


@pytest.mark.parametrize("path", ["/circle", "/bad-charset"])
def test_answer_that_is_no_good_fails(bind: Bind, service: Service, path: str) -> None:
    with pytest.raises(ActivityFailure, match=f"^{FAILED}$"):
        call(bind, configuration(service.url + path))


def test_missing_path_parameter_is_an_uncaught_exception(bind: Bind) -> None:
    """K11."""
    with pytest.raises(ActivityFailure, match=r"^Uncaught exception while invoking") as failure:
        call(bind, configuration("http://localhost/{id}"))
    assert '"id" mandatory placeholder' in failure.value.exception


@pytest.mark.parametrize(
    "fields",
    [
        {"urlSignature": ""},
        {"urlSignature": "/{a"},
        {"acceptsHeaderValue": "{}}"},
        {"httpMethod": "X"},
    ],
)
def test_bad_configuration_is_a_problem(bind: Bind, fields: dict[str, str]) -> None:
    leaves = {"httpMethod": "GET", "urlSignature": "http://localhost/"} | fields
    config = Bean("bean", children=tuple(Bean(name, text) for name, text in leaves.items()))
    with pytest.raises(ValueError, match=r"^The REST service"):
        bind("rest", config)


def test_ports_are_those_the_configuration_shows(bind: Bind) -> None:
    config = configuration("http://localhost/", showResponseHeadersPort="true")
    activity = bind("rest", config)
    ports = {port.name: port.depth for port in type(activity).output_ports(activity.activity)}
    assert ports == {"responseBody": 0, "status": 0, "responseHeaders": 1}


@pytest.mark.parametrize("sends", [b"", b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nabc"])
def test_cancel_ends_a_call_that_waits(bind: Bind, context: RunContext, sends: bytes) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listening:
        activity = bind("rest", configuration(f"http://127.0.0.1:{listening.getsockname()[1]}/"))
        ended: list[float] = []
        thread = threading.Thread(target=lambda: ended.append(_cancelled_at(activity)))
        thread.start()
        connection, _ = listening.accept()
        with connection:
            connection.recv(1 << 16)
            connection.sendall(sends)
            time.sleep(0.1)
            began = time.monotonic()
            context.cancel()
            thread.join(5)
    assert ended
    assert ended[0] - began < 1
    assert not list(context.scratch.iterdir())


def _cancelled_at(activity: BoundActivity) -> float:
    with pytest.raises(RunCancelled):
        activity.invoke({})
    return time.monotonic()


def test_silence_for_too_long_is_no_answer(context: RunContext) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listening:
        url = f"http://127.0.0.1:{listening.getsockname()[1]}/"
        with pytest.raises(ServiceUnreachable, match="TimeoutError"):
            HttpClient(context, timeout=0.2).send(HttpRequest("GET", url))


def test_body_that_breaks_off_fails(bind: Bind) -> None:
    def broken(request: Request) -> Response:
        return Response(iter([b"abc"]), headers={"Content-Length": "9"})

    with serving(broken) as running, pytest.raises(ActivityFailure, match=f"^{FAILED}$"):
        call(bind, configuration(running.url))


def test_two_iterations_may_call_at_once(bind: Bind, service: Service) -> None:
    activity = bind("rest", configuration(service.url + "/{n}"))
    found: list[bytes] = []

    def invoke(n: int) -> None:
        body = activity.invoke({"n": str(n)})["responseBody"]
        assert isinstance(body, bytes)
        found.append(read_bytes(body))

    threads = [threading.Thread(target=invoke, args=(n,)) for n in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert found == [b"echo"] * 8
