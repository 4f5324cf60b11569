"""People without an account, embedded runs and their keys (Player dossier 1.9, 1.14)."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.live.player.api import WORKFLOWS, Player, example, inputs, until
from tests.live.server import Server, running

GOOD = inputs(IN="x", WORDS=[])


@pytest.fixture(scope="module")
def open_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """One that has guests, an operating limit of one, and runs that may take a moment."""
    settings = {"guests": "on", "operating_limit": 1, "empty_inputs": "yes"}
    with running(tmp_path_factory.mktemp("open"), **settings) as server:
        yield server
        assert "Traceback" not in server.log()


def test_embedded_run_is_in_no_list_and_tells_of_no_owner(
    alice: Player, nobody: Player, echo: int
) -> None:
    """Checks R23, R25: its creator and who has its key may look."""
    made = alice.start(echo, embedded="true", inputs_attributes=GOOD)
    assert made["user"] == {"name": "Guest"}
    number = made["id"]
    assert alice.wait(number)["state"] == "finished"
    assert number not in [item["id"] for item in alice.read("/runs")]
    assert nobody.get(f"/runs/{number}").status_code == 401
    assert nobody.get(f"/runs/{number}?key=0").status_code == 401
    shown = nobody.read(f"/runs/{number}?key={made['key']}")
    assert (shown["state"], shown["user"]) == ("finished", {"name": "Guest"})
    assert nobody.get(f"/runs/{number}/output/OUT?key={made['key']}").text == "x"
    assert nobody.delete(f"/runs/{number}?key={made['key']}").status_code == 401
    assert "key" not in alice.read(f"/runs/{number}")


def test_key_of_one_run_opens_no_other(alice: Player, nobody: Player, echo: int) -> None:
    keys = [
        alice.start(echo, embedded=embedded, inputs_attributes=GOOD) for embedded in (True, False)
    ]
    assert nobody.get(f"/runs/{keys[1]['id']}?key={keys[0]['key']}").status_code == 401
    assert "key" not in keys[1]


def test_who_has_the_key_may_answer_and_cancel(alice: Player, nobody: Player, asking: int) -> None:
    made = alice.start(asking, embedded=True)
    place = f"/runs/{made['id']}"
    key = f"?key={made['key']}"
    until(lambda: "interaction" in nobody.read(place + key), 60)
    question = nobody.read(place + key)["interaction"]
    assert question["uri"].endswith(key)
    page = nobody.session.get(question["uri"])
    inner = page.text.partition('src="')[2].partition('"')[0]
    assert "key=tvi_guest__" in inner
    assert nobody.session.get(inner, headers={"Accept": "text/html"}).status_code == 200
    assert nobody.session.post(question["reply_uri"], json={"answer": "a"}).status_code == 201
    assert alice.wait(made["id"])["state"] == "finished"
    assert nobody.put(f"{place}/cancel{key}").status_code == 204


def test_owner_says_who_may_view_a_run(
    alice: Player, bob: Player, nobody: Player, echo: int
) -> None:
    """Dossier 1.12: public or not, at the start or later."""
    number = alice.start(echo, public=True, inputs_attributes=GOOD)["id"]
    assert nobody.read(f"/runs/{number}")["public"] is True
    assert nobody.get("/runs").json() == []
    assert bob.put(f"/runs/{number}", json={"run": {"public": False}}).status_code == 403
    assert bob.put(f"/runs/{number}/cancel").status_code == 403
    assert alice.put(f"/runs/{number}", json={"run": {"public": False}}).status_code == 204
    assert (nobody.get(f"/runs/{number}").status_code, bob.get(f"/runs/{number}").status_code) == (
        401,
        404,
    )


def test_guests_run_what_is_published(open_server: Server) -> None:
    """Check P8."""
    alice, nobody = Player(open_server), Player(open_server, None)
    workflow = alice.upload(example("hello_world"))
    answer = nobody.post("/runs", json={"run": {"workflow_id": workflow}})
    assert answer.status_code == 201, answer.text
    made = answer.json()
    assert answer.headers["Location"].endswith(f"/runs/{made['id']}?key={made['key']}")
    over = nobody.wait(made["id"])
    assert (over["state"], over["user"]) == ("finished", {"name": "Guest"})
    assert nobody.get(over["outputs_zip"]).status_code == 200
    assert nobody.get(f"/runs/{made['id']}/cancel").status_code == 405
    assert nobody.put(f"/runs/{made['id']}/cancel").status_code == 401
    assert nobody.delete(f"/runs/{made['id']}?key={made['key']}").status_code == 204
    assert nobody.get(f"/runs/{made['id']}").status_code == 401
    template = nobody.read(f"/runs/new?workflow_id={workflow}")["run"]
    assert "inputs_attributes" in template


def test_run_that_finds_no_place_waits_for_one(open_server: Server) -> None:
    """Checks D1, D4, S5: the message says so, and the queue can be left."""
    alice = Player(open_server)
    document = (WORKFLOWS / "asking.t2flow").read_bytes().replace(b"TEMPLATE", b"ask")
    asking = alice.upload(document)
    first = alice.start(asking)["id"]
    alice.wait(first, "running")
    second, third = alice.start(asking)["id"], alice.start(asking)["id"]
    waiting = alice.read(f"/runs/{second}")
    assert waiting["state"] == "pending"
    assert waiting["status_message"] == "Server busy - please wait; run will start soon"
    assert alice.put(f"/runs/{third}/cancel").status_code == 204
    left = alice.read(f"/runs/{third}")
    assert (left["state"], left["start_time"], left["finish_time"]) == ("cancelled", None, None)
    assert "log" not in left
    assert alice.get(f"/runs/{third}/download/log").status_code == 404
    assert alice.put(f"/runs/{first}/cancel").status_code == 204
    alice.wait(second, "running")
    assert alice.put(f"/runs/{second}/cancel").status_code == 204
    assert alice.wait(second)["state"] == "cancelled"


def test_run_that_takes_too_long_is_stopped(tmp_path: Path) -> None:
    """Check D10; the limit is in minutes, so the clock of the run is put back."""
    import sqlite3

    with running(tmp_path, run_time_limit=1, purge_interval=1) as server:
        alice = Player(server)
        document = (WORKFLOWS / "asking.t2flow").read_bytes().replace(b"TEMPLATE", b"ask")
        number = alice.start(alice.upload(document))["id"]
        alice.wait(number, "running")
        with sqlite3.connect(server.data / "taverna-server.db") as database:
            database.execute("UPDATE runs SET started = started - 120 * 1000000")
        database.close()
        over = alice.wait(number, "timeout")
        assert over["status_message"] == "Run execution timed out"
        assert alice.delete(f"/runs/{number}").status_code == 204
