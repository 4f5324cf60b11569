"""Runs of REANA's interface are here as well, with the same states (dossier 1.5)."""

from __future__ import annotations

from tests.live.player.api import JSON, Player
from tests.live.server import Server

SERIAL = {
    "inputs": {"parameters": {}},
    "workflow": {
        "type": "serial",
        "specification": {"steps": [{"environment": "none", "commands": ["echo hello > out.txt"]}]},
    },
    "outputs": {"files": ["out.txt"]},
}


def test_workflow_of_reana_is_a_run_here(server: Server, alice: Player) -> None:
    token = server.command("user", "token", "alice", "--label", "player").split()[-1]
    login = {"headers": {"Authorization": f"Bearer {token}", **JSON}}
    api = f"{server.url}/api/workflows"
    anybody = server.session(None)
    made = anybody.post(f"{api}?workflow_name=steps", json=SERIAL, **login)
    assert made.status_code == 201, made.text
    [run] = alice.read("/runs?sort=newest&page=1&per_page=1")
    assert run["state"] == "initialized"
    started = anybody.post(f"{api}/{made.json()['workflow_id']}/start", json={}, **login)
    assert started.status_code == 200, started.text
    over = alice.wait(run["id"])
    assert (over["state"], over["inputs"]) == ("finished", [])
    [output] = over["outputs"]
    assert (output["name"], output["value_type"]) == ("out.txt", "text/plain")
    assert alice.get(output["path"]).status_code == 200
    assert alice.get(over["outputs_zip"]).status_code == 200
    assert alice.get(over["log"]).status_code == 200
    workflow = alice.read(f"/workflows/{run['workflow_id']}")
    assert workflow["type"] == "serial"
