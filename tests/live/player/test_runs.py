"""Runs over the JSON interface: made, looked at, renamed, cancelled, removed."""

from __future__ import annotations

from typing import Any

import pytest

from tests.live import runs
from tests.live.player.api import Player, inputs
from tests.live.server import Server


def test_created_run_waits_and_says_where_it_is(alice: Player, echo: int) -> None:
    """Checks R24, S2."""
    body = {"run": {"workflow_id": echo, "inputs_attributes": inputs(IN="x", WORDS=["y"])}}
    answer = alice.post("/runs", json=body)
    assert answer.status_code == 201
    made = answer.json()
    assert answer.headers["Location"] == f"{alice.url}/runs/{made['id']}"
    assert made == {
        "id": made["id"],
        "name": "Echo",
        "workflow_id": echo,
        "state": "pending",
        "start_time": None,
        "finish_time": None,
        "user": {"id": made["user"]["id"], "name": "alice"},
        "inputs": [
            {
                "name": name,
                "depth": depth,
                "value_type": "text/plain",
                "value_size": None,
                "path": f"/runs/{made['id']}/input/{name}",
            }
            for name, depth in (("IN", 0), ("WORDS", 1))
        ],
    }


def test_finished_run_has_its_outputs_with_types_and_sizes(
    alice: Player, finished: dict[str, Any]
) -> None:
    """Checks V3, V4."""
    number = finished["id"]
    assert (finished["state"], finished["status_message"]) == ("finished", "Finished")
    assert finished["outputs_zip"] == f"/runs/{number}/download/results"
    assert finished["log"] == f"/runs/{number}/download/log"
    out, pages = finished["outputs"]
    assert out == {
        "name": "OUT", "depth": 0, "value_type": "text/plain", "value_size": 8,
        "path": f"/runs/{number}/output/OUT",
        "type": "text/plain", "size": 8, "uri": f"/runs/{number}/output/OUT",
    }  # fmt: skip
    assert (pages["depth"], pages["value_size"]) == (1, [3, 3, 5])
    assert pages["value_type"] == ["text/plain"] * 3


def test_list_has_all_keys_of_every_run(alice: Player, finished: dict[str, Any]) -> None:
    """Check R34; X2 needs user.name."""
    keys = {"id", "name", "workflow_id", "state", "start_time", "finish_time", "user"}
    listed = alice.read("/runs")
    assert all(item.keys() == keys and item["user"]["name"] for item in listed)
    assert finished["id"] in [item["id"] for item in listed]
    ids = [item["id"] for item in listed]
    assert ids == sorted(ids)
    of_one = alice.read(f"/runs?workflow_id={finished['workflow_id']}")
    assert {item["workflow_id"] for item in of_one} == {finished["workflow_id"]}
    nested = alice.read(f"/workflows/{finished['workflow_id']}/runs")
    assert [item["id"] for item in nested] == [item["id"] for item in of_one]
    assert alice.read("/runs?workflow_id=99999") == alice.read("/runs?workflow_id=x") == []


def test_list_comes_in_pages_when_they_are_asked_for(alice: Player, echo: int) -> None:
    for _ in range(3):
        alice.start(echo, name="paged", inputs_attributes=inputs(IN="", WORDS=[]))
    answer = alice.get("/runs?q=paged&page=2&per_page=1&sort=newest")
    assert len(answer.json()) == 1
    assert answer.headers["X-Total-Count"] == "3"
    assert "page=1&" in answer.links["prev"]["url"]
    assert "page=3&" in answer.links["next"]["url"]


@pytest.mark.parametrize("query", ["page=0", "page=x", "state=odd", "sort=odd", "whose=theirs"])
def test_question_that_makes_no_sense_is_refused(alice: Player, query: str) -> None:
    answer = alice.get(f"/runs?{query}")
    assert answer.status_code == 400
    assert answer.json()["status"] == "400"


def test_runs_are_filtered_and_sorted(alice: Player, finished: dict[str, Any]) -> None:
    found = alice.read("/runs?state=finished,failed&user=alice&sort=-name")
    assert finished["id"] in [item["id"] for item in found]
    names = [item["name"].lower() for item in found]
    assert names == sorted(names, reverse=True)
    assert alice.read("/runs?user=bob") == []


def test_poll_of_what_has_not_changed_costs_nothing(
    alice: Player, finished: dict[str, Any]
) -> None:
    path = f"/runs/{finished['id']}"
    tag = alice.get(path).headers["ETag"]
    again = alice.get(path, headers={"If-None-Match": tag})
    assert (again.status_code, again.content) == (304, b"")


def test_renamed_run_keeps_everything_else(alice: Player, echo: int) -> None:
    """Checks R35 to R38, S3, X11."""
    number = alice.start(echo, inputs_attributes=inputs(IN="", WORDS=[]))["id"]
    name = 'A "quoted" name / ümläut ' + "n" * 300
    body = {"run": {"name": name, "state": "failed", "id": 1, "user_id": 2}}
    assert alice.put(f"/runs/{number}", json=body).status_code == 204
    found = alice.wait(number)
    assert (found["name"], found["state"], found["user"]["name"]) == (
        name[:255],
        "finished",
        "alice",
    )
    answer = alice.put(f"/runs/{number}", json={"run": {"name": " "}})
    assert answer.status_code == 422
    assert answer.json()["errors"] == {"name": ["can't be blank"]}
    assert alice.put(f"/runs/{number}", json={"run": {"odd": 1}}).status_code == 204
    patched = alice.session.patch(f"{alice.url}/runs/{number}", json={"run": {"name": "P"}})
    assert patched.status_code == 204
    overridden = alice.post(f"/runs/{number}", data={"_method": "put", "run[name]": "Form"})
    assert overridden.status_code == 204
    assert alice.read(f"/runs/{number}")["name"] == "Form"


def test_only_a_run_that_is_over_can_be_removed(alice: Player, asking: int) -> None:
    """Checks R27, R30, R33, S4, S5, S7."""
    number = alice.start(asking)["id"]
    alice.wait(number, "running")
    refused = alice.delete(f"/runs/{number}")
    assert refused.status_code == 403
    assert refused.json() == {
        "status": "403",
        "error": "Forbidden",
        "message": "Run must be cancelled before deletion.",
    }
    assert alice.put(f"/runs/{number}/cancel").status_code == 204
    assert alice.read(f"/runs/{number}")["state"] in ("cancelling", "cancelled")
    over = alice.wait(number)
    assert (over["state"], over["status_message"]) == ("cancelled", "Cancelled")
    assert over["finish_time"]
    assert alice.put(f"/runs/{number}/cancel").status_code == 204
    assert alice.post(f"/runs/{number}/cancel").status_code == 204
    assert alice.delete(f"/runs/{number}").status_code == 204
    gone = alice.get(f"/runs/{number}")
    assert (gone.status_code, gone.json()["message"]) == (404, "No such run")


def test_failed_run_says_why(alice: Player, server: Server) -> None:
    """Check D2: the reason is shown."""
    client = server.session("alice")
    runs.start(client, runs.create(client, server))
    [mine] = alice.read("/runs?sort=newest&page=1&per_page=1")
    over = alice.wait(mine["id"])
    assert (over["state"], over["status_message"]) == ("failed", "Failed")
    assert "inputs were expected" in over["failure_message"]
    log = alice.get(over["log"])
    assert log.status_code == 200
    assert log.text.strip()


def test_child_has_the_inputs_of_its_parent(alice: Player, finished: dict[str, Any]) -> None:
    """Checks S8, S9."""
    parent = finished["id"]
    repeated = alice.wait(alice.start(parent_id=parent)["id"])
    changed = alice.start(parent_id=parent, workflow_id=99, inputs_attributes=inputs(IN="new"))
    again = alice.wait(changed["id"])
    assert repeated["parent_id"] == again["parent_id"] == parent
    assert repeated["workflow_id"] == again["workflow_id"] == finished["workflow_id"]
    assert alice.get(f"/runs/{repeated['id']}/output/OUT").text == "drink me"
    assert alice.get(f"/runs/{again['id']}/output/OUT").text == "new"
    for run in (repeated, again):
        assert alice.get(f"/runs/{run['id']}/output/PAGES/2").text == "three"
    middle = alice.wait(alice.start(parent_id=repeated["id"])["id"])
    assert alice.delete(f"/runs/{repeated['id']}").status_code == 204
    assert alice.get(f"/runs/{middle['id']}/input/IN").text == "drink me"
    assert "parent_id" not in alice.read(f"/runs/{middle['id']}")


def test_unknown_parent_is_refused_by_field(alice: Player) -> None:
    answer = alice.post("/runs", json={"run": {"parent_id": 99999}})
    assert answer.status_code == 422
    assert answer.json()["errors"] == {"parent_id": ["does not exist"]}


def test_run_through_xml_shows_up_with_its_state(alice: Player, server: Server) -> None:
    client = server.session("alice")
    address = runs.create(client, server)
    uuid = address.rpartition("/")[2]
    [mine] = alice.read("/runs?sort=newest&page=1&per_page=1")
    assert mine["state"] == "initialized"
    runs.set_echo_inputs(client, address)
    runs.start(client, address)
    over = alice.wait(mine["id"])
    assert [port["depth"] for port in over["outputs"]] == [0, 1]
    assert [port["name"] for port in over["inputs"]] == ["IN", "WORDS"]
    assert alice.get(f"/runs/{mine['id']}/input/IN").text == "drink me"
    assert alice.delete(f"/runs/{mine['id']}").status_code == 204
    assert client.get(f"{server.rest}/runs/{uuid}").status_code == 404
