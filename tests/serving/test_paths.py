from __future__ import annotations

import io
from typing import Any

import pytest
from werkzeug.test import EnvironBuilder

from taverna_server.serving.paths import WithPlayerPaths
from taverna_server.serving.views import FORMAT


def through(path: str, method: str = "GET", **options: Any) -> dict[str, Any]:
    """The environment that the application is given."""
    seen: dict[str, Any] = {}

    def application(environ: dict[str, Any], _start: Any) -> list[bytes]:
        seen.update(environ)
        return []

    environ = EnvironBuilder(path, method=method, **options).get_environ()
    WithPlayerPaths(application)(environ, lambda *_: lambda _: None)
    return seen


@pytest.mark.parametrize(
    ("given", "path", "suffix"),
    [
        ("/runs/", "/runs", None),
        ("/runs//7//", "/runs/7", None),
        ("/runs.json", "/runs", "json"),
        ("/runs/7.html/", "/runs/7", "html"),
        ("/users/3/runs.json", "/users/3/runs", "json"),
        ("/runs/7/output/a.json", "/runs/7/output/a.json", None),
        ("/runs/7/download/input/x.html", "/runs/7/download/input/x.html", None),
        ("/workflows/7/diagram.svg", "/workflows/7/diagram.svg", None),
        ("/static/page.js", "/static/page.js", None),
        ("/rest/runs/", "/rest/runs/", None),
        ("/feed.json", "/feed.json", None),
        ("/", "/", None),
    ],
)
def test_address_is_put_right(given: str, path: str, suffix: str | None) -> None:
    environ = through(given)
    assert (environ["PATH_INFO"], environ.get(FORMAT)) == (path, suffix)


def test_nested_address_is_a_question() -> None:
    environ = through("/workflows/3/runs/new.json?embedded=true")
    assert environ["PATH_INFO"] == "/runs/new"
    assert environ["QUERY_STRING"] == "workflow_id=3&embedded=true"
    assert environ[FORMAT] == "json"


@pytest.mark.parametrize(
    ("options", "method"),
    [
        ({"data": {"_method": "delete"}}, "DELETE"),
        ({"data": {"a": "1", "_method": "PUT"}}, "PUT"),
        ({"data": {"_method": "patch"}, "content_type": "multipart/form-data"}, "PATCH"),
        ({"query_string": {"_method": "put"}}, "PUT"),
        ({"headers": {"X-HTTP-Method-Override": "delete"}}, "DELETE"),
        ({"data": {"_method": "trace"}}, "POST"),
        ({"data": {"x": "_method=put"}}, "POST"),
        ({"json": {"_method": "put"}}, "POST"),
    ],
)
def test_form_says_which_method_it_means(options: dict[str, Any], method: str) -> None:
    assert through("/runs/7", "POST", **options)["REQUEST_METHOD"] == method


def test_body_is_there_as_before() -> None:
    body = b"_method=put&x=" + b"y" * 200_000
    options = {"input_stream": io.BytesIO(body), "content_length": len(body)}
    kind = "application/x-www-form-urlencoded"
    environ = through("/runs/7", "POST", content_type=kind, **options)
    read = b"".join(iter(lambda: environ["wsgi.input"].read(1000), b""))
    assert read == body


def test_other_interfaces_know_their_methods() -> None:
    assert through("/rest/runs", "POST", data={"_method": "put"})["REQUEST_METHOD"] == "POST"
