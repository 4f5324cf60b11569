"""Who may do what: every route, for the owner, those it is shared with, others and nobody.

A run that somebody may not see is not there for them (404); who did not say who they
are is asked (401); who may look, and not do that, is told so (403).
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from uuid import uuid4

import pytest

from tests.live.player.api import JSON, Player, inputs
from tests.live.server import Server

READ, UPDATE, DESTROY = "read", "update", "destroy"
ROUTES = [
    ("get", "", READ),
    ("get", "/input/IN", READ),
    ("get", "/output/OUT", READ),
    ("get", "/output/PAGES/0", READ),
    ("get", "/download/input/IN", READ),
    ("get", "/download/output/OUT", READ),
    ("get", "/download/results", READ),
    ("get", "/download/log", READ),
    ("put", "", UPDATE),
    ("patch", "", UPDATE),
    ("put", "/cancel", UPDATE),
    ("post", "/cancel", UPDATE),
    ("delete", "", DESTROY),
]
LEVELS = (READ, UPDATE, DESTROY)
CALLERS = ("owner", "admin", READ, UPDATE, DESTROY, "other", "nobody")


@pytest.fixture(scope="module")
def people(server: Server, alice: Player, admin: Player, nobody: Player) -> dict[str, Player]:
    """By what they were allowed."""
    for name in (*LEVELS, "other"):
        server.add_user(f"may{name}")
    allowed = {name: Player(server, f"may{name}") for name in (*LEVELS, "other")}
    return {"owner": alice, "admin": admin, "nobody": nobody, **allowed}


@pytest.fixture(scope="module")
def shared(server: Server, alice: Player, echo: int) -> Callable[[], int]:
    """Makes runs that are over and shared with three users, in three ways."""
    client = server.session("alice")

    def make() -> int:
        name = uuid4().hex
        run = alice.finished(echo, name=name, inputs_attributes=inputs(IN="x", WORDS=["y"]))
        address = address_of(client, server, name)
        for level in LEVELS:
            granted = {"permissionUpdate": {"userName": f"may{level}", "permission": level}}
            made = client.post(f"{address}/security/permissions", json=granted)
            assert made.status_code == 201, made.text
        number: int = run["id"]
        return number

    return make


def address_of(client: Any, server: Server, name: str) -> str:
    """Of the run with this name in the XML interface."""
    listed = client.get(f"{server.rest}/runs", headers=JSON).json()["runList"]["run"]
    [found] = [it["@href"] for it in listed if client.get(f"{it['@href']}/name").text == name]
    return str(found)


def expected(caller: str, needed: str, good: int) -> int:
    if caller in ("owner", "admin", DESTROY):
        return good
    if caller in ("nobody", "other"):
        return 401 if caller == "nobody" else 404
    return good if LEVELS.index(caller) >= LEVELS.index(needed) else 403


def test_every_route_asks_for_the_permission_it_needs(
    people: dict[str, Player], shared: Callable[[], int]
) -> None:
    """Checks P8, P9, and the Portal's bug that is not copied (1.12)."""
    number = shared()
    for method, below, needed in ROUTES[:-1]:
        for caller in CALLERS:
            path = f"{people[caller].url}/runs/{number}{below}"
            options = {"json": {"run": {"name": "shared"}}} if method != "get" else {}
            answer = people[caller].session.request(method, path, **options)
            good = 200 if method == "get" else 204
            found = (caller, method, below, answer.status_code)
            assert found == (caller, method, below, expected(caller, needed, good))
            assert (answer.status_code == 401) == ("WWW-Authenticate" in answer.headers)


def test_only_who_may_destroy_removes(people: dict[str, Player], shared: Callable[[], int]) -> None:
    number = shared()
    for caller in ("nobody", "other", READ, UPDATE, DESTROY):
        answer = people[caller].delete(f"/runs/{number}")
        assert (caller, answer.status_code) == (caller, expected(caller, DESTROY, 204))


def test_lists_have_what_is_shared_by_name(
    people: dict[str, Player], shared: Callable[[], int]
) -> None:
    number = shared()
    for caller in CALLERS:
        listed = [item["id"] for item in people[caller].read("/runs")]
        assert (caller, number in listed) == (caller, caller not in ("admin", "other", "nobody"))
    assert number in [item["id"] for item in people["admin"].read("/runs?whose=all")]
    assert number in [item["id"] for item in people[READ].read("/runs?whose=shared")]
    assert number not in [item["id"] for item in people["other"].read("/runs?whose=all")]


def test_answers_are_for_those_who_may_update(
    people: dict[str, Player], waiting: dict[str, Any]
) -> None:
    path = f"/runs/{waiting['id']}/interaction/Question-0"
    assert people["other"].post(path, json={}).status_code == 404
    assert people["nobody"].post(path, json={}).status_code == 401
    assert people["nobody"].get(path).status_code == 401


def test_queue_is_for_administrators(
    alice: Player, admin: Player, nobody: Player, waiting: dict[str, Any]
) -> None:
    """Checks J1, S6: what is at work is in it."""
    assert waiting["id"] in [item["id"] for item in admin.read("/job_queue")]
    assert alice.get("/job_queue").status_code == 403
    assert nobody.get("/job_queue").status_code == 401


@pytest.mark.parametrize("method", ["post", "put", "delete", "get"])
def test_service_credentials_need_an_account(nobody: Player, method: str) -> None:
    path = "/service_credentials" + ("/1" if method in ("put", "delete") else "")
    assert getattr(nobody, method)(path, json={"login": "x"}).status_code == 401


def test_nobody_makes_runs_or_workflows(nobody: Player, hello: int) -> None:
    assert nobody.post("/runs", json={"run": {"workflow_id": hello}}).status_code == 401
    assert nobody.post("/workflows", json={"workflow": {"document": "<a/>"}}).status_code == 401


def test_run_of_a_workflow_that_is_not_ones_own_is_refused(bob: Player, echo: int) -> None:
    answer = bob.post("/runs", json={"run": {"workflow_id": echo}})
    assert answer.json()["errors"] == {"workflow_id": ["does not exist"]}
