"""Fixtures: the application itself, without a web server, on a real store and real directories."""

from __future__ import annotations

from pathlib import Path

import pytest
from flask import Flask, Response
from werkzeug.test import Client

from taverna_server.app import create_app
from taverna_server.config import Config
from taverna_server.representations import OFFERED
from taverna_server.rest.operations import current
from tests.databases import config_on, make_database
from tests.published import check

PORTS = "<port><name>words</name><depth>1</depth></port>"
WORKFLOW = f"""<workflow xmlns="http://taverna.sf.net/2008/xml/t2flow" version="1">
<dataflow id="1" role="top"><name>Answer</name><inputPorts>{PORTS}</inputPorts>
<outputPorts><port><name>answer</name></port></outputPorts></dataflow></workflow>""".encode()


@pytest.fixture(scope="session")
def database(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Migrated once, with two users, copied for each test."""
    path = tmp_path_factory.mktemp("database") / "taverna-server.db"
    return make_database(path, "alice", "bob")


@pytest.fixture
def config(tmp_path: Path, database: Path) -> Config:
    return config_on(database, tmp_path)


@pytest.fixture
def app(config: Config) -> Flask:
    app = create_app(config)
    app.after_request(_valid)
    return app


def _valid(response: Response) -> Response:
    """Every answer is one that is declared, and every document valid against its schema."""
    declared = current()
    assert response.status_code >= 300 or response.status_code in declared.statuses
    has_schema = any(isinstance(form, type) for form in declared.offers)
    is_document = has_schema and not response.direct_passthrough
    if response.mimetype in OFFERED and is_document and response.status_code == 200:
        check(response.get_data(), response.mimetype)
    return response


@pytest.fixture
def client(app: Flask) -> Client:
    """Nobody in particular."""
    return app.test_client()


@pytest.fixture
def alice(app: Flask) -> Client:
    """Says with every request who it is."""
    client = app.test_client()
    client.environ_base["HTTP_AUTHORIZATION"] = "Bearer alice"
    return client


@pytest.fixture
def run(alice: Client) -> str:
    """The path of a new run."""
    kind = "application/vnd.taverna.t2flow+xml"
    answer = alice.post("/rest/runs", data=WORKFLOW, content_type=kind)
    return answer.headers["Location"].removeprefix("http://localhost")
