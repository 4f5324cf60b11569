"""Credentials and trusts given to a run over HTTP reach the services it calls, and no other."""

from __future__ import annotations

import base64
from pathlib import Path

import requests
from lxml import etree
from werkzeug.wrappers import Request, Response

from tests.engines.taverna.activities.authority import Authority
from tests.engines.taverna.activities.localservices import serving
from tests.engines.taverna.activities.soapservices import genes, soap_service
from tests.engines.taverna.servicesteps import rest, soap
from tests.live import runs
from tests.live.server import Server
from tests.workflow.documents import dataflow, document

NAME, PASSWORD = "ada", "engine"
REALM = "the archive"


def guarded(request: Request) -> Response:
    given = request.authorization
    if given and (given.username, given.password) == (NAME, PASSWORD):
        return Response("welcome", content_type="text/plain")
    return Response("who?", 401, {"WWW-Authenticate": f'Basic realm="{REALM}"'})


def give(session: requests.Session, run: str, kind: str, body: dict[str, object]) -> None:
    answer = session.post(f"{run}/security/{kind}", json=body)
    assert answer.status_code == 201, answer.text


def login(session: requests.Session, run: str, uri: str) -> None:
    body = {"serviceURI": uri, "username": NAME, "password": PASSWORD}
    give(session, run, "credentials", {"userpass": body})


def outputs(session: requests.Session, run: str, *ports: str) -> list[str]:
    runs.start(session, run)
    runs.wait(session, run)
    return [session.get(f"{run}/wd/out/{port}").text for port in ports]


def test_login_and_trust_reach_the_service_they_are_for(
    server: Server, alice: requests.Session, tmp_path: Path
) -> None:
    authority = Authority(tmp_path)
    with serving(guarded, authority.server()) as ours, serving(guarded) as other:
        steps = [rest("Ours", ours.url + "/a"), rest("Other", other.url)]
        links = ["Ours.responseBody -> ours", "Other.status -> other"]
        workflow = document(dataflow("", "ours other", steps, links))
        run = runs.create(alice, server, workflow)
        login(alice, run, f"{ours.url}/")
        certificate = base64.b64encode(authority.certificate).decode()
        give(alice, run, "trusts", {"trustedIdentity": {"certificateBytes": certificate}})
        assert outputs(alice, run, "ours", "other") == ["welcome\n", "401"]
    assert len(other.requests) == 1
    alice.delete(run)


def test_key_of_a_store_is_shown_to_a_service_that_asks(
    server: Server, alice: requests.Session, tmp_path: Path
) -> None:
    authority = Authority(tmp_path)
    with serving(guarded, authority.server(asks_for_certificates=True)) as service:
        step = rest("P", service.url)
        workflow = document(dataflow("", "o", [step], ["P.status -> o"]))
        run = runs.create(alice, server, workflow)
        key = {
            "serviceURI": service.url,
            "credentialName": "ada",
            "fileType": "PKCS12",
            "unlockPassword": PASSWORD,
            "credentialBytes": base64.b64encode(authority.store("ada", PASSWORD)).decode(),
        }
        give(alice, run, "credentials", {"keypair": key})
        login(alice, run, service.url)
        certificate = base64.b64encode(authority.certificate).decode()
        give(alice, run, "trusts", {"trustedIdentity": {"certificateBytes": certificate}})
        assert outputs(alice, run, "o") == ["200"]
    alice.delete(run)


def test_run_without_trust_does_not_believe_the_service(
    server: Server, alice: requests.Session, tmp_path: Path
) -> None:
    with serving(guarded, Authority(tmp_path).server()) as service:
        workflow = document(dataflow("", "o", [rest("P", service.url)], ["P.responseBody -> o"]))
        run = runs.create(alice, server, workflow)
        login(alice, run, service.url)
        (error,) = outputs(alice, run, "o.error")
    assert "Internal error has occurred while trying to execute the REST activity" in error
    assert not service.requests
    alice.delete(run)


def test_login_for_a_wsdl_becomes_a_token(server: Server, alice: requests.Session) -> None:
    with soap_service(genes) as service:
        wsdl = f"{service.url}/encoded.wsdl"
        profile = "WSSecurityUsernameTokenPlainTextPassword"
        steps = [soap("Title", wsdl, "title", "string", "return", profile)]
        links = ["gene -> Title.string", "Title.return -> o"]
        run = runs.create(alice, server, document(dataflow("gene", "o", steps, links)))
        login(alice, run, wsdl)
        runs.set_value(alice, run, "gene", "mmu:1")
        assert outputs(alice, run, "o") == ["mmu:1 a <gene>\n"]
    header = etree.fromstring(service.last.body)[0]
    assert [e.text for e in header.iter() if e.text and e.text.strip()] == [NAME, PASSWORD]
    alice.delete(run)
