"""What nobody should send gets the documented answer, and the log stays clean."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
import requests

from tests.live import raw
from tests.live.runs import T2FLOW, TEXT, XML, create, finished_echo
from tests.live.server import Server

MALFORMED = Path(__file__).parent.parent / "malformed"
RUN_INPUT = "http://ns.taverna.org.uk/2010/xml/server/rest/"
BOMB = (
    '<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa">'
    + "".join(
        f'<!ENTITY {new} "{f"&{old};" * 10}">'
        for old, new in zip("abcdefgh", "bcdefghi", strict=True)
    )
    + "]>"
)
EXTERNAL = '<!DOCTYPE x [<!ENTITY i SYSTEM "file:///etc/passwd">]>'


def run_input(doctype: str = "") -> str:
    return f'{doctype}<runInput xmlns="{RUN_INPUT}"><value>&i;</value></runInput>'


@pytest.fixture(autouse=True)
def no_traceback(server: Server) -> Iterator[None]:
    """Whatever came in, the log has no traceback of it."""
    before = len(server.log())
    yield
    assert "Traceback" not in server.log()[before:]


@pytest.mark.parametrize(
    "name",
    ["not-xml", "billion-laughs", "external-entity", "external-dtd", "wrong-root", "empty-file",
     "wrong-namespace", "too-deep", "cut-in-the-middle"],
)  # fmt: skip
def test_document_that_is_no_workflow_is_refused(
    server: Server, alice: requests.Session, name: str
) -> None:
    document = (MALFORMED / f"{name}.t2flow").read_bytes()
    answer = alice.post(f"{server.rest}/runs", data=document, headers=T2FLOW)
    assert answer.status_code == 403
    assert answer.text.startswith("invalid T2flow document")
    wrapped = alice.post(f"{server.rest}/runs", data=document, headers=XML)
    assert wrapped.status_code in (400, 403)
    assert len(wrapped.text) > 20
    assert "root:x" not in answer.text + wrapped.text


@pytest.mark.parametrize(
    ("body", "words"),
    [
        ("nonsense", "XML"),
        ("", "XML"),
        (run_input(BOMB), "entity"),
        (run_input(EXTERNAL), "DOCTYPE"),
        (run_input(), "XML"),
        ("<x/>", "runInput"),
        (f'<runInput xmlns="{RUN_INPUT}"/>', "no content!"),
        (f'<runInput xmlns="{RUN_INPUT}"><value/><file>x</file></runInput>', ""),
        ("<a>" * 100_000, "XML"),
    ],
)
def test_document_that_is_no_input_is_refused(
    alice: requests.Session, run: str, body: str, words: str
) -> None:
    answer = alice.put(f"{run}/input/input/IN", data=body, headers=XML)
    assert (answer.status_code, words in answer.text) == (400, True), answer.text
    assert "root:x" not in answer.text


@pytest.mark.parametrize(
    "body", ["", "nonsense", "[]", "null", '{"runInput": 3}', '{"runInput": {}}', "[" * 100_000,
             '{"runInput": {"value": [1, 2]}}', '{"other": {}}',
             '{"runInput": {"value": "\\u0000"}}',
             '{"runInput": {"value": "x", "@listDelimiter": "é"}}'],
)  # fmt: skip
def test_json_that_is_no_input_is_refused(alice: requests.Session, run: str, body: str) -> None:
    kind = {"Content-Type": "application/json"}
    answer = alice.put(f"{run}/input/input/IN", data=body.encode(), headers=kind)
    assert (answer.status_code, len(answer.text) > 5) == (400, True), answer.text


def test_unknown_port_is_named_beside_those_there_are(alice: requests.Session, run: str) -> None:
    answer = alice.put(f"{run}/input/input/WORD", json={"runInput": {"value": "x"}})
    assert answer.status_code == 404
    assert "WORDS" in answer.text
    assert alice.get(f"{run}/input/input/IN").status_code == 404


def test_run_that_has_started_takes_no_more(alice: requests.Session, server: Server) -> None:
    run = finished_echo(alice, server)
    for path, request in (
        ("input/input/IN", {"json": {"runInput": {"value": "x"}}}),
        ("input/baclava", {"data": "in.baclava", "headers": TEXT}),
        ("output", {"data": "out.xml", "headers": TEXT}),
        ("status", {"data": "Operating", "headers": TEXT}),
        ("status", {"data": "Initialized", "headers": TEXT}),
    ):
        answer = alice.put(f"{run}/{path}", **request)
        assert (answer.status_code, len(answer.text) > 5) == (400, True), answer.text


@pytest.mark.parametrize(
    ("path", "body", "status"),
    [
        ("status", "operating", 400),
        ("status", "Running", 400),
        ("status", "Stopped", 400),
        ("status", "", 400),
        ("expiry", "tomorrow", 400),
        ("expiry", "99999-01-01", 400),
        ("input/baclava", "", 400),
        ("input/baclava", "/etc/passwd", 403),
        ("input/baclava", "../x", 403),
        ("output", "/etc/passwd", 403),
        ("output", "a/../../x", 403),
        ("output", "a b", 403),
    ],
)
def test_text_that_is_no_value_is_refused(
    alice: requests.Session, run: str, path: str, body: str, status: int
) -> None:
    answer = alice.put(f"{run}/{path}", data=body, headers=TEXT)
    assert (answer.status_code, len(answer.text) > 5) == (status, True), answer.text


@pytest.mark.parametrize(
    ("file", "words"),
    [("/etc/passwd", "absolute"), ("../x", "parent"), ("a/../x", "parent"), ("a b", "name")],
)
def test_file_of_an_input_stays_inside(
    alice: requests.Session, run: str, file: str, words: str
) -> None:
    answer = alice.put(f"{run}/input/input/IN", json={"runInput": {"file": file}})
    assert (answer.status_code, words in answer.text) == (403, True), answer.text


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("wd/..", 404), ("wd/../workflow", 404), ("wd/%2e%2e/workflow", 404),
        ("wd/..%2fworkflow", 404), ("wd/%2fetc/passwd", 404), ("wd//etc/passwd", 404),
        ("wd/conf/../../workflow", 404), ("wd/%00", 404), ("wd/%ff%fe", 404), ("wd/%", 404),
        ("wd/" + "x" * 5000, 404), ("wd/" + "d/" * 1000, 404), ("nothing", 404), ("../../x", 404),
    ],
)  # fmt: skip
def test_path_leads_nowhere(server: Server, run: str, path: str, status: int) -> None:
    """Sent as it is: clients would tidy it up first."""
    place = run.removeprefix(server.url)
    for method in ("GET", "DELETE"):
        head = f"{method} {place}/{path} HTTP/1.1\r\nHost: localhost\r\n{raw.login()}\r\n"
        answer = raw.send(server, head)
        assert answer.status in (status, 400, 403, 405), answer.head
        assert "root:x" not in answer.body


@pytest.mark.parametrize(
    ("method", "path", "headers", "status"),
    [
        ("GET", "", {"Accept": "text/html"}, 406),
        ("GET", "/status", {"Accept": "application/xml"}, 406),
        ("GET", "/wd", {"Accept": "image/png"}, 406),
        ("GET", "/workflow", {"Accept": "text/plain"}, 406),
        ("GET", "/output", {"Accept": "application/pdf"}, 406),
        ("PUT", "/status", {"Content-Type": "application/xml"}, 415),
        ("PUT", "/status", {"Content-Type": "application/x-www-form-urlencoded"}, 415),
        ("PUT", "/input/input/IN", {"Content-Type": "text/plain"}, 415),
        ("PUT", "/input/input/IN", {"Content-Type": "no type at all"}, 415),
        ("POST", "/wd", {"Content-Type": "text/uri-list"}, 422),
        ("POST", "/status", {}, 405),
        ("PUT", "", {}, 405),
        ("DELETE", "/input/input/IN", {}, 405),
    ],
)
def test_wrong_media_type_or_method_is_refused(
    alice: requests.Session, run: str, method: str, path: str, headers: dict[str, str], status: int
) -> None:
    answer = alice.request(method, run + path, data=b"x", headers=headers)
    assert answer.status_code == status
    assert answer.text or "Allow" in answer.headers


def test_wrong_media_type_of_a_workflow_is_refused(server: Server, alice: requests.Session) -> None:
    answer = alice.post(f"{server.rest}/runs", data=b"x", headers=TEXT)
    assert (answer.status_code, "t2flow" in answer.text) == (415, True)


@pytest.mark.parametrize("path", ["name", "status", "expiry", "output", "input/baclava"])
def test_ten_megabytes_for_a_text_are_refused(server: Server, run: str, path: str) -> None:
    """With a length, in chunks, and with no word about them at all."""
    place, body = f"{run.removeprefix(server.url)}/{path}", b"x" * 10_000_000
    long = raw.send(server, raw.put(place, f"Content-Length: {len(body)}"), body)
    assert (long.status, "at most" in long.body) == (413, True)
    chunk = f"{len(body):x}\r\n".encode() + body + b"\r\n0\r\n\r\n"
    assert raw.send(server, raw.put(place, "Transfer-Encoding: chunked"), chunk).status == 413
    assert 400 <= raw.send(server, raw.put(place), body).status < 500


def test_ten_megabytes_without_login_are_refused(server: Server, run: str) -> None:
    head = f"PUT {run.removeprefix(server.url)}/wd/x HTTP/1.1\r\nHost: localhost\r\n"
    answer = raw.send(server, f"{head}Content-Length: 10000000\r\n\r\n", b"x" * 10_000_000)
    assert (answer.status, "Basic realm" in answer.head) == (401, True)


def test_document_over_the_limit_is_refused(server: Server, run: str) -> None:
    place = f"{run.removeprefix(server.url)}/input/input/IN"
    head = raw.put(place, "Content-Type: application/xml", "Content-Length: 100000000")
    assert raw.send(server, head).status == 413


def test_two_framings_at_once_smuggle_nothing(
    server: Server, alice: requests.Session, run: str
) -> None:
    """The web server drops the length and hangs up; one that passes both on gets 400 from us."""
    place = f"{run.removeprefix(server.url)}/wd/x"
    head = raw.put(place, "Content-Length: 3", "Transfer-Encoding: chunked")
    answer = raw.send(server, head, b"5\r\nabcde\r\n0\r\n\r\n")
    if answer.status != 400:
        assert "connection: close" in answer.head.lower()
        assert alice.get(f"{run}/wd/x").content == b"abcde"


def test_upload_broken_off_changes_nothing(
    server: Server, alice: requests.Session, run: str
) -> None:
    alice.put(f"{run}/wd/x", data=b"whole")
    place = f"{run.removeprefix(server.url)}/wd/x"
    raw.abandon(server, raw.put(place, "Content-Length: 10") + "half")
    assert alice.get(f"{run}/wd/x").content == b"whole"
    listing = alice.get(f"{run}/wd", headers={"Accept": "application/json"}).json()
    assert [item["$"] for item in listing["directoryContents"]["file"]] == ["x"]


def test_run_of_somebody_else_does_not_exist(
    alice: requests.Session, bob: requests.Session, run: str
) -> None:
    """The same answer as for a run that never was, for every method and resource."""
    nowhere = run[:-12] + "0" * 12
    for method, path in (("GET", ""), ("DELETE", ""), ("GET", "/status"), ("GET", "/wd/x"),
                         ("PUT", "/wd/x"), ("GET", "/wd"), ("PUT", "/status"), ("GET", "/output"),
                         ("PUT", "/input/input/IN"), ("POST", "/wd"), ("GET", "/listeners/io"),
                         ("DELETE", "/wd/x"), ("GET", "/stdout"), ("GET", "/log")):  # fmt: skip
        answers = [bob.request(method, place + path, data=b"") for place in (run, nowhere)]
        assert {(a.status_code, a.text) for a in answers} == {(404, "unknown run UUID")}, path
    assert run not in bob.get(run.rpartition("/")[0]).text


def test_reference_to_a_run_of_somebody_else_is_refused(
    server: Server, alice: requests.Session, bob: requests.Session, run: str
) -> None:
    alice.put(f"{run}/wd/secret", data=b"eat me")
    other = create(bob, server)
    for reference in (f"{run}/wd/secret", f"{run[:-12]}{'0' * 12}/wd/secret"):
        body = {"runInput": {"reference": reference}}
        answer = bob.put(f"{other}/input/input/IN", json=body)
        assert (answer.status_code, answer.text) == (400, "may not copy from that run")
    bob.delete(other)


@pytest.mark.parametrize("header", ["Basic", "Basic !!!", "Basic YWxpY2U=", "Digest x", "Bearer x",
                                    "Basic YWxpY2U6d3Jvbmc=", ""])  # fmt: skip
def test_wrong_credentials_are_refused_everywhere(server: Server, header: str) -> None:
    for path in ("/rest", "/rest/policy", "/rest/runs", "/rest/nothing"):
        answer = requests.get(server.url + path, headers={"Authorization": header}, timeout=10)
        assert answer.status_code == 401
        assert answer.headers["WWW-Authenticate"] == 'Basic realm="tavernaserver"'
