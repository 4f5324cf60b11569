"""Two faces on one URL."""

from __future__ import annotations

import pytest
from flask import Flask, request

from taverna_server.errors import NotAcceptable
from taverna_server.serving.negotiation import JSON
from taverna_server.serving.views import FORMAT, HTML, Views, asked_for, join

ANY_LIST = "application/json, text/plain, */*"
BROWSER = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"
ACCEPTS = [
    (None, HTML),
    ("*/*", HTML),
    (BROWSER, HTML),
    (JSON, JSON),
    (ANY_LIST, JSON),
    ("text/html;q=0.5, application/json", JSON),
    ("text/html, application/json;q=0.5", HTML),
    ("application/json;q=0, */*", HTML),
]


@pytest.fixture
def app() -> Flask:
    app = Flask(__name__)
    programs, people = Views(), Views()
    programs.get("/runs/<int:number>")(lambda number: f"json {number}")
    programs.put("/runs/<int:number>")(lambda number: f"{request.method} json")
    people.get("/runs/<int:number>")(lambda number: f"html {number}")
    programs.get("/raw")(lambda: "raw")
    app.register_blueprint(join("player", programs, people))
    return app


@pytest.mark.parametrize(("accept", "answer"), ACCEPTS)
def test_it_answers_in_what_the_client_asks_for(
    app: Flask, accept: str | None, answer: str
) -> None:
    headers = {} if accept is None else {"Accept": accept}
    with app.test_request_context("/runs", headers=headers):
        assert asked_for() == answer


@pytest.mark.parametrize("accept", ["application/xml", "image/png", "text/html;q=0"])
def test_it_has_nothing_else(app: Flask, accept: str) -> None:
    with (
        app.test_request_context("/runs", headers={"Accept": accept}),
        pytest.raises(NotAcceptable),
    ):
        asked_for()


def test_a_suffix_and_the_format_win_over_the_header(app: Flask) -> None:
    with app.test_request_context("/", headers={"Accept": BROWSER}, environ_base={FORMAT: "json"}):
        assert asked_for() == JSON
    with app.test_request_context("/?format=html", headers={"Accept": JSON}):
        assert asked_for() == HTML


def test_a_request_goes_to_the_face_it_asks_for(app: Flask) -> None:
    client = app.test_client()
    assert client.get("/runs/3").text == "html 3"
    assert client.get("/runs/3", headers={"Accept": JSON}).text == "json 3"
    assert client.patch("/runs/3").text == "PATCH json"
    assert client.get("/raw", headers={"Accept": "image/png"}).text == "raw"
