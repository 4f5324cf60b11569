"""Accounts, secrets and shares of the REANA face."""

from __future__ import annotations

import base64
import json

import pytest

from taverna_server.config import Config
from taverna_server.data.rundir import RunDirectory
from taverna_server.data.vault import Vault
from taverna_server.manager.handover import Handover
from taverna_server.manager.user_secrets import secrets_document
from taverna_server.store import Store
from tests.reana.conftest import User

NOBODY = "00000000-0000-0000-0000-000000000000"


def encoded(value: bytes, kind: str = "env") -> dict[str, str]:
    return {"value": base64.b64encode(value).decode(), "type": kind}


def test_administrator_makes_accounts_with_tokens(admin: User) -> None:
    made = admin("POST", "/users?email=jane.doe@example.org", 201)
    jane = User(admin.client, made["access_token"])
    assert jane("GET", "/you")["email"] == "jane.doe@example.org"
    assert len(made["access_token"]) >= 22
    given = admin("POST", "/users?email=jane.doe@example.com&user_token=a-token-of-my-own", 201)
    assert given["access_token"] == "a-token-of-my-own"
    assert User(admin.client, "a-token-of-my-own")("GET", "/you")["username"] == "janedoe2"
    (found,) = admin("GET", "/users?email=jane.doe@example.org")
    assert found["id_"] == found["id"] == made["id_"]
    (found,) = admin("GET", "/users?user_token=a-token-of-my-own")
    assert (found["email"], found["access_token"]) == ("jane.doe@example.com", "a-token-of-my-own")


def test_accounts_are_found_by_all_that_is_asked_for(admin: User) -> None:
    assert [it["email"] for it in admin("GET", "/users")] == ["admin", "alice", "bob"]
    assert [it["email"] for it in admin("GET", f"/users?id_={NOBODY}")] == ["admin"]
    assert [it["email"] for it in admin("GET", f"/users?id={NOBODY}&email=admin")] == ["admin"]
    for query in (f"id_={NOBODY}&email=alice", "email=no", "user_token=no"):
        assert "does not exist" in admin.refused("GET", f"/users?{query}", 404)


@pytest.mark.parametrize(
    ("query", "status"),
    [("email=a@b.org", 403), ("email=c@d.org&user_token=alice-token-alice", 201),
     ("email=c@d.org&user_token=short", 400), ("email=nothing", 400), ("", 400)],
)  # fmt: skip
def test_account_that_cannot_be_is_refused(admin: User, query: str, status: int) -> None:
    admin("POST", "/users?email=a@b.org", 201)
    admin("POST", f"/users?{query}", status)


@pytest.mark.parametrize("method", ["GET", "POST"])
def test_accounts_are_the_administrators_business(alice: User, method: str) -> None:
    assert alice.refused(method, "/users?email=a@b.org", 403) == "Action not permitted."


def test_secrets_are_listed_without_their_values(alice: User, bob: User) -> None:
    given = {"PASSWORD": encoded(b"hidden"), "key.txt": encoded(b"\0\xff", "file")}
    alice("POST", "/secrets/?overwrite=false", 201, json=given)
    assert alice("GET", "/secrets") == [
        {"name": "PASSWORD", "type": "env"},
        {"name": "key.txt", "type": "file"},
    ]
    assert bob("GET", "/secrets") == []
    assert alice("DELETE", "/secrets/", 404, json=["PASSWORD", "no"]) == ["no"]
    assert alice("DELETE", "/secrets/", json=["PASSWORD"]) == ["PASSWORD"]
    assert [it["name"] for it in alice("GET", "/secrets")] == ["key.txt"]


def test_secret_is_replaced_only_on_request(alice: User) -> None:
    alice("POST", "/secrets/", 201, json={"A": encoded(b"1")})
    both = {"A": encoded(b"2"), "B": encoded(b"2")}
    assert "already exists" in alice.refused("POST", "/secrets/?overwrite=false", 409, json=both)
    assert len(alice("GET", "/secrets")) == 1
    alice("POST", "/secrets/?overwrite=true", 201, json=both)
    assert len(alice("GET", "/secrets")) == 2


@pytest.mark.parametrize(
    "given",
    [
        {},
        {"A": {"value": "x", "type": "env"}},
        {"A": {"value": "eA==", "type": "other"}},
        {"A": {"type": "env"}},
        {"A": "x"},
        {"A=B": encoded(b"x")},
        {"A": encoded(b"\xff")},
        {"A": encoded(b"\0")},
        {"\ud800": encoded(b"x", "file")},
        {"ž" * 200: encoded(b"x", "file")},
        {"../x": encoded(b"x", "file")},
        {"A": encoded(bytes(2**20 + 1), "file")},
    ],
)
def test_secret_that_cannot_be_is_refused(alice: User, given: object) -> None:
    alice.refused("POST", "/secrets/", 400, json=given)
    alice.refused("DELETE", "/secrets/", 400, json={"A": 1})
    assert alice("GET", "/secrets") == []


def test_secrets_lie_sealed_and_are_handed_to_the_run(
    alice: User, store: Store, config: Config, demo: str
) -> None:
    alice("POST", "/secrets/", 201, json={"PASSWORD": encoded(b"hidden")})
    assert b"hidden" not in store.secrets("alice")[0].content
    run = store.get_run(alice("GET", f"/workflows/{demo}/status")["id"])
    assert run is not None
    directory = RunDirectory(config.runs_directory / run.id)
    Handover(store, config).give(run, directory)
    path = directory.security / "reana-secrets.json"
    assert path.stat().st_mode & 0o777 == 0o600
    assert json.loads(path.read_bytes()) == {"PASSWORD": encoded(b"hidden")}
    assert secrets_document(store, Vault.open(config.data), "bob") is None


def test_shared_workflow_may_be_looked_at_and_no_more(alice: User, bob: User, demo: str) -> None:
    alice.upload(demo, "x")
    body = {"user_email_to_share_with": "bob", "message": "look"}
    alice("POST", f"/workflows/{demo}/share", json=body)
    assert "already shared" in alice.refused("POST", f"/workflows/{demo}/share", 409, json=body)
    shared = alice("GET", f"/workflows/{demo}/share-status")["shared_with"]
    assert shared == [{"user_email": "bob", "valid_until": None}]
    assert bob.files(demo) == ["x"]
    for method, path in (("POST", "start"), ("PUT", "status?status=deleted"), ("POST", "prune")):
        bob.refused(method, f"/workflows/{demo}/{path}", 403)
    bob.refused(
        "POST", f"/workflows/{demo}/share", 403, json={"user_email_to_share_with": "admin1"}
    )
    (item,) = bob("GET", "/workflows?type=batch&shared=true")["items"]
    assert (item["name"], item["owner_email"]) == (demo, "alice")
    assert alice("GET", "/workflows?type=batch&shared_with=bob")["total"] == 1
    assert bob("GET", "/workflows?type=batch&shared_by=alice")["total"] == 1
    assert bob("GET", "/users/shared-with-you")["users"] == [{"email": "alice"}]
    assert alice("GET", "/users/you-shared-with")["users"] == [{"email": "bob"}]
    path = f"/workflows/{demo}/unshare?user_email_to_unshare_with=bob"
    alice("POST", path)
    assert "is not shared" in alice.refused("POST", path, 409)
    assert alice("GET", "/workflows?type=batch&shared_with=nobody")["total"] == 1
    bob.refused("GET", f"/workflows/{demo}/status", 404)


@pytest.mark.parametrize(
    ("body", "status"),
    [({"user_email_to_share_with": "nobody"}, 404), ({}, 400),
     ({"user_email_to_share_with": "alice"}, 400),
     ({"user_email_to_share_with": "bob", "valid_until": "2027-01-01"}, 400)],
)  # fmt: skip
def test_share_that_cannot_be_is_refused(
    alice: User, demo: str, body: dict[str, str], status: int
) -> None:
    alice.refused("POST", f"/workflows/{demo}/share", status, json=body)
