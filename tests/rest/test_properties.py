"""Simple properties of a run, and of the server."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

from werkzeug.test import Client

from taverna_server.app import create_app
from taverna_server.config import Config
from taverna_server.engines.taverna.activities.registry import BUILT_IN
from taverna_server.rest.policy import CAPABILITIES

KINDS = {
    "stringconstant": "constant",
    "spreadsheetimport": "spreadsheet-import",
    "externaltool": "tool",
    "xmlinputsplitter": "wsdl/xml-splitter/in",
    "xmloutputsplitter": "wsdl/xml-splitter/out",
}
"""Capabilities whose name is not that of the kind of activity."""


def directory(config: Config, run: str) -> Path:
    return config.runs_directory / run.rpartition("/")[2]


def test_every_activity_that_is_executed_is_announced_and_no_other() -> None:
    """Whoever adds an activity adds it to ``rest/policy.py``, too."""
    announced = {uri.partition("/activity/")[2] for uri in CAPABILITIES} - {""}
    assert announced == {KINDS.get(kind, kind) for kind in BUILT_IN} | {"nested-workflow"}


def test_run_bundle_is_there_when_it_was_made(alice: Client, run: str, config: Config) -> None:
    bundle = directory(config, run) / "wd" / "out.bundle.zip"
    for prepare in (lambda: None, bundle.mkdir, bundle.rmdir, bundle.touch):
        prepare()
        answer = alice.get(f"{run}/run-bundle")
        assert (answer.status_code, answer.text) == (404, "no provenance currently available")
    bundle.write_bytes(b"PK")
    answer = alice.get(f"{run}/run-bundle")
    assert (answer.status_code, answer.data) == (200, b"PK")
    assert answer.content_type == "application/vnd.wf4ever.robundle+zip"


def test_log_is_all_its_parts_oldest_first(alice: Client, run: str, config: Config) -> None:
    assert alice.get(f"{run}/log").status_code == 204
    logs = directory(config, run) / "wd" / "logs"
    for name, text in (("detail.log", "3"), ("detail.log.1", "2"), ("detail.log.4", "1")):
        (logs / name).write_text(text)
    answer = alice.get(f"{run}/log")
    assert (answer.text, answer.content_type, answer.content_length) == ("123", "text/plain", 3)


def test_start_may_be_answered_as_the_original_does(config: Config, run: str) -> None:
    client = create_app(replace(config, start_status_code=202)).test_client()
    client.environ_base["HTTP_AUTHORIZATION"] = "Bearer alice"
    answers = [
        client.put(f"{run}/status", data="Operating", content_type="text/plain") for _ in range(2)
    ]
    assert [(a.status_code, a.text) for a in answers] == [
        (202, "starting run..."),
        (200, "Operating"),
    ]


def test_list_of_runs_is_a_list_also_when_it_is_empty_or_has_one(alice: Client, run: str) -> None:
    def listed() -> Any:
        answer: Any = alice.get("/rest/runs", headers={"Accept": "application/json"})
        return [item["$"] for item in answer.json["runList"]["run"]]

    assert listed() == [run.rpartition("/")[2]]
    alice.delete(run)
    assert listed() == []


def test_provenance_is_wanted_or_not(alice: Client, run: str) -> None:
    for body, word in (
        (b"TRUE\n", "true"),
        (b"false", "false"),
        (b"true", "true"),
        (b"x", "false"),
    ):
        environ = {"CONTENT_TYPE": "text/plain"}
        answer = alice.put(f"{run}/generate-provenance", data=body, environ_overrides=environ)
        assert answer.text == alice.get(f"{run}/generate-provenance").text == word
