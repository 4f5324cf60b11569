"""Bodies are as long as their framing says, and no longer than their resource takes."""

from __future__ import annotations

import io

import pytest
from werkzeug.test import Client

PLAIN = "text/plain"


class Unreadable(io.RawIOBase):
    """Fails when anybody reads from it."""

    def read(self, size: int = -1) -> bytes:
        raise AssertionError("the body was read")


class Endless(io.RawIOBase):
    """Counts what is taken out of it."""

    taken = 0

    def read(self, size: int = -1) -> bytes:
        self.taken += size
        return b"x" * size


def put(client: Client, path: str, **environ: object) -> object:
    base = {"CONTENT_TYPE": PLAIN, "SERVER_PROTOCOL": "HTTP/1.1"}
    return client.put(path, environ_overrides={**base, **environ})


def chunked(source: object) -> dict[str, object]:
    return {"HTTP_TRANSFER_ENCODING": "chunked", "CONTENT_LENGTH": "", "wsgi.input": source}


def test_long_text_is_refused_unread(alice: Client, run: str) -> None:
    environ = {"CONTENT_LENGTH": "10000000", "wsgi.input": Unreadable()}
    answer = put(alice, f"{run}/name", **environ)
    assert (answer.status_code, answer.text) == (413, "this resource takes at most 65536 bytes")


def test_long_chunked_text_is_refused_soon(alice: Client, run: str) -> None:
    source = Endless()
    assert put(alice, f"{run}/name", **chunked(source)).status_code == 413
    assert source.taken < 1_000_000


def test_unauthenticated_body_is_not_read(client: Client, run: str) -> None:
    for path in (f"{run}/name", f"{run}/wd/x", "/rest/runs"):
        environ = {"CONTENT_LENGTH": "10000000", "wsgi.input": Unreadable()}
        assert put(client, path, **environ).status_code == 401


def test_body_of_a_file_nobody_may_write_is_not_read(alice: Client, run: str) -> None:
    for path in (f"{run}/wd", f"{run}/wd/conf", f"{run}/wd/no/such", f"{run}/wd/a%20b"):
        environ = {"CONTENT_LENGTH": "10000000", "wsgi.input": Unreadable()}
        assert put(alice, path, **environ).status_code in (403, 404)


def test_two_framings_are_refused(alice: Client, run: str) -> None:
    environ = {**chunked(Unreadable()), "CONTENT_LENGTH": "3"}
    answer = put(alice, f"{run}/wd/x", **environ)
    assert (answer.status_code, "not both" in answer.text) == (400, True)


@pytest.mark.parametrize(
    "environ",
    [
        {"HTTP_TRANSFER_ENCODING": "gzip, chunked"},
        {"CONTENT_LENGTH": "-1"},
        {"CONTENT_LENGTH": "ten"},
    ],
)
def test_unknown_framing_is_refused(alice: Client, run: str, environ: dict[str, str]) -> None:
    environ = {"CONTENT_LENGTH": "", "wsgi.input": Unreadable(), **environ}
    assert put(alice, f"{run}/wd/x", **environ).status_code == 400


def test_body_cut_short_changes_nothing(alice: Client, run: str) -> None:
    alice.put(f"{run}/wd/x", data=b"whole")
    environ = {"CONTENT_LENGTH": "10", "wsgi.input": io.BytesIO(b"half")}
    assert put(alice, f"{run}/wd/x", **environ).status_code == 400
    assert alice.get(f"{run}/wd/x").data == b"whole"


def test_chunked_body_that_breaks_off_changes_nothing(alice: Client, run: str) -> None:
    """As gunicorn tells it; granian tells nothing."""

    class BreaksOff(io.RawIOBase):
        def read(self, size: int = -1) -> bytes:
            raise OSError("no more data")

    alice.put(f"{run}/wd/x", data=b"whole")
    assert put(alice, f"{run}/wd/x", **chunked(BreaksOff())).status_code == 400
    assert alice.get(f"{run}/wd/x").data == b"whole"


def test_chunked_text_is_read(alice: Client, run: str) -> None:
    assert put(alice, f"{run}/name", **chunked(io.BytesIO(b"mine"))).text == "mine"


def test_text_without_any_framing_asks_for_one(alice: Client, run: str) -> None:
    environ = {"CONTENT_LENGTH": "", "wsgi.input": io.BytesIO(b"x" * 10_000_000)}
    assert put(alice, f"{run}/name", **environ).status_code == 411


def test_empty_text_is_a_text(alice: Client, run: str) -> None:
    assert put(alice, f"{run}/name", CONTENT_LENGTH="0").status_code == 200
    assert alice.get(f"{run}/name").text == ""


def test_charset_is_honoured(alice: Client, run: str) -> None:
    def name(body: bytes, content_type: str) -> tuple[int, str]:
        answer = alice.put(f"{run}/name", data=body, content_type=content_type)
        return answer.status_code, answer.text

    assert name("Grüße".encode(), PLAIN) == (200, "Grüße")
    assert name("Grüße".encode("latin-1"), f"{PLAIN}; charset=ISO-8859-1") == (200, "Grüße")
    assert name("Grüße".encode("latin-1"), PLAIN)[0] == 400
    assert name(b"x", f"{PLAIN}; charset=klingon")[0] == 415
    assert name(b"x", f"{PLAIN}; charset=base64")[0] == 415


@pytest.mark.parametrize("kind", ["application/x-www-form-urlencoded", "application/xml", "word"])
def test_text_of_another_type_is_refused(alice: Client, run: str, kind: str) -> None:
    answer = alice.put(f"{run}/name", data=b"x", content_type=kind)
    assert (answer.status_code, kind in answer.text) == (415, True)


@pytest.mark.parametrize("kind", ["", "*/*", "text/xml", "application/xml; charset=utf-8"])
def test_document_says_what_it_is_where_the_client_does_not(
    alice: Client, run: str, kind: str
) -> None:
    xml = (
        b'<x:runInput xmlns:x="http://ns.taverna.org.uk/2010/xml/server/rest/" x:listDelimiter=",">'
        b"<x:value>a,b</x:value></x:runInput>"
    )
    answer = alice.put(f"{run}/input/input/words", data=xml, content_type=kind)
    assert answer.status_code == 200, answer.text
    if kind in ("", "*/*"):
        json = b' {"runInput": {"value": "a"}}'
        answer = alice.put(f"{run}/input/input/words", data=json, content_type=kind)
        assert answer.status_code == 200, answer.text


def test_name_of_a_file_may_end_a_line(alice: Client, run: str) -> None:
    """``echo in.baclava | curl -T -``."""
    for path in ("input/baclava", "output"):
        answer = alice.put(f"{run}/{path}", data=b"in.baclava\n", content_type=PLAIN)
        assert (answer.status_code, answer.text) == (200, "in.baclava")
