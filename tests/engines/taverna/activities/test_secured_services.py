"""REST services that ask who is there: Basic, Digest, TLS of our own, client certificates."""

from __future__ import annotations

import hashlib
import re
import socket
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from werkzeug.wrappers import Request, Response

from taverna_server.data.credentials import EngineCredential, write_credentials
from taverna_server.data.rundir import RunDirectory
from taverna_server.data.values import ErrorDocument
from taverna_server.engines.taverna.activities.base import (
    ActivityFailure,
    Outputs,
    RunCancelled,
    RunContext,
)
from taverna_server.engines.taverna.activities.httpauth import read_challenges

from .authority import Authority
from .conftest import bound, new_run
from .localservices import Service, serving, tunnelling
from .test_rest import FAILED, configuration

NAME, PASSWORD = "ada", "größe:1"
REALM = "the tests"


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    return Authority(tmp_path_factory.mktemp("authority"))


def basic(request: Request) -> Response:
    given = request.authorization
    if given and (given.username, given.password) == (NAME, PASSWORD):
        return Response("welcome", content_type="text/plain")
    challenge = {"WWW-Authenticate": f'Negotiate, Basic realm="{REALM}"'}
    return Response("who?", 401, challenge, content_type="text/plain")


def digest(algorithm: str, qop: str | None) -> Callable[[Request], Response]:
    """RFC 7616, the side of the server."""

    def hashed(text: str) -> str:
        name = {"MD5": "md5", "SHA-256": "sha256"}[algorithm.removesuffix("-sess")]
        return hashlib.new(name, text.encode()).hexdigest()

    def expected(given: dict[str, str], method: str) -> str:
        secret = hashed(f"{NAME}:{REALM}:{PASSWORD}")
        if algorithm.endswith("-sess"):
            secret = hashed(f"{secret}:once:{given['cnonce']}")
        more = f":{given['nc']}:{given['cnonce']}:auth" if qop else ""
        request = hashed(f"{method}:{given['uri']}")
        return hashed(f"{secret}:once{more}:{request}")

    def application(request: Request) -> Response:
        header = request.headers.get("Authorization", "")
        given = dict(re.findall(r'(\w+)="?([^",]*)"?', header))
        if header.startswith("Digest ") and given["response"] == expected(given, request.method):
            assert given["uri"] == request.environ["taverna.target"]
            return Response("welcome", content_type="text/plain")
        asked = f'Basic realm="other", Digest realm="{REALM}", nonce="once", algorithm={algorithm}'
        asked += f', qop="{qop}"' if qop else ""
        return Response("who?", 401, {"WWW-Authenticate": asked}, content_type="text/plain")

    return application


def login(uri: str, password: str = PASSWORD) -> EngineCredential:
    return EngineCredential("userpass", uri, NAME, password)


def call(
    place: Path,
    url: str,
    *credentials: EngineCredential,
    files: dict[str, bytes] | None = None,
    method: str = "GET",
    secured: bool = True,
) -> Outputs:
    directory = RunDirectory(place / "run")
    for folder in (directory.wd, directory.scratch):
        folder.mkdir(parents=True)
    write_credentials(directory, credentials, files or {})
    context = RunContext(directory.wd, directory.scratch, security=directory if secured else None)
    return bound(context, "rest", configuration(url, method)).invoke({})


@pytest.fixture
def guarded() -> Iterator[Service]:
    with serving(basic) as service:
        yield service


def test_basic_credential_is_shown_when_asked_for(tmp_path: Path, guarded: Service) -> None:
    outputs = call(tmp_path, f"{guarded.url}/a", login(guarded.url), method="POST")
    assert outputs["responseBody"] == "welcome\n"
    assert ["Authorization" in seen.headers for seen in guarded.requests] == [False, True]


@pytest.mark.parametrize("qop", ["auth", "auth-int, auth", None])
@pytest.mark.parametrize("algorithm", ["MD5", "MD5-sess", "SHA-256", "SHA-256-sess"])
def test_digest_hides_the_password(tmp_path: Path, algorithm: str, qop: str | None) -> None:
    with serving(digest(algorithm, qop)) as service:
        outputs = call(tmp_path, f"{service.url}/a?b=c%20d", login(f"{service.url}/#{REALM}"))
    assert outputs["responseBody"] == "welcome\n"


@pytest.mark.parametrize(
    ("uri", "password", "asked"),
    [
        pytest.param("{url}", "wrong", 2, id="wrong password"),
        pytest.param("{url}/elsewhere", PASSWORD, 1, id="for another part of the service"),
        pytest.param("{url}/#another", PASSWORD, 1, id="for another realm"),
        pytest.param("http://localhost:1", PASSWORD, 1, id="for another port"),
    ],
)
def test_other_credentials_do_not_help(
    tmp_path: Path, guarded: Service, uri: str, password: str, asked: int
) -> None:
    outputs = call(tmp_path, guarded.url, login(uri.format(url=guarded.url), password))
    assert outputs == {"responseBody": ErrorDocument("who?\n"), "status": "401"}
    assert len(guarded.requests) == asked


def test_run_without_security_shows_nothing(tmp_path: Path, guarded: Service) -> None:
    outputs = call(tmp_path, guarded.url, login(guarded.url), secured=False)
    assert outputs["status"] == "401"


def test_credential_does_not_follow_a_redirect(tmp_path: Path, guarded: Service) -> None:
    def away(request: Request) -> Response:
        return Response("", 302, {"Location": f"{guarded.url}/there"})

    with serving(away) as service:
        outputs = call(tmp_path, service.url, login(service.url))
    assert outputs["status"] == "401"
    assert len(guarded.requests) == 1


def test_unknown_authority_is_not_believed(tmp_path: Path, authority: Authority) -> None:
    with (
        serving(basic, authority.server()) as service,
        pytest.raises(ActivityFailure, match=f"^{FAILED}$") as failure,
    ):
        call(tmp_path, service.url)
    assert "CERTIFICATE_VERIFY_FAILED" in failure.value.exception
    assert not service.requests


def test_authority_that_the_run_trusts_is_believed(tmp_path: Path, authority: Authority) -> None:
    files = {"trusts.pem": authority.certificate}
    with serving(basic, authority.server()) as service:
        outputs = call(tmp_path, service.url, login(service.url), files=files)
    assert outputs == {"responseBody": "welcome\n", "status": "200"}


def test_certificate_for_another_host_is_not_believed(tmp_path: Path, authority: Authority) -> None:
    files = {"trusts.pem": authority.certificate}
    with (
        serving(basic, authority.server(host="example.org")) as service,
        pytest.raises(ActivityFailure) as failure,
    ):
        call(tmp_path, service.url, files=files)
    assert "CERTIFICATE_VERIFY_FAILED" in failure.value.exception


def test_client_shows_its_certificate(tmp_path: Path, authority: Authority) -> None:
    files = {"trusts.pem": authority.certificate, "1.pem": authority.pem(NAME)}
    key = EngineCredential("keypair", name=NAME, pem="1.pem")
    with serving(basic, authority.server(asks_for_certificates=True)) as service:
        outputs = call(tmp_path, service.url, key, login(service.url), files=files)
    assert outputs["responseBody"] == "welcome\n"


def test_client_without_certificate_is_refused(tmp_path: Path, authority: Authority) -> None:
    files = {"trusts.pem": authority.certificate, "1.pem": authority.pem(NAME)}
    elsewhere = EngineCredential("keypair", "https://localhost:1/", name=NAME, pem="1.pem")
    with (
        serving(basic, authority.server(asks_for_certificates=True)) as service,
        pytest.raises(ActivityFailure, match=f"^{FAILED}$"),
    ):
        call(tmp_path, service.url, elsewhere, files=files)
    assert not service.requests


def test_proxy_is_used_where_there_is_one(
    tmp_path: Path, guarded: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("http_proxy", guarded.url)
    monkeypatch.delenv("no_proxy", raising=False)
    outputs = call(tmp_path, "http://service.invalid/a?b", login("http://service.invalid"))
    assert outputs["responseBody"] == "welcome\n"
    assert guarded.last.target == "http://service.invalid/a?b"
    assert guarded.last.headers["Host"] == "service.invalid"


def test_cancel_ends_a_handshake(tmp_path: Path) -> None:
    """The service accepts, and says nothing."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        context = new_run(tmp_path)
        url = f"https://localhost:{listening.getsockname()[1]}/"
        activity = bound(context, "rest", configuration(url))
        cancel = threading.Timer(0.3, context.cancel)
        cancel.start()
        began = time.monotonic()
        with pytest.raises(RunCancelled):
            activity.invoke({})
        cancel.join()
    assert time.monotonic() - began < 2


def test_cancel_ends_reading_over_tls(tmp_path: Path, authority: Authority) -> None:
    end = threading.Event()

    def dripping(request: Request) -> Response:
        def pieces() -> Iterator[bytes]:
            yield b"some"
            end.wait(10)

        return Response(pieces(), headers={"Content-Length": "99"})

    directory = RunDirectory(tmp_path / "run")
    for folder in (directory.wd, directory.scratch):
        folder.mkdir(parents=True)
    write_credentials(directory, [], {"trusts.pem": authority.certificate})
    context = RunContext(directory.wd, directory.scratch, security=directory)
    with serving(dripping, authority.server()) as service:
        activity = bound(context, "rest", configuration(service.url))
        cancel = threading.Timer(0.3, context.cancel)
        cancel.start()
        began = time.monotonic()
        with pytest.raises(RunCancelled):
            activity.invoke({})
        assert time.monotonic() - began < 2
        end.set()
        cancel.join()


def test_tls_goes_through_a_proxy_unseen(
    tmp_path: Path, authority: Authority, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("no_proxy", raising=False)
    files = {"trusts.pem": authority.certificate}
    url = "https://service.invalid:8443"
    with (
        serving(basic, authority.server(host="service.invalid")) as service,
        tunnelling(int(service.url.rpartition(":")[2])) as (proxy, asked),
    ):
        monkeypatch.setenv("https_proxy", proxy)
        outputs = call(tmp_path, f"{url}/a", login(url), files=files)
    assert outputs["responseBody"] == "welcome\n"
    assert [head.split(b"\r\n")[0] for head in asked] == [
        b"CONNECT service.invalid:8443 HTTP/1.1"
    ] * 2


@pytest.mark.parametrize(
    ("headers", "schemes"),
    [
        (['Basic realm="a, b", Digest realm="c", nonce="n"'], ["digest", "basic"]),
        (["Negotiate", 'Basic realm="x"'], ["basic"]),
        (['Digest realm="c", nonce="n", algorithm=UNKNOWN'], []),
        (['Digest realm="c", nonce="n", qop="auth-int"'], []),
        (["Negotiate", "", "=,", "Basic"], []),
    ],
)
def test_challenges_are_read_from_every_header(headers: list[str], schemes: list[str]) -> None:
    assert [challenge.scheme for challenge in read_challenges(headers)] == schemes
