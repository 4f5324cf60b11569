"""The server as REANA's clients see it, and who is let in."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest
from flask import Flask
from werkzeug.test import Client

from taverna_server.app import create_app
from taverna_server.config import Config
from taverna_server.reana.answers import human_size, human_time
from tests.reana.conftest import SERIAL, User


def test_ping_needs_no_token(app: Flask) -> None:
    answer = app.test_client().get("/api/ping")
    assert answer.get_json()["message"] == "OK"
    assert answer.get_json()["status"] == "200"


def test_page_about_the_interfaces_stays_where_it_is(app: Flask) -> None:
    assert app.test_client().get("/api").mimetype == "text/html"


@pytest.mark.parametrize(
    ("place", "token", "status", "message"),
    [
        ("/api", "", 401, "User not signed in"),
        ("/api", "nobody's", 403, "Token not valid."),
        ("/reana-0.4/api", "", 403, "Token not valid."),
        ("/reana-0.4/api", "nobody's", 403, "Token not valid."),
    ],
)
def test_without_a_valid_token_nothing_is_said(
    app: Flask, place: str, token: str, status: int, message: str
) -> None:
    user = User(app.test_client(), token, place)
    for path in ("/workflows", "/workflows/demo/status", "/users", "/secrets", "/you"):
        assert user.refused("GET", path, status) == message


def test_header_is_as_good_as_the_address(app: Flask) -> None:
    client = Client(app)
    for header, status in (("Bearer alice", 200), ("Bearer no", 403), ("Digest x", 403)):
        answer = client.get("/api/you", headers={"Authorization": header})
        assert answer.status_code == status


def test_user_is_told_who_they_are(alice: User) -> None:
    said = alice("GET", "/you")
    assert (said["username"], said["reana_token"]["value"]) == ("alice", "alice")
    assert said["quota"]["disk"] == {"usage": {"raw": 0, "human_readable": "0 Bytes"}}


def test_facts_have_a_title_and_a_value_each(alice: User) -> None:
    facts = alice("GET", "/info")
    assert all(fact.keys() == {"title", "value"} for fact in facts.values())
    assert "kubernetes" in facts["compute_backends"]["value"]
    assert facts["workspaces_available"]["value"] == ["/var/reana"]


def test_use_of_the_server_is_told(alice: User) -> None:
    assert alice("GET", "/status")["workflow"]["running"] == 0
    assert alice("GET", "/config")["polling_secs"] > 0


@pytest.mark.parametrize("path", ["/nothing", "/workflows/demo/nothing", "/workflows/x/y/z"])
def test_errors_are_objects_with_a_message(alice: User, path: str) -> None:
    assert alice.refused("GET", path, 404)
    assert alice.refused("PATCH", "/you", 405)


def test_used_up_quota_starts_nothing(config: Config) -> None:
    user = User(create_app(replace(config, reana_disk_quota=4)).test_client(), "alice")
    user.create()
    user.upload("demo", "x", b"12345")
    assert user("GET", "/you")["quota"]["disk"]["health"] == "critical"
    assert "quota exceeded" in user.refused("POST", "/workflows/demo/start", 403, json={})
    user("DELETE", "/workflows/demo/workspace/x")
    user("POST", "/workflows/demo/start", json={})


def test_full_server_says_what_to_do(config: Config) -> None:
    user = User(create_app(replace(config, run_limit=1)).test_client(), "alice")
    user.create()
    assert "delete some" in user.refused("POST", "/workflows", 503, json=SERIAL)


@pytest.mark.parametrize(
    ("number", "words"),
    [(0, "0 Bytes"), (1000, "1000 Bytes"), (1024, "1 KiB"), (10004, "9.77 KiB"), (2**31, "2 GiB")],
)
def test_sizes_are_said_in_words(number: int, words: str) -> None:
    assert human_size(number) == words


def test_times_are_said_in_words() -> None:
    assert [human_time(ms) for ms in (0, 999, 3_723_000)] == ["0s", "0s", "1h 2m 3s"]


def test_long_bodies_and_such_that_are_no_json_are_refused(config: Config) -> None:
    user = User(create_app(replace(config, max_document_size=100)).test_client(), "alice")
    user.refused("POST", "/workflows?workflow_name=x", 413, json=SERIAL)
    for content in (b"{", b"[]", b"\xff", b"[" * 99, b"1"):
        user.refused("POST", "/workflows?workflow_name=x", 400, data=content)


def with_extra(value: str) -> str:
    """A specification that would be one, but for a member more."""
    return f'{json.dumps(SERIAL)[:-1]}, "extra": {value}}}'


@pytest.mark.parametrize("value", ["NaN", "-Infinity", '"\\ud800"', '{"\\udfff": 1}'])
def test_value_that_cannot_be_written_again_is_refused(alice: User, value: str) -> None:
    alice("POST", "/workflows?workflow_name=x", 201, data=with_extra("1"))
    alice.refused("POST", "/workflows?workflow_name=x", 400, data=with_extra(value))


def test_deeply_nested_body_is_refused(alice: User) -> None:
    for depth in (257, 800, 960, 1000, 5000):
        content = with_extra("[" * depth + "]" * depth)
        alice.refused("POST", "/workflows?workflow_name=x", 400, data=content)
