"""The first page, what it tells of, and where nothing is."""

from __future__ import annotations

import pytest
from lxml import html

from tests.web.conftest import Person, upload


def test_first_page_is_for_everybody(nobody: Person) -> None:
    assert nobody.client.get("/").status_code == 200
    page = nobody.get("/").text
    assert "Browse workflows" in page
    assert "No runs yet" not in page


def test_first_page_has_ones_own_runs(alice: Person) -> None:
    assert "No runs yet" in alice.get("/").text
    path = upload(alice)
    fields = {"run[workflow_id]": path.rpartition("/")[2], "run[name]": "My first run"}
    assert alice.send("/runs", fields).status_code == 302
    page = alice.get("/").text
    assert "My first run" in page
    assert "All 1 run<" in page


def test_newest_run_is_beside_its_workflow(alice: Person, bob: Person) -> None:
    path = upload(alice, **{"workflow[published]": "1"})
    alice.send("/runs", {"run[workflow_id]": path.rpartition("/")[2]})
    assert "1 run</a>" in alice.get("/workflows").text
    assert "Not run yet" in bob.get("/workflows").text


def test_nothing_is_asked_where_nothing_is_at_work(alice: Person, nobody: Person) -> None:
    path = upload(alice)
    alice.send("/runs", {"run[workflow_id]": path.rpartition("/")[2]})
    for person in (alice, nobody):
        assert person.get("/users/notices").json == {"waiting": []}


@pytest.mark.parametrize("path", ["/", "/workflows", "/workflows/1/edit", "/runs", "/users/edit"])
def test_links_stay_below_a_deployment_path(alice: Person, path: str) -> None:
    upload(alice)
    page = html.fromstring(alice.get(f"/taverna-server{path}").text)
    for link in page.xpath("//@href | //@src | //@action | //@data-from"):
        assert link.startswith(("/taverna-server/", "#")), link


@pytest.mark.parametrize("path", ["/nothing", "/runs/999999", "/workflows/999999", "/users/7"])
def test_where_nothing_is_a_page_says_so(alice: Person, path: str) -> None:
    answer = alice.get(path)
    assert answer.status_code == 404
    assert "<h1>There is nothing here</h1>" in answer.text
    assert "Log out" in answer.text


def test_programs_are_told_in_a_sentence(alice: Person) -> None:
    answer = alice.client.get("/nothing", headers={"Accept": "*/*"})
    assert (answer.status_code, answer.text) == (404, "no such resource")


def test_method_that_is_not_there_is_told(alice: Person) -> None:
    answer = alice.post("/users/notices")
    assert answer.status_code == 405
    assert "GET" in answer.headers["Allow"]
