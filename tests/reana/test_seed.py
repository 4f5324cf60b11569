"""Requests of reana-client 0.4.0 as they were recorded, under the address for old clients."""

from __future__ import annotations

import io

import pytest

from taverna_server.store import Store
from tests.reana.conftest import User, end

EXPANDED = {
    "version": "0.4.0",
    "inputs": {"files": ["code/x.py"], "parameters": {"sleeptime": 2}},
    "workflow": {
        "type": "serial",
        "specification": {"steps": [{"environment": "python", "commands": ["sleep 2"]}]},
    },
    "outputs": {"files": ["results/x.txt"]},
}


@pytest.fixture
def old(alice: User) -> User:
    return User(alice.client, "alice", "/reana-0.4/api")


def test_session_of_an_old_client(old: User, alice: User, store: Store) -> None:
    assert old.client.get("/reana-0.4/api/ping").get_json()["message"] == "OK"
    assert old.create("demo", EXPANDED) == "demo.1"
    form = {"file_content": (io.BytesIO(b"print(1)"), "file_content")}
    old("POST", "/workflows/demo.1/workspace?file_name=code/x.py", data=form)
    (item,) = old("GET", "/workflows/demo.1/workspace")
    assert item.keys() == {"name", "last-modified", "size"}
    assert item["size"] == 8
    said = old(
        "PUT", "/workflows/demo.1/status?status=start", json={"parameters": {"sleeptime": "3"}}
    )
    assert (said["workflow_name"], said["status"]) == ("demo.1", "running")
    assert old("GET", "/workflows/demo.1/status")["status"] == "running"
    assert alice("GET", "/workflows/demo.1/specification")["specification"]["workflow"]["expanded"]
    (item,) = old("GET", "/workflows")
    assert item.keys() == {"id", "name", "status", "user", "created"}
    end(store, alice, "demo.1")
    assert isinstance(old("GET", "/workflows/demo.1/logs")["logs"], str)
    answer = old.ask("GET", "/workflows/demo.1/workspace/code%2Fx.py")
    assert (answer.data, answer.mimetype) == (b"print(1)", "multipart/form-data")


def test_options_stand_among_the_parameters(old: User, store: Store) -> None:
    old.create("demo", EXPANDED)
    body = {"parameters": {"CACHE": "off", "sleeptime": "1"}}
    old("PUT", "/workflows/demo/status?status=start", json=body)
    record = store.record(old("GET", "/workflows/demo/status")["id"])
    assert record is not None
    assert (record.parameters, record.options) == ({"sleeptime": 1}, {"CACHE": "off"})


def test_words_of_old_clients(old: User) -> None:
    old.create("demo", EXPANDED)
    assert old.refused("PUT", "/workflows/demo/status?status=pause", 501, json={})
    assert old.refused("PUT", "/workflows/demo/status?status=fly", 400, json={})
    assert old.refused("POST", "/workflows?workflow_name=x&spec=y", 501)


def test_workflow_of_somebody_else_is_forbidden(old: User, bob: User) -> None:
    old.create("demo", EXPANDED)
    number = old("GET", "/workflows/demo/status")["id"]
    stranger = User(bob.client, "bob", old.place)
    for method, path in (("GET", "status"), ("GET", "logs"), ("PUT", "status?status=start")):
        stranger.refused(method, f"/workflows/{number}/{path}", 403)
    stranger.refused("GET", "/workflows/demo/status", 404)
