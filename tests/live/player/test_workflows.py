"""The library over the JSON interface (Player dossier 1.3, 1.4, 1.12)."""

from __future__ import annotations

import base64
import re

import pytest

from tests.live.player.api import WORKFLOWS, Player, example
from tests.live.server import Server

ECHO = (WORKFLOWS / "echo.t2flow").read_bytes()


def test_workflow_has_the_keys_of_every_host(alice: Player, hello: int) -> None:
    """Check W2."""
    [item] = [it for it in alice.read("/workflows") if it["id"] == hello]
    assert item == {
        "id": hello,
        "title": item["title"],
        "author": item["author"],
        "description": item["description"],
        "category": "Other",
        "url": f"{alice.url}/workflows/{hello}.json",
        "user": {"id": item["user"]["id"], "name": "alice"},
    }
    one = alice.read(f"/workflows/{hello}")
    assert item.items() <= one.items()
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", one["created_at"])


def test_workflow_comes_as_a_data_uri(alice: Player) -> None:
    """Check P3: title and ports come from the document."""
    document = example("string_concatenation")
    uri = "data:application/octet-stream;base64," + base64.b64encode(document).decode()
    body = {"workflow": {"document": uri, "title": "not this one", "category": "Text"}}
    answer = alice.post("/workflows.json", json=body, headers={"Accept": "*/*"})
    assert answer.status_code == 201, answer.text
    made = answer.json()
    assert answer.headers["Location"] == f"{alice.url}/workflows/{made['id']}"
    assert made["title"] != "not this one"
    assert (made["category"], made["public"]) == ("Text", False)
    assert made["inputs"]
    saved = alice.get(f"/workflows/{made['id']}/download")
    assert saved.content == document
    assert saved.headers["Content-Type"] == "application/vnd.taverna.t2flow+xml"


def test_uploaded_file_keeps_its_name(alice: Player) -> None:
    number = alice.upload(ECHO, 'my "echo" ü.t2flow')
    saved = alice.get(f"/workflows/{number}/download")
    assert (
        "filename*=UTF-8''my%20%22echo%22%20%C3%BC.t2flow" in (saved.headers["Content-Disposition"])
    )


@pytest.mark.parametrize(
    "document",
    ["", None, "http://127.0.0.1:1/x", "data:;base64,%%%", "data:,<html/>", "<a/>", 7, ["x"]],
)
def test_what_is_no_workflow_is_refused_by_field(alice: Player, document: object) -> None:
    answer = alice.post("/workflows", json={"workflow": {"document": document}})
    assert answer.status_code == 422
    assert answer.json()["document"] == answer.json()["errors"]["document"]


def test_body_without_a_workflow_is_not_understood(alice: Player) -> None:
    assert alice.post("/workflows", json={"document": "x"}).status_code == 400


def test_owner_changes_what_is_said_of_a_workflow(
    alice: Player, bob: Player, admin: Player, nobody: Player
) -> None:
    """Checks P4 to P6: the owner, a superuser, somebody else, nobody."""
    number = alice.upload(ECHO)
    place = f"/workflows/{number}"
    assert alice.put(place, json={"workflow": {"title": "New"}}).status_code == 204
    assert (bob.get(place).status_code, nobody.get(place).status_code) == (404, 401)
    assert bob.put(place, json={"workflow": {"title": "B"}}).status_code == 404
    shown = {"workflow": {"policy_attributes": {"public_permissions": ["view"]}}}
    assert admin.put(place, json=shown).status_code == 204
    assert (bob.get(place).status_code, nobody.get(place).status_code) == (200, 200)
    assert bob.put(place, json={"workflow": {"title": "B"}}).status_code == 403
    assert nobody.put(place, json={"workflow": {"title": "B"}}).status_code == 401
    assert alice.put(place, json={"workflow": {"title": " "}}).status_code == 422
    assert bob.delete(place).status_code == 403
    assert alice.read(place)["title"] == "New"
    assert alice.delete(place).status_code == 204
    assert alice.get(place).status_code == 404


def test_list_has_what_the_caller_may_view(
    alice: Player, bob: Player, nobody: Player, hello: int, echo: int
) -> None:
    """Check P7."""
    assert {hello, echo} <= {it["id"] for it in alice.read("/workflows")}
    assert hello in {it["id"] for it in bob.read("/workflows")}
    assert echo not in {it["id"] for it in bob.read("/workflows")}
    assert echo not in {it["id"] for it in nobody.read("/workflows")}
    page = alice.get("/workflows?page=1&per_page=1")
    assert len(page.json()) == 1
    assert int(page.headers["X-Total-Count"]) >= 2


def test_template_says_what_to_fill_in(alice: Player, echo: int, nobody: Player) -> None:
    """Dossier 1.3: null where there is no example, so that clients see what is missing."""
    run = alice.read(f"/runs/new?workflow_id={echo}&input[IN]=preset")["run"]
    assert (run["workflow_id"], run["name"]) == (echo, "Echo")
    assert [(it["name"], it["value"], it["depth"]) for it in run["inputs_attributes"]] == [
        ("IN", "preset", 0),
        ("WORDS", None, 1),
    ]
    assert nobody.get(f"/runs/new?workflow_id={echo}").status_code == 401


def test_template_of_a_workflow_without_inputs_has_none(alice: Player, asking: int) -> None:
    assert "inputs_attributes" not in alice.read(f"/workflows/{asking}/runs/new")["run"]


def test_runs_of_a_user_are_listed(alice: Player, bob: Player, nobody: Player, echo: int) -> None:
    """Check P10."""
    mine = alice.start(echo, inputs_attributes=[{"name": "IN", "value": ""},
                                                {"name": "WORDS", "value": []}])  # fmt: skip
    path = f"/users/{mine['user']['id']}/runs.json"
    assert mine["id"] in [it["id"] for it in alice.read(path)]
    assert bob.read(path) == nobody.read(path) == nobody.read("/users/99999/runs") == []


def test_workflows_of_the_house_are_everybodys(server: Server, nobody: Player) -> None:
    path = next((WORKFLOWS.parents[2] / "examples" / "xpath").glob("*.t2flow"))
    server.command("workflow", "add", str(path))
    [item] = [it for it in nobody.read("/workflows") if it["user"] == {"name": "Guest"}]
    assert nobody.read(f"/runs/new?workflow_id={item['id']}")["run"]["workflow_id"] == item["id"]
