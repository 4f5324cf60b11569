"""Requests made up by the thousand: no answer is a 5xx, none takes long, and the server works on.

``python -m tests.live.fuzz 10000`` (``make fuzz``) sends that many of two kinds to a
server of its own: what schemathesis makes of our OpenAPI description, and the
golden files with their XML changed. Answers to the first kind must also be what
the description says. The suite sends some hundreds (``test_fuzz``).
"""

from __future__ import annotations

import contextlib
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from random import Random
from typing import Any

import requests
import schemathesis
from hypothesis import HealthCheck, Phase, given, seed, settings
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from tests.live import runs
from tests.live.server import Server, running
from tests.mutations import mutants

GOLDEN = Path(__file__).parents[1] / "golden"
PATIENCE = 30
XML_OR_TEXT = {"Accept": "application/xml, text/plain"}
SETTINGS = {"run_limit": 100000, "operating_limit": 1000}
CHECKS = [
    not_a_server_error,
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
]
XML_BODIES = (
    ("PUT", "{run}/input/input/IN", "input/value.xml"),
    ("PUT", "{run}/input/input/IN", "input/file.xml"),
    ("PUT", "{run}/input/input/IN", "input/reference.xml"),
    ("POST", "{run}/listeners", "listeners/definition.xml"),
    ("POST", "{run}/security/permissions", "security/permission-update.xml"),
    ("POST", "{run}/security/credentials", "security/userpass.xml"),
    ("POST", "{run}/security/credentials", "security/keypair.xml"),
    ("POST", "{run}/security/credentials", "security/cagridproxy.xml"),
    ("PUT", "{run}/security/credentials/one", "security/userpass.xml"),
    ("POST", "{run}/security/trusts", "security/trust.xml"),
    ("POST", "{run}/wd", "directory/mkdir.xml"),
    ("POST", "{run}/wd", "directory/upload.xml"),
    ("POST", "{rest}/runs", "workflow/reverse.xml"),
    ("POST", "{rest}/runs", "workflow/reverse.t2flow"),
    ("POST", "{run}/interaction", "directory/mkdir.xml"),
    ("POST", "{url}/admin/users", "admin/user.xml"),
    ("PUT", "{url}/admin/permittedWorkflowURIs", "admin/strings.xml"),
)


def made_up(server: Server, count: int) -> int:
    """Send what follows from ``/openapi.json``; returns how many requests that were."""
    schema = schemathesis.openapi.from_url(f"{server.url}/openapi.json")
    operations = [found.ok() for found in schema.get_all_operations()]
    each, sent = max(2, count // len(operations)), 0
    with server.session("alice") as session, server.session("admin") as admin:
        for operation in operations:
            run = runs.create(session, server)
            asking = admin if operation.path.startswith("/admin") else session
            with _restored(asking, server.url + operation.path, operation.method):
                sent += _ask(operation, asking, run.rpartition("/")[2], each)
            session.delete(run)
    return sent


@contextlib.contextmanager
def _restored(session: requests.Session, address: str, method: str) -> Iterator[None]:
    """Put a setting back afterwards: one may be that no runs are allowed."""
    is_setting = "/admin/" in address and method == "put" and "{" not in address
    before = session.get(address, headers=XML_OR_TEXT) if is_setting else None
    yield
    if before is not None:
        kind = {"Content-Type": before.headers["Content-Type"]}
        session.put(address, data=before.content, headers=kind)


def _ask(operation: Any, session: requests.Session, run_id: str, count: int) -> int:
    sent = 0

    @seed(1)
    @settings(
        max_examples=count,
        phases=[Phase.generate],
        deadline=None,
        database=None,
        suppress_health_check=list(HealthCheck),
    )
    @given(case=operation.as_strategy())
    def ask(case: Any) -> None:
        nonlocal sent
        if "run_id" in case.path_parameters and sent % 4:
            case.path_parameters["run_id"] = run_id
        answer = case.call(session=session, timeout=PATIENCE, allow_redirects=False)
        sent += 1
        case.validate_response(answer, checks=CHECKS)

    ask()
    return sent


def changed_documents(server: Server, count: int, random: Random) -> int:
    """Send changed XML where it is read; returns how many requests that were."""
    sent = 0
    with server.session("alice") as session, server.session("admin") as admin:
        for method, place, name in XML_BODIES:
            run = runs.create(session, server)
            address = place.format(run=run, rest=server.rest, url=server.url)
            asking = admin if "/admin/" in place else session
            for body in mutants((GOLDEN / name).read_bytes(), count // len(XML_BODIES), random):
                _send(asking, method, address, body)
                sent += 1
            session.delete(run)
        _permit_all_workflows(admin, server)
    return sent


def _permit_all_workflows(admin: requests.Session, server: Server) -> None:
    """What changed documents may have forbidden."""
    nothing = b'<stringList xmlns="http://ns.taverna.org.uk/2010/xml/server/admin/"/>'
    place = f"{server.url}/admin/permittedWorkflowURIs"
    answer = admin.put(place, data=nothing, headers={"Content-Type": "application/xml"})
    assert answer.ok, answer.text


def _send(session: requests.Session, method: str, address: str, body: bytes) -> None:
    kind = {"Content-Type": "application/xml", "Accept": "application/xml, */*;q=0.1"}
    if address.endswith("/interaction"):
        kind["Content-Type"] = "application/atom+xml"
    answer = session.request(
        method, address, data=body, headers=kind, timeout=PATIENCE, allow_redirects=False
    )
    assert answer.status_code < 500, (method, address, body, answer.status_code, answer.text)
    if address.endswith("/runs") and answer.status_code == 201:
        session.delete(answer.headers["Location"])


def smoke(server: Server) -> None:
    """A run from its creation to its output; nothing unexpected in the log."""
    with server.session("alice") as alice:
        run = runs.finished_echo(alice, server)
        assert alice.get(f"{run}/wd/out/OUT").text == "drink me"
    assert "Traceback" not in server.log(), server.log()[-5000:]


def main(count: int) -> None:
    with tempfile.TemporaryDirectory() as place, running(Path(place), **SETTINGS) as server:
        for name, sent in _both(server, count):
            print(f"{name} {sent} requests", flush=True)
        smoke(server)
        print("no 5xx, no hang, and a run afterwards ends as it should")


def _both(server: Server, count: int) -> Iterator[tuple[str, str]]:
    for name, send in (
        ("changed XML:", lambda: changed_documents(server, count, Random(1))),
        ("from OpenAPI:", lambda: made_up(server, count)),
    ):
        began = time.monotonic()
        yield name, f"{send()} in {time.monotonic() - began:.0f} s,"


if __name__ == "__main__":
    main(int(sys.argv[1]))
