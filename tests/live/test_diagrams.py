"""Drawings of workflows over HTTP, and in a real browser under their strict policy."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import requests

from tests.diagrams.test_specifications import MAIN, SUB, TOOL
from tests.live import runs
from tests.live.server import Server

NESTED = Path(__file__).parents[2] / "examples" / "nested_workflow" / "workflow.t2flow"


@pytest.fixture(scope="module")
def workflow(server: Server) -> str:
    """The address of a workflow that everybody may view."""
    number = server.command("workflow", "add", str(NESTED)).partition("\t")[0]
    return f"{server.url}/workflows/{number}"


@pytest.fixture
def nobody(server: Server) -> Iterator[requests.Session]:
    with server.session(None) as session:
        yield session


def test_everybody_sees_the_drawing_of_a_public_workflow(
    nobody: requests.Session, workflow: str
) -> None:
    answer = nobody.get(f"{workflow}/diagram.svg", headers={"Accept": "image/*"})
    assert answer.status_code == 200
    assert answer.headers["Content-Type"] == "image/svg+xml; charset=utf-8"
    assert answer.headers["Content-Security-Policy"].startswith("default-src 'none'; style-src")
    assert 'data-processor="Greet/Shout"' in answer.text
    assert nobody.get(f"{workflow}/diagram").text == answer.text


def test_drawing_is_not_sent_again(nobody: requests.Session, workflow: str) -> None:
    first = nobody.get(f"{workflow}/diagram.svg")
    again = nobody.get(f"{workflow}/diagram.svg", headers={"If-None-Match": first.headers["ETag"]})
    assert (again.status_code, again.content) == (304, b"")


@pytest.mark.parametrize(
    ("query", "expanded"),
    [
        ("expand=", False),
        ("expand=Greet", True),
        ("expand=*", True),
        ("expand=no&expand=%00", False),
    ],
)
def test_nested_workflows_are_expanded_as_asked(
    nobody: requests.Session, workflow: str, query: str, expanded: bool
) -> None:
    answer = nobody.get(f"{workflow}/diagram.svg?{query}")
    assert answer.status_code == 200
    assert ('data-processor="Greet/Shout"' in answer.text) is expanded


def test_drawing_of_a_private_workflow_is_its_owners(
    server: Server, alice: requests.Session, nobody: requests.Session
) -> None:
    document = NESTED.read_bytes().replace(b"Nested_Workflow", b"Private_Workflow")
    run = runs.create(alice, server, document)
    numbers = range(1, 60)
    addresses = [f"{server.url}/workflows/{number}/diagram.svg" for number in numbers]
    mine = next(a for a in reversed(addresses) if alice.get(a).status_code == 200)
    assert nobody.get(mine, headers={"Accept": "application/json"}).status_code == 401
    alice.delete(run)


def test_drawing_of_no_workflow_is_not_there(alice: requests.Session, server: Server) -> None:
    answer = alice.get(f"{server.url}/workflows/999999/diagram.svg")
    assert answer.status_code == 404


STEPS = [{"name": "gather", "commands": ["true"], "environment": "x"}]


@pytest.mark.parametrize(
    ("language", "specification", "steps"),
    [
        ("serial", {"steps": STEPS}, ["gather"]),
        ("cwl", {"$graph": [TOOL, SUB, MAIN]}, ["first", "second", "second/only"]),
        ("snakemake", {"steps": STEPS, "job_dependencies": {"all": ["gather"]}}, ["all", "gather"]),
        ("yadage", None, ["the file"]),
    ],
)
def test_workflows_of_reana_are_drawn(
    server: Server, alice: requests.Session, language: str, specification: Any, steps: list[str]
) -> None:
    workflow = {"type": language, "file": "the file", "specification": specification}
    posted = alice.post(f"{server.url}/api/workflows", json={"workflow": workflow})
    assert posted.status_code == 201, posted.text
    newest = max(entry["id"] for entry in alice.get(f"{server.url}/workflows.json").json())
    drawing = alice.get(f"{server.url}/workflows/{newest}/diagram.svg").text
    assert sorted(re.findall('data-processor="([^"]*)"', drawing)) == steps


def test_browser_shows_it_and_expands_with_the_keyboard(browser: Any, workflow: str) -> None:
    said: list[str] = []
    with browser.new_context() as context:
        tab = context.new_page()
        tab.on("console", lambda message: said.append(message.text))
        tab.goto(f"{workflow}/diagram.svg?expand=")
        assert tab.evaluate(_STRIPE) == "rgb(47, 103, 177)"
        tab.keyboard.press("Tab")
        tab.keyboard.press("Enter")
        tab.wait_for_selector("[data-processor='Greet/Shout']")
        tab.emulate_media(color_scheme="dark")
        assert tab.evaluate(_STRIPE) == "rgb(122, 169, 234)"
    assert said == []


_STRIPE = "getComputedStyle(document.querySelector('.family-nested > .stripe')).fill"


def test_style_sheet_for_drawings_in_pages_is_served(
    nobody: requests.Session, server: Server
) -> None:
    answer = nobody.get(f"{server.url}/static/diagram.css")
    assert answer.headers["Content-Type"].startswith("text/css")
    assert ".diagram .ground" in answer.text
