"""Secrets of a run: the engine has them while it works, and nobody ever reads them back."""

from __future__ import annotations

import base64
import json
import shlex
from collections.abc import Iterator
from pathlib import Path

import pytest
import requests

from taverna_server.data.credentials import credentials_for, read_credentials
from taverna_server.data.rundir import RunDirectory
from tests import fakes
from tests.keys import ALIAS, PASSWORD, certificate, der, pkcs12_store
from tests.live import runs
from tests.live.server import Server, running

SECRET = "looking-glass-secret"
SERVICE = "https://services.example.com/secure.wsdl"


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """One that works until it is told otherwise, and logs all it can."""
    engine = shlex.join(fakes.command("NeverEnds"))
    where = tmp_path_factory.mktemp("credentials")
    with running(where, engine_command=engine, log_level="debug", access_log="yes") as server:
        yield server
        assert "Traceback" not in server.log()


@pytest.fixture
def run(server: Server, alice: requests.Session) -> Iterator[str]:
    """A new run with a login, a key and a trusted certificate."""
    run = runs.create(alice, server)
    login = {"serviceURI": SERVICE, "username": "alice77", "password": SECRET}
    key = {
        "credentialName": ALIAS,
        "fileType": "PKCS12",
        "unlockPassword": PASSWORD,
        "credentialBytes": base64.b64encode(pkcs12_store()).decode(),
    }
    trust = {"certificateBytes": base64.b64encode(der(certificate(CN="host"))).decode()}
    for kind, body in (
        ("credentials", {"userpass": login}),
        ("credentials", {"keypair": key}),
        ("trusts", {"trustedIdentity": trust}),
    ):
        answer = alice.post(f"{run}/security/{kind}", json=body)
        assert answer.status_code == 201, answer.text
    yield run
    alice.delete(run)


def hidden() -> list[bytes]:
    """Everything that must not be found, in the forms it might have."""
    store = pkcs12_store()
    return [
        SECRET.encode(),
        PASSWORD.encode(),
        base64.b64encode(SECRET.encode()),
        base64.b64encode(f"alice77:{SECRET}".encode())[:-4],
        store,
        store[40:80],
        base64.b64encode(store)[:60],
        store.hex().encode()[:60],
        b"PRIVATE KEY",
    ]


def leaks(place: Path) -> list[str]:
    files = [path for path in place.rglob("*") if path.is_file()]
    return [str(path) for path in files for secret in hidden() if secret in path.read_bytes()]


def answers(session: requests.Session, run: str) -> Iterator[requests.Response]:
    """All that the owner can read about it."""
    for accept in ("application/xml", "application/json"):
        headers = {"Accept": accept}
        for path in ("", "/security", "/security/credentials", "/security/trusts"):
            yield session.get(run + path, headers=headers)
        listed = session.get(f"{run}/security/credentials", headers=runs.JSON).json()
        for item in listed["credentials"].get("credential", []):
            (content,) = item.values()
            yield session.get(content["@href"], headers=headers)
    for path in ("/stdout", "/stderr", "/log", "/wd", "/security/owner"):
        yield session.get(run + path)


def directory_of(server: Server, run: str) -> RunDirectory:
    return RunDirectory(server.data / "runs" / run.rpartition("/")[2])


def test_secret_is_nowhere_before_the_start(
    server: Server, alice: requests.Session, run: str
) -> None:
    assert leaks(server.data.parent) == []
    for answer in answers(alice, run):
        assert answer.ok, answer.url
        assert [secret for secret in hidden() if secret in answer.content] == []


def test_engine_has_what_the_run_was_given(
    server: Server, alice: requests.Session, run: str
) -> None:
    runs.start(alice, run)
    directory = directory_of(server, run)
    runs.until(lambda: (directory.wd / "working").exists())
    login, key = credentials_for(directory, f"{SERVICE}?wsdl")
    assert (login.username, login.password) == ("alice77", SECRET)
    assert (key.kind, key.unlock_password) == ("keypair", PASSWORD)
    assert Path(key.store).read_bytes() == pkcs12_store()
    assert b"PRIVATE KEY" in Path(key.pem).read_bytes()
    assert leaks(directory.wd) == []
    assert leaks(directory.security)  # so this is what a leak would look like
    names = {path.name for path in directory.security.iterdir()}
    assert names == {"credentials.json", "2.store", "2.pem", "trusts.pem"}
    assert {path.stat().st_mode & 0o777 for path in directory.security.iterdir()} == {0o600}


def test_secret_is_nowhere_once_the_run_has_ended(
    server: Server, alice: requests.Session, run: str
) -> None:
    runs.start(alice, run)
    directory = directory_of(server, run)
    runs.until(lambda: read_credentials(directory))
    for answer in answers(alice, run):
        assert [secret for secret in hidden() if secret in answer.content] == []
    assert "alice77" not in alice.get(f"{run}/security").text  # it has none any more

    assert alice.put(f"{run}/status", data="Finished").status_code == 200
    runs.until(lambda: not directory.security.exists())
    assert leaks(server.data.parent) == []
    server.restart()
    assert leaks(server.data.parent) == []


def test_refusals_and_the_log_do_not_tell_what_was_sent(
    server: Server, alice: requests.Session, run: str
) -> None:
    place = f"{run}/security/credentials"
    for body in (
        {"userpass": {"serviceURI": SERVICE, "password": SECRET}},
        {"keypair": {"credentialName": "x", "unlockPassword": SECRET, "credentialBytes": "eA=="}},
        {"keypair": {"credentialName": "x", "credentialBytes": SECRET + "!"}},
        {"unknown": {"password": SECRET}},
        {"userpass": {"password": [SECRET, SECRET]}},
    ):
        for sent in ({"json": body}, {"data": json.dumps(body)[:-1]}):
            answer = alice.post(place, headers=runs.JSON_BODY, **sent)
            assert answer.status_code == 400, body
            assert SECRET not in answer.text
    assert SECRET not in server.log()


def test_run_that_is_killed_at_the_start_keeps_what_it_was_given(
    server: Server, alice: requests.Session, run: str
) -> None:
    alice.put(f"{run}/status", data="Operating", headers=runs.TEXT)
    server.kill()
    server.start()
    directory = directory_of(server, run)
    runs.until(lambda: (directory.wd / "working").exists())
    assert credentials_for(directory, SERVICE)[0].username == "alice77"
