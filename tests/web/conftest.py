"""Fixtures: people with sessions, in front of the application without a web server."""

from __future__ import annotations

import io
import re
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from taverna_server.app import create_app
from taverna_server.auth import hash_password
from taverna_server.config import Config
from taverna_server.store import Store

PASSWORD = "correct horse"
EXAMPLES = Path(__file__).parents[2] / "examples"


class Person:
    """Somebody with a browser that runs no scripts: it follows links, and fills in forms."""

    def __init__(self, client: FlaskClient, name: str = "") -> None:
        self.client = client
        self.name = name

    def get(self, path: str, **headers: str) -> TestResponse:
        given = {"Accept": "text/html,application/xhtml+xml,*/*;q=0.8", **headers}
        return self.client.get(path, headers=given)

    def post(self, path: str, /, token: str | None = None, **fields: object) -> TestResponse:
        """Sends a form with the token of a page, or another one."""
        given = {name.replace("__", "[") + "]" * ("__" in name): it for name, it in fields.items()}
        return self.send(path, given, token)

    def send(self, path: str, fields: dict[str, object], token: str | None = None) -> TestResponse:
        known = self.token() if token is None else token
        headers = {"Accept": "text/html"}
        data = {"authenticity_token": known, **fields}
        return self.client.post(path, data=data, headers=headers)

    def token(self) -> str:
        return re.findall(r'name="csrf-token" content="([^"]*)"', self.get("/").text)[0]

    def sign_in(self, password: str = PASSWORD, **more: str) -> TestResponse:
        return self.post("/users/sign_in", login=self.name, password=password, **more)


@pytest.fixture(scope="session")
def people_database(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Migrated once, with three accounts, copied for each test."""
    path = tmp_path_factory.mktemp("people") / "taverna-server.db"
    store = Store.open(f"sqlite:///{path}")
    store.migrate()
    stored = hash_password(PASSWORD)
    for name in ("alice", "bob", "root"):
        store.add_user(name, stored, admin=name == "root")
    store.set_email("alice", "alice@example.org")
    store.close()
    return path


@pytest.fixture
def config(tmp_path: Path, people_database: Path) -> Config:
    data = tmp_path / "data"
    data.mkdir()
    shutil.copy(people_database, data)
    return Config(data=data)


@pytest.fixture
def app(config: Config) -> Flask:
    return create_app(config)


@pytest.fixture
def someone(app: Flask) -> Callable[[str], Person]:
    """Gives a person who is signed in; without a name, one who is not."""

    def enter(name: str = "") -> Person:
        person = Person(app.test_client(), name)
        if name:
            assert person.sign_in().status_code == 302
            person.get("/")  # welcomes them
        return person

    return enter


@pytest.fixture
def alice(someone: Callable[[str], Person]) -> Person:
    return someone("alice")


@pytest.fixture
def bob(someone: Callable[[str], Person]) -> Person:
    return someone("bob")


@pytest.fixture
def root(someone: Callable[[str], Person]) -> Person:
    return someone("root")


@pytest.fixture
def nobody(app: Flask) -> Person:
    return Person(app.test_client())


def document(example: str) -> bytes:
    """The workflow of one of the examples."""
    return (EXAMPLES / example / "workflow.t2flow").read_bytes()


def upload(person: Person, example: str = "hello_world", **more: object) -> str:
    """Brings a workflow by the form; the path of its page."""
    file = (io.BytesIO(document(example)), f"{example}.t2flow")
    answer = person.send("/workflows", {"workflow[document]": file, **more})
    assert answer.status_code == 302, answer.text
    return answer.headers["Location"].removeprefix("http://localhost")
