"""Users of the REANA face, without a web server: each with the token that is their name."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from werkzeug.test import Client, TestResponse

from taverna_server.app import create_app
from taverna_server.auth import hash_token
from taverna_server.config import Config
from taverna_server.model.run import RunStatus
from taverna_server.store import Store
from tests.applications import config, database

__all__ = ["config", "database"]

STEPS = {"steps": [{"name": "hello", "environment": "python:3", "commands": ["echo $word > out"]}]}
SERIAL: dict[str, Any] = {
    "inputs": {"files": ["data/names.txt"], "parameters": {"word": "hi", "count": 3}},
    "workflow": {"type": "serial", "specification": STEPS},
    "outputs": {"files": ["out"]},
}


@dataclass
class User:
    """Asks below a place, with a token."""

    client: Client
    token: str
    place: str = "/api"

    def __call__(self, method: str, path: str, status: int = 200, **more: Any) -> Any:
        """The JSON of an answer that has this status."""
        answer = self.ask(method, path, **more)
        assert answer.status_code == status, answer.text
        assert answer.mimetype == "application/json"
        return answer.get_json()

    def ask(self, method: str, path: str, **more: Any) -> TestResponse:
        joint = "&" if "?" in path else "?"
        address = f"{self.place}{path}{joint}access_token={self.token}"
        return self.client.open(address, method=method, **more)

    def refused(self, method: str, path: str, status: int, **more: Any) -> str:
        """The sentence of a refusal."""
        message: str = self(method, path, status, **more)["message"]
        return message

    def create(self, name: str = "demo", specification: object = SERIAL) -> str:
        """A new workflow; its full name."""
        found: str = self(
            "POST", f"/workflows?workflow_name={name}", 201, json=specification
        )["workflow_name"]  # fmt: skip
        return found

    def upload(self, name: str, path: str, content: bytes = b"x") -> None:
        kind = "application/octet-stream"
        self(
            "POST", f"/workflows/{name}/workspace?file_name={path}", data=content, content_type=kind
        )

    def files(self, name: str, query: str = "") -> list[str]:
        found = self("GET", f"/workflows/{name}/workspace?page=1{query}")
        return [item["name"] for item in found["items"]]


@pytest.fixture
def app(config: Config) -> Flask:
    return create_app(config)


@pytest.fixture
def store(app: Flask, config: Config) -> Store:
    return Store.open(config)


@pytest.fixture
def alice(app: Flask) -> User:
    return User(app.test_client(), "alice")


@pytest.fixture
def bob(app: Flask) -> User:
    return User(app.test_client(), "bob")


@pytest.fixture
def admin(app: Flask, store: Store) -> User:
    store.add_user("admin", "no password", admin=True)
    store.add_token("admin", hash_token("the admin's token"), "tests")
    return User(app.test_client(), "the admin's token")


@pytest.fixture
def demo(alice: User) -> str:
    return alice.create()


def end(store: Store, user: User, name: str, code: int = 0) -> str:
    """Start a workflow and say that it has ended; its id."""
    found = user("GET", f"/workflows/{name}/status")
    if found["status"] == "created":
        user("POST", f"/workflows/{name}/start", json={})
    store.observe(found["id"], RunStatus.OPERATING)
    store.observe(found["id"], RunStatus.FINISHED, code, datetime.now(UTC))
    return str(found["id"])


def events(config: Config, run_id: str, *said: dict[str, Any]) -> None:
    """What an engine would report."""
    path = Path(config.runs_directory, run_id, "events.jsonl")
    path.write_text("".join(json.dumps(it) + "\n" for it in said))
