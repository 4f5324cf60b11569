"""Questions of runs over the JSON interface (Player dossier 1.8)."""

from __future__ import annotations

from typing import Any

from tests.live.player.api import Player, until
from tests.live.server import Server


def ask(player: Player, **said: Any) -> dict[str, Any]:
    """A run that waits for an answer."""
    made = player.start(**said)
    until(lambda: "interaction" in player.read(f"/runs/{made['id']}"), 60)
    found: dict[str, Any] = player.read(f"/runs/{made['id']}")
    return found


def test_waiting_run_tells_what_it_asks(alice: Player, waiting: dict[str, Any]) -> None:
    """Checks R17, I1, I2."""
    number = waiting["id"]
    assert (waiting["state"], waiting["status_message"]) == ("running", "Waiting for user input")
    address = f"{alice.url}/runs/{number}/interaction/Question-0"
    assert waiting["interaction"] == {
        "serial": "Question-0",
        "uri": address,
        "data": '{"message": "Which <species>?", "title": "Species"}',
        "reply_uri": address,
    }
    assert alice.read(f"/runs/{number}")["interaction"] == waiting["interaction"]  # R18


def test_page_of_a_question_is_shown_in_a_sandbox(alice: Player, waiting: dict[str, Any]) -> None:
    """Check R08: the page stands in a frame and may not do anything in our name."""
    page = alice.session.get(waiting["interaction"]["uri"], headers={"Accept": "image/png"})
    assert page.status_code == 200
    assert page.headers["Content-Type"] == "text/html; charset=utf-8"
    assert page.headers["Content-Security-Policy"].startswith("default-src 'none'")
    assert 'sandbox="allow-scripts' in page.text
    inner = page.text.partition('src="')[2].partition('"')[0]
    framed = alice.session.get(inner, auth=("", ""), headers={"Accept": "*/*"})
    assert framed.status_code in (200, 401)  # a key in the address counts, a wrong login does not
    assert "key=tvi_alice_" in inner


def test_question_is_answered_once(alice: Player, asking: int) -> None:
    """Checks X12, R19: 201, then 409, 410 when the run is over, 404 for what nobody asked."""
    run = ask(alice, workflow=asking)
    address = run["interaction"]["reply_uri"]
    headers = {"X-Taverna-Interaction-Reply": "O%4b"}
    assert alice.post(f"/runs/{run['id']}/interaction/Odd-7", json={}).status_code == 404
    assert alice.session.post(address, data="no JSON", headers=headers).status_code == 400
    replied = alice.session.post(address, json={"answer": "cat"}, headers=headers)
    assert (replied.status_code, replied.content) == (201, b"")
    assert alice.session.post(address, json={"answer": "dog"}).status_code == 409
    assert "interaction" not in alice.read(f"/runs/{run['id']}")
    over = alice.wait(run["id"])
    assert alice.get(f"/runs/{run['id']}/output/answer").text == "cat"
    assert alice.post(f"/runs/{over['id']}/interaction/Odd-7", json={}).status_code == 410
    child = alice.wait(alice.start(parent_id=run["id"])["id"])
    assert alice.get(f"/runs/{child['id']}/output/answer").text == "cat"


def test_question_that_was_not_answered_before_waits_in_a_child(
    alice: Player, waiting: dict[str, Any]
) -> None:
    child = ask(alice, workflow=None, parent_id=waiting["id"])
    address = child["interaction"]["reply_uri"]
    status = {"X-Taverna-Interaction-Reply": "Cancelled"}
    assert alice.session.post(address, json={}, headers=status).status_code == 201
    over = alice.wait(child["id"])
    assert over["outputs"][0]["value_type"] == "application/x-error"
    assert "Cancelled" in alice.get(f"/runs/{child['id']}/output/answer").text


def test_answer_through_xml_is_known_here(alice: Player, server: Server, asking: int) -> None:
    """Check D9 of section 1.8: somebody else may answer directly."""
    from tests.live.test_interactions import reply

    run = ask(alice, workflow=asking, name="other way")
    client = server.session("alice")
    listed = client.get(f"{server.rest}/runs", headers={"Accept": "application/json"}).json()
    addresses = [it["@href"] for it in listed["runList"]["run"]]
    [address] = [it for it in addresses if client.get(f"{it}/name").text == "other way"]
    reply(client, address, '{"answer": "newt"}')
    alice.wait(run["id"])
    second = alice.session.post(run["interaction"]["reply_uri"], json={})
    assert second.status_code == 409
    child = alice.wait(alice.start(parent_id=run["id"])["id"])
    assert alice.get(f"/runs/{child['id']}/output/answer").text == "newt"


def test_cancelled_run_asks_nothing_any_more(alice: Player, asking: int) -> None:
    run = ask(alice, workflow=asking)
    assert alice.put(f"/runs/{run['id']}/cancel").status_code == 204
    assert alice.wait(run["id"])["state"] == "cancelled"
    assert alice.session.post(run["interaction"]["reply_uri"], json={}).status_code == 410
