"""``/security`` and everything below it, by its owner."""

from __future__ import annotations

import base64
from typing import Any

import pytest
from flask import Flask
from werkzeug.test import Client, TestResponse

from taverna_server.serving.context import NAME
from tests.keys import ALIAS, PASSWORD, certificate, der, jks_store, pem, pkcs12_store

JSON = {"Accept": "application/json"}
LOGIN = {"serviceURI": "https://example.org/s", "username": "alice77", "password": "looking-glass"}
SENT_BY_THE_GEM = """<?xml version="1.0"?>
<nsr:credential xmlns:nss="http://ns.taverna.org.uk/2010/xml/server/"
    xmlns:nsr="http://ns.taverna.org.uk/2010/xml/server/rest/">
  <nss:userpass>
    <nss:serviceURI>https://example.org/s</nss:serviceURI>
    <nss:username>alice77</nss:username>
    <nss:password>looking-glass</nss:password>
  </nss:userpass>
</nsr:credential>"""


@pytest.fixture
def security(run: str) -> str:
    return f"{run}/security"


def b64(content: bytes) -> str:
    return base64.b64encode(content).decode()


def key_pair(**changes: Any) -> dict[str, Any]:
    given = {
        "serviceURI": "https://grid.example.org/",
        "credentialName": ALIAS,
        "credentialBytes": b64(pkcs12_store()),
        "fileType": "PKCS12",
        "unlockPassword": PASSWORD,
        **changes,
    }
    return {"credential": {"keypair": {k: v for k, v in given.items() if v is not None}}}


def userpass(**changes: str | None) -> dict[str, Any]:
    given = {k: v for k, v in {**LOGIN, **changes}.items() if v is not None}
    return {"credential": {"userpass": given}}


def trust(content: bytes, **more: str) -> dict[str, Any]:
    return {"trustedIdentity": {"certificateBytes": b64(content), **more}}


def path_of(answer: TestResponse) -> str:
    assert answer.status_code == 201, answer.text
    assert answer.data == b""
    return answer.headers["Location"].removeprefix("http://localhost")


def listed(client: Client, path: str) -> list[Any]:
    (content,) = client.get(path, headers=JSON).json.values()
    (members,) = [value for value in content.values() if isinstance(value, list)]
    return members


def start(app: Flask, client: Client, run: str) -> None:
    services = app.extensions[NAME]
    wanted = client.put(f"{run}/status", data="Operating", content_type="text/plain")
    assert wanted.status_code == 200, wanted.text
    assert services.manager.store.get_run(run.rpartition("/")[2]).status.word == "Operating"


def test_description_has_links_and_everything_inline(alice: Client, security: str) -> None:
    alice.post(f"{security}/credentials", json=userpass())
    alice.post(f"{security}/trusts", json=trust(der(certificate(CN="host"))))
    found = alice.get(security, headers=JSON).json["securityDescriptor"]
    assert found["owner"] == "alice"
    assert found["permissions"]["@href"].endswith(f"{security}/permissions")
    assert len(found["credentials"]["credential"]) == len(found["trusts"]["trust"]) == 1
    assert alice.get(f"{security}/owner").text == "alice"


def test_permission_is_given_changed_and_taken_back(alice: Client, security: str) -> None:
    for word in ("read", "destroy", "update"):
        update = {"permissionUpdate": {"userName": "bob", "permission": word}}
        assert path_of(alice.post(f"{security}/permissions", json=update)) == (
            f"{security}/permissions/bob"
        )
        assert alice.get(f"{security}/permissions/bob").text == word
    assert [it["permission"] for it in listed(alice, f"{security}/permissions")] == ["update"]
    for _ in range(2):  # also when nothing is left to take back
        assert alice.delete(f"{security}/permissions/bob").status_code == 204
    assert alice.get(f"{security}/permissions/bob").text == "none"
    assert listed(alice, f"{security}/permissions") == []


def test_permissions_are_sorted_and_nobody_has_to_exist(alice: Client, security: str) -> None:
    for user in ("zoe", "bob", "né son"):
        assert alice.put(f"{security}/permissions/{user}", data=" Read\n").text == "read"
    entries = listed(alice, f"{security}/permissions")
    assert [entry["userName"] for entry in entries] == ["bob", "né son", "zoe"]
    (link,) = [it["@href"] for it in entries if it["userName"] == "né son"]
    assert link.endswith("/permissions/n%C3%A9%20son")


@pytest.mark.parametrize("word", [" ", "write", "READER", "readupdate"])
def test_unknown_permission_is_refused(alice: Client, security: str, word: str) -> None:
    answer = alice.put(f"{security}/permissions/bob", data=word)
    assert answer.status_code == 400
    assert "none, read, update, destroy" in answer.text
    update = {"permissionUpdate": {"userName": "bob", "permission": word}}
    assert alice.post(f"{security}/permissions", json=update).status_code == 400


@pytest.mark.parametrize("user", ["", " ", "a/b", "a\nb", "x" * 256])
def test_permission_needs_a_user(alice: Client, security: str, user: str) -> None:
    update = {"permissionUpdate": {"userName": user, "permission": "read"}}
    assert alice.post(f"{security}/permissions", json=update).status_code == 400


def test_owner_keeps_every_permission(alice: Client, run: str, security: str) -> None:
    update = {"permissionUpdate": {"userName": "alice", "permission": "none"}}
    assert alice.post(f"{security}/permissions", json=update).status_code == 201
    assert alice.put(f"{security}/permissions/alice", data="read").text == "destroy"
    assert alice.delete(f"{security}/permissions/alice").status_code == 204
    assert alice.get(f"{security}/permissions/alice").text == "destroy"
    assert listed(alice, f"{security}/permissions") == []
    assert alice.delete(run).status_code == 204


def test_login_is_kept_and_its_password_is_not_told(alice: Client, security: str) -> None:
    kind = {"content_type": "application/xml"}
    place = path_of(alice.post(f"{security}/credentials", data=SENT_BY_THE_GEM, **kind))
    for answer in (alice.get(place), alice.get(f"{security}/credentials"), alice.get(security)):
        assert answer.status_code == 200
        assert b"alice77" in answer.data
        assert b"looking-glass" not in answer.data
    found = alice.get(place, headers=JSON).json["credential"]["userpass"]
    assert found == {
        "@href": f"http://localhost{place}",
        "serviceURI": "https://example.org/s",
        "username": "alice77",
    }


def test_same_service_may_have_several_logins(alice: Client, security: str) -> None:
    """The gem never finds the one that is there and sends it again."""
    places = [path_of(alice.post(f"{security}/credentials", json=userpass())) for _ in range(3)]
    assert len(set(places)) == len(listed(alice, f"{security}/credentials")) == 3


def test_bare_element_is_a_credential(alice: Client, security: str) -> None:
    """As the Apache client sends it."""
    path_of(alice.post(f"{security}/credentials", json={"userpass": LOGIN}))


def test_credential_is_replaced_in_its_place(alice: Client, security: str) -> None:
    """The Java client finds it by its service and sends it to its address."""
    place = path_of(alice.post(f"{security}/credentials", json=userpass()))
    path_of(alice.post(f"{security}/credentials", json=userpass(username="other")))
    answer = alice.put(place, json=userpass(username="queen"), headers=JSON)
    assert answer.status_code == 200
    assert "looking-glass" not in answer.text
    assert answer.json["credential"]["userpass"]["@href"].endswith(place)
    names = [it["userpass"]["username"] for it in listed(alice, f"{security}/credentials")]
    assert names == ["queen", "other"]


def test_credential_is_made_under_the_name_of_the_client(alice: Client, security: str) -> None:
    place = f"{security}/credentials/my own"
    assert alice.put(place, json=key_pair()).status_code == 200
    assert alice.get(place).status_code == 200
    assert alice.put(f"{security}/credentials/{'x' * 101}", json=userpass()).status_code == 400


@pytest.mark.parametrize("kind", ["credentials", "trusts"])
def test_one_or_all_are_forgotten_also_when_there_is_none(
    alice: Client, security: str, kind: str
) -> None:
    body = userpass() if kind == "credentials" else trust(pem(certificate(CN="host")))
    places = [path_of(alice.post(f"{security}/{kind}", json=body)) for _ in range(3)]
    for place in (places[0], places[0], f"{security}/{kind}/never-there"):
        assert alice.delete(place).status_code == 204
    answer = alice.get(places[0])
    assert (answer.status_code, answer.text) == (404, "no such credential")
    assert len(listed(alice, f"{security}/{kind}")) == 2
    for _ in range(2):
        assert alice.delete(f"{security}/{kind}").status_code == 204
    assert listed(alice, f"{security}/{kind}") == []


def test_key_store_sent_along_is_opened_and_not_told(alice: Client, security: str) -> None:
    place = path_of(alice.post(f"{security}/credentials", json=key_pair()))
    found = alice.get(place, headers=JSON).json["credential"]["keypair"]
    assert found == {
        "@href": f"http://localhost{place}",
        "serviceURI": "https://grid.example.org/",
        "credentialName": ALIAS,
        "fileType": "PKCS12",
        "credentialBytes": "",
    }


def test_key_store_below_wd_is_opened(alice: Client, run: str, security: str) -> None:
    alice.put(f"{run}/wd/my.jks", data=jks_store())
    body = key_pair(
        credentialBytes=None, credentialFile="my.jks", fileType=None, credentialName="alice"
    )
    place = path_of(alice.post(f"{security}/credentials", json=body))
    found = alice.get(place, headers=JSON).json["credential"]["keypair"]
    assert (found["credentialFile"], found["fileType"]) == ("my.jks", "JKS")
    assert found["credentialBytes"] == ""


def test_bytes_are_more_important_than_a_file(alice: Client, security: str) -> None:
    place = path_of(alice.post(f"{security}/credentials", json=key_pair(credentialFile="no")))
    assert b"credentialFile" not in alice.get(place).data


def test_proxy_is_kept_as_it_is(alice: Client, security: str) -> None:
    body = {"credential": {"cagridproxy": {"serviceURI": "https://g", "unlockPassword": "secret"}}}
    place = path_of(alice.post(f"{security}/credentials", json=body))
    answer = alice.get(place)
    assert b"cagridproxy" in answer.data
    assert b"secret" not in answer.data


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        (userpass(serviceURI=None), "absent service URI"),
        (userpass(serviceURI=" "), "absent service URI"),
        (userpass(serviceURI="http://[::1"), "bad service URI"),
        (userpass(serviceURI="http://h:99999"), "bad service URI"),
        (userpass(username=None), "absent or empty username"),
        (userpass(username=" "), "absent or empty username"),
        (key_pair(credentialName=None), "absent or empty credentialName"),
        (key_pair(credentialBytes=None), "absent or empty credentialFile"),
        (key_pair(credentialBytes=None, credentialFile="no"), "no such directory entry"),
        (key_pair(credentialBytes=None, credentialFile="logs"), "not a file"),
        (key_pair(credentialBytes=None, credentialFile="../x"), "no such directory entry"),
        (key_pair(credentialBytes=None, credentialFile="large"), "20kB limit hit"),
        (key_pair(credentialName="nobody"), "no such credential in key store"),
        (key_pair(unlockPassword=None), "absent or empty unlockPassword"),
        (key_pair(unlockPassword="looking"), "cannot be read, or its password was incorrect"),
        (key_pair(credentialBytes=b64(b"x" * (2**20 + 1))), "longer than 1048576 bytes"),
        (key_pair(fileType="UBER"), "UBER not found"),
    ],
)
def test_credential_that_is_no_use_is_refused_with_the_reason(
    alice: Client, run: str, security: str, body: dict[str, Any], reason: str
) -> None:
    alice.put(f"{run}/wd/large", data=b"x" * 20481)
    answer = alice.post(f"{security}/credentials", json=body)
    assert answer.status_code == 400
    assert answer.text.startswith("that credential is invalid: ")
    assert reason in answer.text
    assert PASSWORD not in answer.text
    assert listed(alice, f"{security}/credentials") == []


def test_empty_and_absent_passwords_are_the_same(alice: Client, security: str) -> None:
    path_of(alice.post(f"{security}/credentials", json=userpass(password=None)))
    path_of(alice.post(f"{security}/credentials", json=userpass(password="")))


@pytest.mark.parametrize("name", ["X.509", "X509", "x509", None])
def test_certificates_are_trusted_and_named(alice: Client, security: str, name: str | None) -> None:
    sent = pem(certificate(CN="one")) + pem(certificate(O="Two"))
    more = {"fileType": name} if name else {}
    place = path_of(alice.post(f"{security}/trusts", json=trust(sent, serverName="x", **more)))
    found = alice.get(place, headers=JSON).json["trustedIdentity"]
    assert found == {
        "@href": f"http://localhost{place}",
        "fileType": name or "X.509",
        "certificateBytes": b64(sent),
        "serverName": ["one", "Two"],
    }
    assert listed(alice, f"{security}/trusts") == [found]


def test_certificate_below_wd_is_trusted(alice: Client, run: str, security: str) -> None:
    alice.put(f"{run}/wd/ca.pem", data=pem(certificate(CN="host")))
    body = {"trustedIdentity": {"certificateFile": "ca.pem"}}
    place = path_of(alice.post(f"{security}/trusts", json=body))
    found = alice.get(place, headers=JSON).json["trustedIdentity"]
    assert (found["certificateFile"], found["serverName"]) == ("ca.pem", ["host"])
    assert "certificateBytes" not in found
    changed = alice.put(place, json=trust(der(certificate(CN="other"))), headers=JSON)
    assert changed.status_code == 200
    assert changed.json["trustedIdentity"]["serverName"] == ["other"]


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        ({"trustedIdentity": {"fileType": "X.509"}}, "absent or empty certificateFile"),
        (trust(b"no certificate"), "cannot be read"),
        (trust(der(certificate(CN="x")), fileType="PGP"), "PGP not found"),
    ],
)
def test_certificate_that_is_no_use_is_refused(
    alice: Client, security: str, body: dict[str, Any], reason: str
) -> None:
    answer = alice.post(f"{security}/trusts", json=body)
    assert answer.status_code == 400
    assert answer.text.startswith("that credential is invalid: ")
    assert reason in answer.text


def test_started_run_has_none_and_takes_none(
    app: Flask, alice: Client, run: str, security: str
) -> None:
    credential = path_of(alice.post(f"{security}/credentials", json=userpass()))
    trusted = path_of(alice.post(f"{security}/trusts", json=trust(der(certificate(CN="x")))))
    start(app, alice, run)
    for path, body in ((credential, userpass()), (trusted, trust(der(certificate(CN="x"))))):
        collection = path.rpartition("/")[0]
        assert listed(alice, collection) == []
        assert alice.get(path).status_code == 404
        for answer in (
            alice.post(collection, json=body),
            alice.delete(collection),
            alice.put(path, json=body),
            alice.delete(path),
        ):
            assert (answer.status_code, answer.text) == (400, "cannot do that state change")
    update = {"permissionUpdate": {"userName": "bob", "permission": "read"}}
    assert alice.post(f"{security}/permissions", json=update).status_code == 201
