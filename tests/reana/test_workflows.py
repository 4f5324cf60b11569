"""Workflows of the REANA face: named, numbered, listed, started, deleted."""

from __future__ import annotations

import json
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from flask import Flask
from werkzeug.test import TestResponse

from taverna_server.app import create_app
from taverna_server.config import Config
from taverna_server.manager.retention import apply_rules
from taverna_server.store import Store
from tests.reana.conftest import SERIAL, STEPS, User, end, events


def names(user: User, query: str = "") -> list[str]:
    found = user("GET", f"/workflows?type=batch{query}")
    return [item["name"] for item in found["items"]]


def test_numbers_are_counted_by_name_and_never_used_again(alice: User) -> None:
    assert [alice.create(), alice.create(), alice.create("other")] == [
        "demo.1",
        "demo.2",
        "other.1",
    ]
    alice("PUT", "/workflows/demo.2/status?status=deleted", json={})
    assert alice.create() == "demo.3"
    assert alice.create("") == "workflow.1"


@pytest.mark.parametrize("name", ["a.b", "žluť", "5dbb7d60-5b8e-4cc5-9b62-4d1b1e3b6b6f", "a/b"])
def test_name_that_cannot_be_is_refused(alice: User, name: str) -> None:
    alice.refused("POST", f"/workflows?workflow_name={name}", 400, json=SERIAL)


@pytest.mark.parametrize(
    "changes",
    [
        {"workflow": None},
        {"workflow": {"specification": STEPS}},
        {"workflow": {"type": "make", "specification": STEPS}},
        {"workflow": {"type": ["serial"], "specification": STEPS}},
        {"workflow": {"type": "serial"}},
        {"workflow": {"type": "serial", "specification": {"steps": [{"name": "x"}]}}},
        {"workflow": {"type": "serial", "specification": {"steps": [{"commands": [1]}]}}},
        {"workflow": {"type": "snakemake"}},
        {"workflow": {"type": "snakemake", "file": "../Snakefile"}},
        {"workflow": {"type": "taverna", "specification": 7}},
        {"inputs": []},
        {"inputs": {"files": ["/etc/passwd"]}},
        {"inputs": {"files": ["a/../../b"]}},
        {"inputs": {"files": ["a", "a"]}},
        {"inputs": {"files": ["d/a"], "directories": ["d"]}},
        {"inputs": {"options": {"SPEED": "high"}}},
        {"outputs": {"files": "out"}},
        {"workspace": {"retention_days": {"**/*": "long"}}},
    ],
)
def test_specification_that_cannot_be_is_refused(alice: User, changes: dict[str, Any]) -> None:
    assert alice.refused("POST", "/workflows?workflow_name=x", 400, json={**SERIAL, **changes})


def test_specification_is_not_fetched(alice: User) -> None:
    alice.refused("POST", "/workflows?workflow_name=x&spec=http://example.org/x", 501)


def test_specification_comes_back_as_it_was_given(alice: User, demo: str) -> None:
    found = alice("GET", f"/workflows/{demo}/specification")
    assert found == {"specification": SERIAL, "parameters": {}}
    found = alice("GET", f"/workflows/{demo}/parameters")
    assert found["parameters"] == {"word": "hi", "count": 3}
    assert (found["type"], found["name"]) == ("serial", demo)


def test_old_ways_to_write_a_specification_are_understood(alice: User) -> None:
    old = {"workflow": {"type": "serial", "spec": STEPS}}
    alice.create("old", old)
    found = alice("GET", "/workflows/old/specification")["specification"]["workflow"]
    assert found == {"type": "serial", "specification": STEPS, "expanded": True}
    packed = {"cwlVersion": "v1.0", "class": "CommandLineTool"}
    cwl = {
        "workflow": {"type": "cwl", "spec": packed},
        "inputs": {"parameters": {"input": {"n": 1}}},
    }
    alice.create("cwl", cwl)
    assert alice("GET", "/workflows/cwl/parameters")["parameters"] == {"n": 1}


def test_workflow_goes_by_its_id_and_by_its_names(alice: User, store: Store) -> None:
    for _ in range(2):
        alice.create()
    second = alice("GET", "/workflows/demo.2/status")["id"]
    for said in ("demo", "demo.", "demo.2", "demo.2.0", second, second.upper()):
        assert alice("GET", f"/workflows/{said}/status")["id"] == second
    for said in ("demo.3", "demo.x", "demo.2.1", "dem", "5dbb7d60-5b8e-4cc5-9b62-4d1b1e3b6b6f"):
        assert "does not exist" in alice.refused("GET", f"/workflows/{said}/status", 404)


def test_runs_of_other_faces_take_part(alice: User, app: Flask) -> None:
    from tests.applications import WORKFLOW

    alice.client.post(
        "/rest/runs",
        data=WORKFLOW,
        content_type="application/vnd.taverna.t2flow+xml",
        headers={"Authorization": "Bearer alice"},
    )
    assert names(alice) == ["run.1"]
    found = alice("GET", "/workflows/run.1/status")
    assert found["status"] == "created"
    assert alice("GET", "/workflows/run.1/specification")["specification"]["workflow"] == {
        "type": "taverna"
    }
    given = {"input_parameters": {"words": "x"}}
    alice.refused("POST", "/workflows/run.1/start", 400, json=given)
    assert alice("POST", "/workflows/run.1/start", json={})["run_number"] == "1"
    alice("PUT", "/workflows/run.1/status?status=stop", json={})
    alice("PUT", "/workflows/run.1/status?status=deleted", json={})
    assert names(alice) == []


def test_workflows_of_others_do_not_exist(alice: User, bob: User, demo: str) -> None:
    number = alice("GET", f"/workflows/{demo}/status")["id"]
    for said in (demo, number):
        for path in ("status", "logs", "workspace", "specification", "parameters", "disk_usage"):
            bob.refused("GET", f"/workflows/{said}/{path}", 404)
        for path in ("start", "prune", "share"):
            body = {"user_email_to_share_with": "bob"}
            bob.refused("POST", f"/workflows/{said}/{path}", 404, json=body)
        bob.refused("PUT", f"/workflows/{said}/status?status=deleted", 404)
        bob.refused("GET", f"/workflows/{said}/diff/{said}", 404)
        bob.refused("DELETE", f"/workflows/{said}/workspace/x", 404)
    assert names(bob) == []


def test_list_is_filtered_sorted_and_paged(alice: User, store: Store) -> None:
    for name in ("Apple", "pear", "apple"):
        alice.create(name)
    end(store, alice, "pear", 1)
    assert names(alice) == ["apple.1", "pear.1", "Apple.1"]
    assert names(alice, "&sort=asc") == ["Apple.1", "pear.1", "apple.1"]
    assert names(alice, "&status=failed,running") == ["pear.1"]
    assert names(alice, '&search={"name": ["PP"]}') == ["apple.1", "Apple.1"]
    assert names(alice, "&workflow_id_or_name=pear") == ["pear.1"]
    page = alice("GET", "/workflows?type=batch&size=2&page=2&verbose=true")
    assert [item["name"] for item in page["items"]] == ["Apple.1"]
    assert (page["total"], page["has_prev"], page["has_next"]) == (3, True, False)
    assert names(alice, "&sort=disk-desc") == names(alice, "&sort=cpu-desc")


@pytest.mark.parametrize(
    "query", ["size=0", "page=-1", "page=x", "status=sleeping", "sort=up", "search=[", "type=x"]
)
def test_list_that_cannot_be_is_refused(alice: User, query: str) -> None:
    kind = "" if query.startswith("type") else "type=batch&"
    alice.refused("GET", f"/workflows?{kind}{query}", 400)


def test_there_are_no_sessions(alice: User, demo: str) -> None:
    assert alice("GET", "/workflows?type=interactive")["items"] == []
    alice.refused("POST", f"/workflows/{demo}/open/jupyter", 501, json={})
    alice.refused("POST", f"/workflows/{demo}/close/", 404)
    alice.refused("POST", "/launch", 501, json={"url": "x"})


def test_start_says_name_and_number_apart(alice: User, demo: str) -> None:
    said = alice("POST", f"/workflows/{demo}/start", json={"input_parameters": {"count": "5"}})
    assert (said["workflow_name"], said["run_number"], said["status"]) == ("demo", "1", "queued")
    assert alice("GET", f"/workflows/{demo}/specification")["parameters"] == {"count": "5"}
    message = alice.refused("POST", f"/workflows/{demo}/start", 409, json={})
    assert message.endswith("could not be started because it is already running.")


@pytest.mark.parametrize(
    "body",
    [
        {"input_parameters": {"unknown": "1"}},
        {"input_parameters": {"count": "many"}},
        {"operational_options": {"toplevel": "."}},
        {"input_parameters": ["x"]},
    ],
)
def test_start_that_cannot_be_is_refused(alice: User, demo: str, body: object) -> None:
    alice.refused("POST", f"/workflows/{demo}/start", 400, json=body)
    assert alice("GET", f"/workflows/{demo}/status")["status"] == "created"


@pytest.mark.parametrize("operating_limit", [0, 10])
def test_of_many_starts_one_comes_about(config: Config, operating_limit: int) -> None:
    app = create_app(replace(config, operating_limit=operating_limit))
    demo = User(app.test_client(), "alice").create()

    def start(count: int) -> TestResponse:
        given = {"input_parameters": {"count": str(count)}}
        return User(app.test_client(), "alice").ask("POST", f"/workflows/{demo}/start", json=given)

    with ThreadPoolExecutor(8) as threads:
        answers = list(threads.map(start, range(8)))
    started = [count for count, answer in enumerate(answers) if answer.status_code == 200]
    assert len(started) == 1
    assert {answer.status_code for answer in answers} == {200, 409}
    kept = User(app.test_client(), "alice")("GET", f"/workflows/{demo}/specification")["parameters"]
    assert kept == {"count": str(started[0])}


def test_parameters_have_the_type_of_what_they_replace(
    alice: User, demo: str, store: Store
) -> None:
    given = {"input_parameters": {"count": "5"}, "operational_options": {"FROM": "hello"}}
    alice("POST", f"/workflows/{demo}/start", json=given)
    record = store.record(alice("GET", f"/workflows/{demo}/status")["id"])
    assert record is not None
    assert record.parameters == {"word": "hi", "count": 5}
    assert record.options == {"FROM": "hello"}


def test_restart_is_a_run_in_the_same_workspace(alice: User, demo: str, store: Store) -> None:
    alice.upload(demo, "data/names.txt")
    alice.refused("POST", f"/workflows/{demo}/start", 409, json={"restart": True})
    end(store, alice, demo)
    said = alice("POST", "/workflows/demo/start", json={"restart": True})
    assert (said["workflow_name"], said["run_number"]) == ("demo", "1.1")
    assert alice.files("demo.1.1") == ["data/names.txt"]
    message = alice.refused("POST", "/workflows/demo.1/start", 409, json={"restart": True})
    assert "demo.1.1 is running in the same workspace" in message
    end(store, alice, "demo.1.1", 1)
    assert alice("POST", "/workflows/demo/start", json={"restart": True})["run_number"] == "1.2"
    assert names(alice) == ["demo.1.2", "demo.1.1", "demo.1"]
    alice.refused("PUT", "/workflows/demo.1/status?status=deleted", 409, json={})


def test_restart_may_bring_another_specification(alice: User, demo: str, store: Store) -> None:
    end(store, alice, demo)
    other = {**SERIAL, "inputs": {"parameters": {"word": "bye"}}}
    alice("POST", "/workflows/demo/start", json={"restart": True, "reana_specification": other})
    assert alice("GET", "/workflows/demo.1.1/specification")["specification"] == other


def test_stop_is_an_end_of_its_own(alice: User, demo: str) -> None:
    assert "is not running" in alice.refused("PUT", f"/workflows/{demo}/status?status=stop", 409)
    alice("POST", f"/workflows/{demo}/start", json={})
    said = alice("PUT", f"/workflows/{demo}/status?status=stop", json={"force_stop": True})
    assert said["status"] == "stopped"
    found = alice("GET", f"/workflows/{demo}/status")
    assert found["progress"]["run_stopped_at"]
    assert found["progress"]["run_finished_at"] is None


@pytest.mark.parametrize("word", ["pause", "fly", "", "created"])
def test_other_words_for_the_status_are_refused(alice: User, demo: str, word: str) -> None:
    alice.refused("PUT", f"/workflows/{demo}/status?status={word}", 400)


def test_deleted_workflow_stays_in_the_list(alice: User, demo: str, store: Store) -> None:
    end(store, alice, demo)
    alice("PUT", f"/workflows/{demo}/status?status=deleted", json={"workspace": True})
    alice("PUT", f"/workflows/{demo}/status?status=deleted", json={})
    assert alice("GET", f"/workflows/{demo}/status")["status"] == "deleted"
    assert names(alice, "&status=deleted") == [demo]
    assert names(alice, "&status=finished") == []
    alice.refused("GET", f"/workflows/{demo}/workspace?page=1", 404)
    alice.refused("POST", f"/workflows/{demo}/start", 409, json={})
    alice("GET", f"/workflows/{demo}/logs")
    alice("GET", f"/workflows/{demo}/diff/{demo}")


def test_all_runs_of_a_name_go_but_those_at_work(alice: User, store: Store) -> None:
    for _ in range(3):
        alice.create()
    alice("POST", "/workflows/demo.2/start", json={})
    store.observe(alice("GET", "/workflows/demo.2/status")["id"], 1)  # type: ignore[arg-type]
    alice.refused("PUT", "/workflows/demo.2/status?status=deleted", 409, json={})
    alice.refused("PUT", "/workflows/demo.3/status?status=deleted", 400, json={"workspace": False})
    alice("PUT", "/workflows/demo.3/status?status=deleted", json={"all_runs": True})
    assert names(alice, "&status=created,running") == ["demo.2"]


def test_progress_and_logs_tell_of_jobs(
    alice: User, demo: str, store: Store, config: Config
) -> None:
    run_id = end(store, alice, demo, 1)
    job = {"event": "job", "id": "1b", "name": "hello", "log": "1b.log", "command": "echo"}
    moment = "2026-11-22T01:02:03.456+00:00"
    finished = {**job, "id": "1a", "status": "finished", "started": moment, "finished": moment}
    events(config, run_id, {"event": "planned", "total": 3}, finished, job | {"status": "running"})
    jobs = config.runs_directory / run_id / "jobs"
    jobs.mkdir()
    (jobs / "1b.log").write_text("hello\n")
    progress = alice("GET", f"/workflows/{demo}/status")["progress"]
    assert [progress[it]["total"] for it in ("total", "finished", "failed", "running")] == [
        3,
        1,
        1,
        0,
    ]
    assert (progress["current_command"], progress["current_step_name"]) == ("echo", "hello")
    logs = json.loads(alice("GET", f"/workflows/{demo}/logs?page=2&size=1")["logs"])["job_logs"]
    assert logs["1b"] == {
        "workflow_uuid": run_id, "job_name": "hello", "compute_backend": "local",
        "backend_job_id": "1b", "docker_img": "", "cmd": "echo", "status": "failed",
        "logs": "hello\n", "started_at": None, "finished_at": None,
    }  # fmt: skip
    some = json.loads(alice("GET", f"/workflows/{demo}/logs", json=["other"])["logs"])
    assert some == {"workflow_logs": None, "engine_specific": None, "job_logs": {}}


def test_retention_is_the_life_of_the_run(alice: User, demo: str) -> None:
    (rule,) = alice("GET", f"/workflows/{demo}/retention_rules")["retention_rules"]
    assert (rule["workspace_files"], rule["retention_days"]) == ("**/*", 365)


def test_retention_rules_remove_files_of_ended_workflows(
    alice: User, store: Store, config: Config
) -> None:
    days = {"**/*.log": 3, "tmp/**": 0}
    name = alice.create("kept", {**SERIAL, "workspace": {"retention_days": days}})
    for path in ("data/names.txt", "tmp/deep/x", "run.log", "out"):
        alice.upload(name, path)
    assert apply_rules(store, config) == 0
    rules = alice("GET", f"/workflows/{name}/retention_rules")["retention_rules"]
    assert [(it["status"], it["apply_on"]) for it in rules[:2]] == [("created", None)] * 2
    end(store, alice, name)
    assert apply_rules(store, config) == 1
    assert alice.files(name) == ["data/names.txt", "out", "run.log"]
    rules = alice("GET", f"/workflows/{name}/retention_rules")["retention_rules"]
    assert [it["status"] for it in rules] == ["active", "applied", "active"]
    assert store.retention_due(datetime.now(UTC) + timedelta(days=2)) == []
    assert len(store.retention_due(datetime.now(UTC) + timedelta(days=4))) == 1
    alice("POST", f"/workflows/{name}/start", json={"restart": True})
    assert store.retention_due(datetime.now(UTC) + timedelta(days=4)) == []


def test_differences_are_texts_of_json(alice: User, demo: str) -> None:
    alice.create("demo", {**SERIAL, "outputs": {"files": ["other"]}})
    for number, content in ((1, b"a\nb\n"), (2, b"a\nc\n")):
        alice.upload(f"demo.{number}", "same", b"same")
        alice.upload(f"demo.{number}", "text", content)
    alice.upload("demo.2", "more/new")
    found = alice("GET", "/workflows/demo.1/diff/demo.2?brief=false&context_lines=0")
    sections = json.loads(found["reana_specification"])
    assert [line for line in sections["outputs"] if line[0] in "+-"] == [
        '-        "out"',
        '+        "other"',
    ]
    listing = json.loads(found["workspace_listing"])
    assert "Only in demo.2/more: new" in listing
    assert "-b\n+c" in listing
    assert "same" not in listing
    alice.refused("GET", "/workflows/demo.1/diff/demo.2?context_lines=x", 400)


def test_workflow_waits_where_there_is_no_room(config: Config) -> None:
    alice = User(create_app(replace(config, operating_limit=0)).test_client(), "alice")
    alice.create()
    assert alice("POST", "/workflows/demo/start", json={})["status"] == "queued"
    assert alice("GET", "/workflows/demo/status")["status"] == "queued"
    alice.refused("POST", "/workflows/demo/start", 409, json={})
    assert alice("PUT", "/workflows/demo/status?status=stop", json={})["status"] == "stopped"


def test_restart_needs_the_workspace(alice: User, demo: str, store: Store) -> None:
    end(store, alice, demo)
    alice("POST", "/workflows/demo/start", json={"restart": True})
    end(store, alice, "demo.1.1")
    alice("PUT", "/workflows/demo.1/status?status=deleted", json={})
    alice.refused("POST", "/workflows/demo.1.1/start", 409, json={"restart": True})
    assert names(alice) == ["demo.1.1", "demo.1"]


def test_first_run_lives_as_long_as_its_restarts(alice: User, demo: str, store: Store) -> None:
    run_id = end(store, alice, demo)
    soon = datetime.now(UTC) + timedelta(minutes=1)
    store.set_expiry(run_id, soon)
    alice("POST", "/workflows/demo/start", json={"restart": True})
    run = store.get_run(run_id)
    assert run is not None
    assert run.expiry > soon
