"""The server among other programs: load balancers, monitoring, pollers, proxies, TLS."""

from __future__ import annotations

import gzip
import http.client
import json
import re
import socket
import ssl
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path

import pytest
import requests
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509 import (
    BasicConstraints,
    CertificateBuilder,
    IPAddress,
    Name,
    NameAttribute,
    SubjectAlternativeName,
)
from cryptography.x509 import random_serial_number as serial_number
from cryptography.x509.oid import NameOID

from tests.live import runs
from tests.live.server import Server, password, running


def test_server_says_that_it_is_well(server: Server) -> None:
    runs.until(lambda: server.session(None).get(f"{server.url}/health").ok)
    assert server.session(None).get(f"{server.url}/health").json()["status"] == "ok"


def test_metrics_count_for_all_processes_together(server: Server) -> None:
    """Each request on a connection of its own, so that both processes have some."""
    for _ in range(20):
        server.session(None).get(f"{server.rest}/policy/runLimit")
    line = 'taverna_http_requests_total{method="GET",route="/rest/policy/runLimit",status="200"} '
    answers = [server.session(None).get(f"{server.url}/metrics").text for _ in range(4)]
    counts = {float(text.partition(line)[2].partition("\n")[0]) for text in answers}
    assert len(counts) == 1
    assert counts.pop() >= 20


def test_metrics_know_how_many_runs_there_are(server: Server, run: str) -> None:
    text = server.session(None).get(f"{server.url}/metrics").text
    (count,) = re.findall(r"^taverna_runs (\S+)$", text, re.MULTILINE)
    assert float(count) >= 1


def test_connection_is_kept(server: Server) -> None:
    connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=10)
    connection.connect()
    first = connection.sock
    for _ in range(3):
        connection.request("GET", "/rest/policy")
        assert connection.getresponse().read()
        assert connection.sock is first
    connection.close()


def test_client_is_told_when_a_refusal_ends_the_connection(
    server: Server, alice: requests.Session
) -> None:
    """Nobody read the body, so the next request could not be found after it."""
    for size in (1, 3000, 60000) * 20:
        answer = alice.put(f"{server.rest}/none", data=b"x" * size)
        assert (answer.status_code, answer.headers["Connection"]) == (404, "close")


def test_connection_is_kept_after_a_body_that_was_read(
    server: Server, alice: requests.Session, run: str
) -> None:
    for size in (0, 1, 3000, 60000) * 10:
        answer = alice.put(f"{run}/name", data=b"x" * size, headers=runs.TEXT)
        assert answer.status_code == 200
        assert "Connection" not in answer.headers


def test_poller_is_not_sent_what_it_has(
    server: Server, alice: requests.Session, finished: str
) -> None:
    for place in ("/status", "", "/wd/out", "/output", "/stdout", "/wd/out/OUT"):
        tag = alice.get(finished + place).headers["ETag"]
        again = alice.get(finished + place, headers={"If-None-Match": tag})
        assert (again.status_code, again.content) == (304, b""), place


def test_long_document_travels_packed(server: Server, alice: requests.Session, run: str) -> None:
    answer = alice.get(run, headers={"Accept-Encoding": "gzip"}, stream=True)
    packed = answer.raw.read(decode_content=False)
    assert answer.headers["Content-Encoding"] == "gzip"
    assert int(answer.headers["Content-Length"]) == len(packed)
    assert gzip.decompress(packed) == alice.get(run, headers={"Accept-Encoding": ""}).content


def test_long_log_travels_packed(server: Server, alice: requests.Session, run: str) -> None:
    lines = b"a line of a log\n" * 500
    (server.data / "runs" / run.rpartition("/")[2] / "stdout").write_bytes(lines)
    answer = alice.get(f"{run}/stdout", headers={"Accept-Encoding": "gzip"}, stream=True)
    packed = answer.raw.read(decode_content=False)
    assert answer.headers["Content-Encoding"] == "gzip"
    assert gzip.decompress(packed) == lines


def test_range_of_a_file_is_of_its_own_bytes(
    server: Server, alice: requests.Session, run: str
) -> None:
    """Also for a client that takes gzip."""
    alice.put(f"{run}/wd/long.txt", data=b"0123456789" * 1000)
    headers = {"Range": "bytes=5-14", "Accept-Encoding": "gzip"}
    answer = alice.get(f"{run}/wd/long.txt", headers=headers)
    assert (answer.status_code, answer.content) == (206, b"5678901234")


def test_name_of_a_request_is_in_its_answer(server: Server, alice: requests.Session) -> None:
    given = alice.get(server.rest, headers={"X-Request-ID": "from-the-proxy"})
    assert given.headers["X-Request-ID"] == "from-the-proxy"
    names = {alice.get(server.rest).headers["X-Request-ID"] for _ in range(3)}
    assert len(names) == 3


def test_links_are_what_the_proxy_says(server: Server, alice: requests.Session) -> None:
    said = {"X-Forwarded-Proto": "https", "X-Forwarded-Host": "example.org"}
    answer = alice.get(f"{server.rest}/", headers={**said, "Accept": "application/json"})
    runs_place = answer.json()["serverDescription"]["runs"]["@href"]
    assert runs_place == "https://example.org/rest/runs"


@pytest.fixture(scope="module")
def papers(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An authority (``authority.pem``) and a server's certificate and key from it."""
    directory = tmp_path_factory.mktemp("papers")
    authority_key, server_key = (ec.generate_private_key(ec.SECP256R1()) for _ in range(2))
    _certify(directory / "authority.pem", "Test authority", authority_key, authority_key)
    _certify(directory / "server.pem", "Test authority", authority_key, server_key)
    kind = (Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    (directory / "server.key").write_bytes(server_key.private_bytes(*kind))
    return directory


def _certify(
    path: Path, issuer: str, issuer_key: ec.EllipticCurvePrivateKey, key: ec.EllipticCurvePrivateKey
) -> None:
    is_authority = issuer_key is key
    names = [
        Name([NameAttribute(NameOID.COMMON_NAME, name)])
        for name in (issuer if is_authority else "127.0.0.1", issuer)
    ]
    now = datetime.now(UTC)
    builder = CertificateBuilder(names[1], names[0], key.public_key(), serial_number())
    signed = (
        builder.not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(BasicConstraints(is_authority, None), critical=True)
        .add_extension(SubjectAlternativeName([IPAddress(ip_address("127.0.0.1"))]), critical=False)
        .sign(issuer_key, hashes.SHA256())
    )
    path.write_bytes(signed.public_bytes(Encoding.PEM))


@pytest.fixture(scope="module")
def secure(papers: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    directory = tmp_path_factory.mktemp("secure")
    settings = {
        "tls_certificate": papers / "server.pem",
        "tls_key": papers / "server.key",
        "access_log": "yes",
    }
    with running(directory, papers / "authority.pem", **settings) as server:
        yield server


def test_run_over_tls_ends_and_all_links_are_https(secure: Server) -> None:
    with secure.session("alice") as alice:
        run = runs.finished_echo(alice, secure)
        assert run.startswith("https://127.0.0.1:")
        assert "http://127.0.0.1" not in alice.get(run).text
        assert alice.get(f"{run}/wd/out/OUT").text == "drink me"


def test_client_that_does_not_know_the_authority_says_nothing(secure: Server) -> None:
    session = secure.session("alice")
    session.verify = True
    with pytest.raises(requests.exceptions.SSLError):
        session.get(f"{secure.rest}/runs")


def test_tls_1_2_is_enough(secure: Server, papers: Path) -> None:
    """Newer versions are unknown to clients on Java 7 and early 8."""
    context = ssl.create_default_context(cafile=str(papers / "authority.pem"))
    context.maximum_version = ssl.TLSVersion.TLSv1_2
    with (
        socket.create_connection(("127.0.0.1", secure.port), timeout=10) as plain,
        context.wrap_socket(plain, server_hostname="127.0.0.1") as connection,
    ):
        assert connection.version() == "TLSv1.2"


def test_log_has_a_line_a_request_and_no_secret(secure: Server) -> None:
    secure.session("alice").get(f"{secure.rest}/runs?token=hidden&x=1")
    runs.until(lambda: "token=...&x=1" in secure.log())
    lines = [json.loads(line) for line in secure.log().splitlines() if line.startswith("{")]
    (line,) = [it for it in lines if it.get("path", "").startswith("/rest/runs?token")]
    assert (line["method"], line["status"], line["user"]) == ("GET", 200, "alice")
    assert re.fullmatch(r"[0-9a-f]{16}", line["request"])
    assert "hidden" not in secure.log()
    assert password("alice") not in secure.log()
