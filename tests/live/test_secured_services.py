"""A workflow calls a service that asks who is there, with what its run was given over HTTP."""

from __future__ import annotations

import base64
from collections.abc import Iterator
from pathlib import Path

import pytest
import requests
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    load_pem_private_key,
    pkcs12,
)
from cryptography.x509 import load_pem_x509_certificate
from werkzeug.wrappers import Request, Response

from tests.engines.taverna.activities.authority import Authority
from tests.engines.taverna.activities.localservices import Service, serving
from tests.keys import ALIAS, PASSWORD
from tests.live import runs
from tests.live.server import Server
from tests.workflow.documents import dataflow, document, processor

REST = "net.sf.taverna.t2.activities.rest"


def activity(url: str) -> str:
    bean = f"{REST}.RESTActivityConfigurationBean"
    return f"""<activity><class>{REST}.RESTActivity</class><inputMap/>
<outputMap><map from="responseBody" to="o"/></outputMap>
<configBean encoding="xstream"><{bean} xmlns=""><httpMethod>GET</httpMethod>
<urlSignature>{url}</urlSignature><acceptsHeaderValue>text/plain</acceptsHeaderValue>
</{bean}></configBean></activity>"""


def calling(url: str) -> bytes:
    steps = [processor("ask", activity=activity(url))]
    return document(dataflow(outputs="answer", processors=steps, links=["ask.o -> answer"]))


@pytest.fixture
def authority(tmp_path: Path) -> Authority:
    return Authority(tmp_path)


@pytest.fixture
def service(authority: Authority) -> Iterator[Service]:
    """Over TLS of an authority nobody knows, for clients of its own that know a password."""

    def answer(request: Request) -> Response:
        given = request.authorization
        if given and (given.username, given.password) == ("ada", "größe:1"):
            return Response("welcome", content_type="text/plain")
        return Response("who?", 401, {"WWW-Authenticate": 'Basic realm="x"'})

    with serving(answer, authority.server(asks_for_certificates=True)) as service:
        yield service


def key_store(authority: Authority) -> bytes:
    made = authority.pem("ada")
    key, certificate = load_pem_private_key(made, None), load_pem_x509_certificate(made)
    hidden = BestAvailableEncryption(PASSWORD.encode())
    return pkcs12.serialize_key_and_certificates(
        ALIAS.encode(),
        key,
        certificate,
        None,
        hidden,  # type: ignore[arg-type]
    )


def gifts(service: Service, authority: Authority) -> dict[str, dict[str, object]]:
    key = {
        "credentialName": ALIAS,
        "fileType": "PKCS12",
        "unlockPassword": PASSWORD,
        "credentialBytes": base64.b64encode(key_store(authority)).decode(),
    }
    trust = {"certificateBytes": base64.b64encode(authority.certificate).decode()}
    login = {"serviceURI": f"{service.url}/#x", "username": "ada", "password": "größe:1"}
    return {
        "login": {"userpass": login},
        "key": {"keypair": key},
        "trust": {"trustedIdentity": trust},
    }


def outcome(
    session: requests.Session, server: Server, url: str, given: list[dict[str, object]]
) -> str:
    """The output of a run that was given these, or the text of its error."""
    run = runs.create(session, server, calling(url))
    for body in given:
        kind = "trusts" if "trustedIdentity" in body else "credentials"
        assert session.post(f"{run}/security/{kind}", json=body).status_code == 201
    runs.start(session, run)
    runs.wait(session, run)
    answer = session.get(f"{run}/wd/out/answer")
    if not answer.ok:
        answer = session.get(f"{run}/wd/out/answer.error")
    assert session.delete(run).status_code == 204
    return answer.text


def test_service_is_called_with_what_the_run_was_given(
    server: Server, alice: requests.Session, service: Service, authority: Authority
) -> None:
    given = list(gifts(service, authority).values())
    assert outcome(alice, server, f"{service.url}/deep/inside", given).strip() == "welcome"


@pytest.mark.parametrize(
    ("missing", "said"),
    [("login", "who?"), ("key", "Internal error"), ("trust", "Internal error")],
)
def test_service_refuses_a_run_that_lacks_something(
    server: Server,
    alice: requests.Session,
    service: Service,
    authority: Authority,
    missing: str,
    said: str,
) -> None:
    given = [body for name, body in gifts(service, authority).items() if name != missing]
    answer = outcome(alice, server, service.url, given)
    assert said in answer
    assert "welcome" not in answer
