"""Logins of services, kept once and given to every run (Player dossier 1.11, C1 to C9, K1)."""

from __future__ import annotations

from typing import Any

import pytest

from tests.live.player.api import Player
from tests.live.server import Server

GIVEN = {
    "name": "Mine", "description": "A service", "uri": "https://example.org/#realm",
    "login": "me", "password": "secret words", "password_confirmation": "secret words",
}  # fmt: skip


def add(player: Player, **changes: Any) -> Any:
    return player.post("/service_credentials", json={"service_credential": {**GIVEN, **changes}})


def test_credential_is_kept_and_its_password_never_told(alice: Player, server: Server) -> None:
    answer = add(alice)
    assert answer.status_code == 201
    made = answer.json()
    assert answer.headers["Location"].endswith(f"/service_credentials/{made['id']}")
    path = f"/service_credentials/{made['id']}"
    assert alice.read(path) == made
    assert made in alice.read("/service_credentials")
    assert "password" not in made
    assert alice.put(path, json={"service_credential": {"login": "you"}}).status_code == 204
    assert alice.read(path)["login"] == "you"
    files = [server.data / f"taverna-server.db{end}" for end in ("", "-wal")]
    assert not any(b"secret words" in file.read_bytes() for file in files if file.exists())
    assert alice.delete(path).status_code == 204
    assert alice.get(path).status_code == 404


@pytest.mark.parametrize(
    ("changes", "fields"),
    [
        ({"uri": ""}, {"uri"}),
        ({"login": " ", "password": ""}, {"login", "password"}),
        ({"password_confirmation": "other"}, {"password"}),
        ({"uri": "not an address"}, {"uri"}),
        ({"global": True}, {"global"}),
    ],
)
def test_what_is_wrong_is_said_by_field(
    alice: Player, changes: dict[str, Any], fields: set[str]
) -> None:
    answer = add(alice, **changes)
    assert answer.status_code == 422
    assert answer.json()["errors"].keys() == fields


def test_credentials_are_seen_by_their_owner_alone(
    alice: Player, bob: Player, admin: Player
) -> None:
    mine, for_all = add(alice).json(), add(admin, **{"global": True}).json()
    assert for_all["global"]
    for other in (bob, admin):
        assert other.get(f"/service_credentials/{mine['id']}").status_code == 404
        assert other.delete(f"/service_credentials/{mine['id']}").status_code == 404
    assert for_all in admin.read("/service_credentials")
    assert bob.get(f"/service_credentials/{for_all['id']}").status_code == 404
    assert bob.read("/service_credentials") == []
    for player, it in ((alice, mine), (admin, for_all)):
        assert player.delete(f"/service_credentials/{it['id']}").status_code == 204
