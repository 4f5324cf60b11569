"""Fetched from real servers on this machine, over real sockets and real TLS."""

from __future__ import annotations

import contextlib
import socket
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from werkzeug.wrappers import Request, Response

from taverna_server.errors import NotFetched, NotPermitted
from taverna_server.outside import fetch, web_address
from tests.engines.taverna.activities.authority import Authority
from tests.engines.taverna.activities.localservices import serving


def fetched(address: str, *targets: str, limit: int = 1000, seconds: float = 20) -> bytes:
    pieces = fetch(targets, web_address(address), "x/y", limit=limit, seconds=seconds)
    return b"".join(pieces)


def answer(request: Request) -> Response:
    if request.path == "/away":
        return Response(status=302, headers={"Location": "/"})
    if request.path == "/packed":
        return Response("content", headers={"Content-Encoding": "gzip"})
    return Response("content")


@contextlib.contextmanager
def saying(*pieces: bytes, pause: float = 0) -> Iterator[str]:
    """A server that answers with these bytes, whatever it is asked."""
    with socket.create_server(("127.0.0.1", 0)) as listener:

        def serve() -> None:
            with contextlib.suppress(OSError), listener.accept()[0] as connection:
                connection.recv(10000)
                for piece in pieces:
                    connection.sendall(piece)
                    time.sleep(pause)

        thread = threading.Thread(target=serve)
        thread.start()
        try:
            yield f"http://127.0.0.1:{listener.getsockname()[1]}"
        finally:
            thread.join()


def test_content_comes_without_credentials() -> None:
    with serving(answer) as service:
        assert fetched(f"{service.url}/a?b=c#d", service.url) == b"content"
        assert (service.last.method, service.last.target) == ("GET", "/a?b=c")
        assert service.last.headers["Accept"] == "x/y"
        assert not {"Authorization", "Cookie"} & set(service.last.headers)


def test_certificates_are_checked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    authority = Authority(tmp_path)
    with serving(answer, authority.server()) as service:
        with pytest.raises(NotFetched, match="SSLCertVerificationError"):
            fetched(service.url, service.url)
        (tmp_path / "root.pem").write_bytes(authority.certificate)
        monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "root.pem"))
        assert fetched(service.url, service.url) == b"content"


def test_nothing_is_asked_that_is_not_permitted() -> None:
    with serving(answer) as service:
        for targets in ((), ("*",), ("localhost",), (f"{service.url}/below",)):
            with pytest.raises(NotPermitted, match="fetches nothing from there"):
                fetched(f"{service.url}/x", *targets)
        assert service.requests == []


@pytest.mark.parametrize(
    "host",
    ["localhost", "127.0.0.1", "2130706433", "[::1]", "[::ffff:10.0.0.1]", "[2002:7f00:1::]",
     "192.168.1.1", "169.254.169.254", "[fe80::1]"],
)  # fmt: skip
def test_private_addresses_are_never_asked(host: str) -> None:
    with pytest.raises(NotPermitted, match="fetches nothing from there"):
        fetched(f"https://{host}/", "*")


def test_address_that_was_checked_is_the_one_connected_to(monkeypatch: pytest.MonkeyPatch) -> None:
    """A name that would mean another machine the second time is asked for once."""
    with serving(answer) as service:
        port = int(service.url.rpartition(":")[2])
        found = [[(socket.AF_INET, socket.SOCK_STREAM, 6, "", ("127.0.0.1", port))]]
        real = socket.getaddrinfo

        def resolve(host: str, *rest: object, **more: object) -> object:
            return found.pop() if host == "twice.test" else real(host, *rest, **more)  # type: ignore[arg-type]

        monkeypatch.setattr(socket, "getaddrinfo", resolve)
        address = f"http://twice.test:{port}"
        assert fetched(address, address) == b"content"
        assert found == []


def test_redirects_are_not_followed() -> None:
    with serving(answer) as service:
        with pytest.raises(NotFetched, match="answered 302"):
            fetched(f"{service.url}/away", service.url)
        assert len(service.requests) == 1


def test_packed_content_is_refused() -> None:
    with serving(answer) as service, pytest.raises(NotFetched, match="packed"):
        fetched(f"{service.url}/packed", service.url)


@pytest.mark.parametrize("head", [b"Content-Length: 2000\r\n", b""])
def test_long_content_is_refused(head: bytes) -> None:
    pieces = (b"HTTP/1.1 200 OK\r\n" + head + b"\r\n", b"x" * 2000)
    with saying(*pieces) as url, pytest.raises(NotFetched, match="longer than 1000 bytes"):
        fetched(url, url)


def test_content_that_breaks_off_is_refused() -> None:
    pieces = (b"HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\n", b"half")
    with saying(*pieces) as url, pytest.raises(NotFetched, match="6 bytes before its end"):
        fetched(url, url)


@pytest.mark.parametrize("head", [b"HTTP/1.1 200 OK\r\n\r\n", b"HTTP/1.1 200 OK\r\nX: "])
def test_server_that_dawdles_is_given_up(head: bytes) -> None:
    """Also when it never says how long the content is: what was cut is not taken for the whole."""
    begun = time.monotonic()
    with saying(head, *[b"x"] * 20, pause=0.1) as url, pytest.raises(NotFetched):
        fetched(url, url, seconds=0.5)
    assert time.monotonic() - begun < 5


@pytest.mark.parametrize("text", [b"", b"no HTTP at all\r\n\r\n"])
def test_server_that_makes_no_sense_is_refused(text: bytes) -> None:
    with saying(text) as url, pytest.raises(NotFetched, match="does not give it"):
        fetched(url, url)
