"""Every row of the quick reference, over HTTP; ``docs/coverage.md`` lists them."""

from __future__ import annotations

import json
import re
from base64 import b64encode
from collections.abc import Iterator
from pathlib import Path
from uuid import uuid4

import pytest
import requests
from lxml import etree

from taverna_server.app import create_app
from taverna_server.config import Config
from taverna_server.rest.resources import methods
from taverna_server.serving.negotiation import SCUFL, WADL, WFBUNDLE, accepts
from tests.engines.taverna.activities.localservices import Service
from tests.keys import certificate, der
from tests.live import runs
from tests.live.reference import JSON, ROWS, URI_LIST, XML, Case, cases
from tests.live.server import Server
from tests.published import check

GOLDEN = Path(__file__).parents[1] / "golden"
WRAPPER = b'<workflow xmlns="http://ns.taverna.org.uk/2010/xml/server/">%s</workflow>'
ENTRY = b"""<entry xmlns="http://www.w3.org/2005/Atom"><title>a question</title><id>x</id>
<updated>2024-05-01T19:35:20.135Z</updated><author><name>alice</name></author></entry>"""
OTHERS = {
    "/about", "/api", "/health", "/metrics", "/openapi.json", "/style.css", "/rest/schemas",
    "/rest/schemas/{name}",
}  # fmt: skip
"""Beside what the original had; ``test_http``, ``test_wadl`` and ``test_welcome`` have them."""
BEYOND = {SCUFL, WADL, WFBUNDLE}
"""Media types that the original did not have; ``test_formats`` and ``test_wadl`` have them."""


@pytest.fixture(scope="module")
def done(server: Server) -> str:
    """A run that has ended, with a bundle."""
    alice = server.session("alice")
    run = runs.create(alice, server)
    runs.set_echo_inputs(alice, run)
    alice.put(f"{run}/generate-provenance", data="true", headers=runs.TEXT)
    runs.start(alice, run)
    runs.wait(alice, run)
    return run


class Places:
    """What the names in braces stand for, made when it is asked for."""

    def __init__(self, alice: requests.Session, run: str, server: Server) -> None:
        self.alice, self.run, self.server = alice, run, server

    def credential(self) -> str:
        return self._made("security/credentials", body("security/userpass", XML), XML)

    def trust(self) -> str:
        return self._made("security/trusts", body("trust", JSON), JSON)

    def entry(self) -> str:
        return self._made("interaction", ENTRY, "application/atom+xml")

    def file(self) -> str:
        self.alice.put(f"{self.run}/wd/kept.txt", data=b"kept")
        return "kept.txt"

    def event(self) -> str:
        feed = etree.fromstring(self.alice.get(f"{self.server.url}/feed").content)
        (name, *_) = feed.xpath("//*[local-name()='entry']/*[local-name()='id']/text()")
        return str(name)

    def account(self) -> str:
        admin = self.server.session("admin")
        headers = {"Content-Type": JSON}
        made = admin.post(f"{self.server.url}/admin/users", body("account", JSON), headers=headers)
        return made.headers["Location"].rpartition("/")[2]

    def _made(self, place: str, content: bytes, kind: str) -> str:
        headers = {"Content-Type": kind}
        answer = self.alice.post(f"{self.run}/{place}", data=content, headers=headers)
        assert answer.status_code == 201, answer.text
        return answer.headers["Location"].rpartition("/")[2]


def body(name: str, kind: str) -> bytes:
    """A body by its name, in this media type; a golden file, something else, or the text itself."""
    if name == "workflow":
        inner = re.sub(rb"^<\?xml[^>]*>", b"", runs.ECHO)
        return WRAPPER % inner if kind == XML else runs.ECHO
    if name == "entry":
        return ENTRY
    if name == "trust":
        text = b64encode(der(certificate(CN="host"))).decode()
        if kind == JSON:
            return json.dumps({"trustedIdentity": {"certificateBytes": text}}).encode()
        space = "http://ns.taverna.org.uk/2010/xml/server/"
        inside = f"<certificateBytes>{text}</certificateBytes>"
        return f'<trustedIdentity xmlns="{space}">{inside}</trustedIdentity>'.encode()
    if name in ("no strings", "account"):
        return admin_body(name, kind)
    path = GOLDEN / f"{name}.{kind.rpartition('/')[2]}"
    content = path.read_bytes() if path.exists() else name.encode()
    return content.replace(b"fred", b"bob")


def admin_body(name: str, kind: str) -> bytes:
    """A list without members, or an account that nobody has yet."""
    name = "stringList" if name == "no strings" else "userDesc"
    user = f"u{uuid4().hex}" if name == "userDesc" else ""
    if kind == JSON:
        return json.dumps({name: {"username": user} if user else {}}).encode()
    inside = f"<username>{user}</username>" if user else ""
    space = "http://ns.taverna.org.uk/2010/xml/server/admin/"
    return f'<{name} xmlns="{space}">{inside}</{name}>'.encode()


@pytest.fixture
def new(server: Server, alice: requests.Session) -> Iterator[str]:
    run = runs.create(alice, server)
    runs.set_value(alice, run, "IN", "drink me")
    yield run
    alice.delete(run)


@pytest.mark.parametrize("case", list(cases()), ids=lambda case: case.name)
def test_row(
    case: Case,
    server: Server,
    elsewhere: Service,
    alice: requests.Session,
    new: str,
    done: str,
) -> None:
    row = case.row
    made = Places(alice, new, server)
    found = {name: getattr(made, name)() for name in re.findall(r"{(\w+)}", row.path)
             if name not in ("new", "done")}  # fmt: skip
    address = row.path.format(new=new, done=done, **found)
    headers = {"Accept": case.accepted or "*/*"}
    if case.sent:
        headers["Content-Type"] = case.sent
    answer = server.session(row.user).request(
        row.method,
        address if address.startswith("http") else server.url + address,
        data=_sent(row.body, case.sent, elsewhere),
        headers=headers,
    )
    assert answer.status_code == row.status, answer.text
    if case.accepted:
        assert answer.headers["Content-Type"].partition(";")[0].strip() == case.accepted
    if case.accepted in (XML, JSON) and not row.path.endswith(("/workflow",)):
        check(answer.content, case.accepted)
    if row.status == 201:
        assert server.session(row.user).get(answer.headers["Location"]).ok


def _sent(name: str, kind: str, elsewhere: Service) -> bytes | str | None:
    if kind == URI_LIST:
        return f"{elsewhere.url}/{name}"
    return body(name, kind) if kind else None


def test_every_resource_method_and_media_type_has_a_row(tmp_path: Path) -> None:
    """Compared with what the views declare, so a new one cannot be forgotten."""
    app = create_app(Config(data=tmp_path))
    for method in methods(app):
        if method.path in OTHERS:
            continue
        pattern = re.sub(r"{\w+}", "[^/]+", method.path)
        if method.path.endswith("/{path}"):
            pattern = method.path.partition("{path}")[0].replace("{run_id}", "[^/]+") + ".+"
        rows = [
            row for row in ROWS
            if row.method == method.name and re.fullmatch(pattern, _plain(row.path))
        ]  # fmt: skip
        assert rows, method
        offered = {kind for row in rows for kind in row.answers}
        sent = {kind for row in rows for kind in row.sends}
        for kind in set(method.operation.offered) - BEYOND:
            assert any(accepts(it, kind) for it in offered), (method, kind)
        for kind in set(method.operation.readable) - BEYOND:
            assert any(accepts(it, kind) for it in sent), (method, kind)


def _plain(path: str) -> str:
    for name in ("{new}", "{done}"):
        path = path.replace(name, "/rest/runs/1")
    return re.sub(r"[{}]", "", path)
