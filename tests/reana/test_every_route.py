"""What holds for every resource of the REANA face, whatever it is."""

from __future__ import annotations

import json
import random
import re
from dataclasses import replace

import pytest
from flask import Flask

from taverna_server.app import create_app
from taverna_server.config import Config
from tests.reana.conftest import User

PLACES = ("/api", "/reana-0.4/api")
OPEN = ("/ping",)
BODIES = (
    b"", b"{}", b"[]", b"null", b"7", b'"x"', b"{", b"\xff\xfe", b'{"a": {"b": [1, null]}}',
    b'["x", 1]', b'{"input_parameters": []}', b'{"restart": true}', b'{"search": "["}',
    b'{"restart": true, "reana_specification": {"workflow": []}}', b'{"x": {"value": 1}}',
    b'{"parameters": {"CACHE": {}}}', b"[" * 2000, b'{"summarize": 1, "search": 7}',
)  # fmt: skip
VALUES = (
    "",
    "x",
    "-1",
    "0",
    "9" * 40,
    "true",
    "%ED%A0%80",
    "\U0001f600",
    "../..",
    "%00",
    "[",
    "a b",
    "start",
)
PARAMETERS = (
    "page", "size", "search", "type", "status", "sort", "file_name", "source", "target",
    "verbose", "workflow_name", "workflow_id_or_name", "context_lines", "overwrite", "email",
    "user_email_to_unshare_with", "include_inputs", "preview", "shared_by", "shared_with",
)  # fmt: skip


def routes(app: Flask, place: str, workflow: str) -> list[tuple[str, str]]:
    """Method and path of each, about a workflow that is there."""
    found = []
    for rule in app.url_map.iter_rules():
        if rule.rule.startswith(f"{place}/"):
            path = re.sub(r"<anything:\w+>", "some/file.txt", rule.rule.removeprefix(place))
            path = re.sub(r"<kind>", "jupyter", path)
            path = re.sub(r"<\w+>", workflow, path)
            found += [(method, path) for method in (rule.methods or set()) - {"OPTIONS", "HEAD"}]
    assert len(found) > 30
    return sorted(found)


@pytest.mark.parametrize("place", PLACES)
def test_only_ping_needs_no_token(app: Flask, place: str) -> None:
    nobody, stranger = (User(app.test_client(), token, place) for token in ("", "no such"))
    missing = 401 if place == "/api" else 403
    for method, path in routes(app, place, "demo"):
        if path not in OPEN:
            nobody.refused(method, path, missing)
            assert stranger.refused(method, path, 403) == "Token not valid."


def test_workflow_of_somebody_else_is_untouchable(app: Flask, alice: User, bob: User) -> None:
    number = alice("GET", f"/workflows/{alice.create()}/status")["id"]
    for method, path in routes(app, "/api", number):
        if number in path:
            query = "?file_name=x&source=a&target=b&status=deleted&user_email_to_unshare_with=bob"
            body = {"user_email_to_share_with": "bob"}
            assert "does not exist" in bob.refused(method, path + query, 404, json=body)
    assert alice("GET", f"/workflows/{number}/status")["status"] == "created"


@pytest.mark.parametrize("seed", range(4))
def test_nonsense_is_answered_with_a_sentence(config: Config, seed: int) -> None:
    """Never with a failure of ours, and always in JSON or as the file that was asked for."""
    app = create_app(replace(config, run_limit=10_000))
    chance = random.Random(seed)
    alice = User(app.test_client(), "alice", chance.choice(PLACES))
    name = alice.create()
    alice.upload(name, "some/file.txt")
    for method, path in routes(app, alice.place, name) * 4:
        query = "&".join(f"{chance.choice(PARAMETERS)}={chance.choice(VALUES)}" for _ in range(3))
        kind = chance.choice(("application/json", "text/plain", "multipart/form-data; boundary=b"))
        answer = alice.ask(method, f"{path}?{query}", data=chance.choice(BODIES), content_type=kind)
        assert answer.status_code < 500 or answer.status_code == 501, (method, path, query)
        if answer.status_code >= 400 and not path.startswith("/secrets"):
            assert json.loads(answer.data).keys() == {"message"}
        answer.close()
