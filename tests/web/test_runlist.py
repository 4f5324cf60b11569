"""The list of runs: filtered, sorted, remembered, several at once."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from flask import Flask
from werkzeug.datastructures import MultiDict

from taverna_server.model.identity import User
from taverna_server.model.run import RunState
from taverna_server.serving.context import NAME
from taverna_server.web.runs.filters import Filters
from tests.web.conftest import Person, document, upload

Make = Callable[..., int]


@pytest.fixture
def make(app: Flask) -> Make:
    """Makes a run of alice's that nobody starts; its number."""

    def run(name: str = "", example: str = "hello_world", owner: str = "alice") -> int:
        manager = app.extensions[NAME].manager
        made = manager.create_run(User(owner), document(example))
        if name:
            manager.set_name(User(owner), made.id, name)
        return int(made.number)

    return run


def listed(page: str) -> list[int]:
    return [int(it) for it in re.findall(r'<tr id="run-(\d+)"', page)]


def test_empty_list_says_what_to_do_next(alice: Person) -> None:
    assert "Upload a workflow" in alice.get("/runs").text
    upload(alice)
    assert "Choose a workflow" in alice.get("/runs").text


def test_newest_run_comes_first(alice: Person, make: Make) -> None:
    numbers = [make("b"), make("c"), make("a")]
    assert listed(alice.get("/runs").text) == numbers[::-1]
    assert listed(alice.get("/runs?sort=name&order=asc").text) == [numbers[2], *numbers[:2]]


def test_search_finds_names_and_workflows(alice: Person, make: Make) -> None:
    one, other = make("Monday", "hello_world"), make("Tuesday", "retry")
    assert listed(alice.get("/runs?q=MONDAY").text) == [one]
    assert listed(alice.get("/runs?state=initialized").text) == [other, one]
    assert "No runs like that" in alice.get("/runs?state=failed").text


def test_filters_stick_until_they_are_cleared(alice: Person, make: Make) -> None:
    make()
    alice.get("/runs?state=failed&q=x")
    again = alice.get("/runs")
    assert (again.status_code, again.headers["Location"]) == (
        302,
        "http://localhost/runs?q=x&state=failed",
    )
    assert alice.get("/runs?all=1").status_code == 200
    assert alice.get("/runs").status_code == 200


def test_others_see_nothing_of_it(bob: Person, make: Make) -> None:
    number = make()
    assert listed(bob.get("/runs").text) == []
    refused = bob.get(f"/runs/{number}")
    assert (refused.status_code, "There is no such run." in refused.text) == (404, True)


def test_shared_run_is_in_the_list_of_the_other(alice: Person, bob: Person, make: Make) -> None:
    number = make()
    shared = alice.post(f"/runs/{number}/share", user="bob", level="read")
    assert shared.status_code == 302
    assert listed(bob.get("/runs?whose=shared").text) == [number]
    page = bob.get(f"/runs/{number}").text
    assert "Delete this run" not in page
    assert bob.post(f"/runs/{number}/cancel").status_code == 403
    alice.post(f"/runs/{number}/share", user="bob", level="none")
    assert bob.get(f"/runs/{number}").status_code == 404


def test_run_is_shown_to_everybody(alice: Person, bob: Person, nobody: Person, make: Make) -> None:
    path = f"/runs/{make()}"
    assert bob.post(f"{path}/publish", published="yes").status_code == 404
    alice.post(f"{path}/publish", published="yes")
    assert "Everybody who has its address can look" in alice.get(path).text
    page = nobody.get(path)
    assert (page.status_code, "Delete this run" in page.text) == (200, False)
    assert bob.post(f"{path}/publish", published="no").status_code == 403
    alice.post(f"{path}/publish", published="no")
    assert nobody.get(path).status_code == 302


def test_visitor_is_asked_who_they_are(nobody: Person, make: Make) -> None:
    answer = nobody.get("/runs")
    assert (answer.status_code, "sign_in" in answer.headers["Location"]) == (302, True)
    assert nobody.get(f"/runs/{make()}").status_code == 302


def test_several_runs_are_cancelled_and_deleted_at_once(alice: Person, make: Make) -> None:
    numbers = [str(make()), str(make())]
    alice.send("/runs/bulk", {"act": "delete", "run": numbers})
    assert "0 runs deleted, 2 left as they were" in alice.get("/runs").text
    alice.send("/runs/bulk", {"act": "cancel", "run": numbers})
    assert "2 runs cancelled." in alice.get("/runs").text
    alice.send("/runs/bulk", {"act": "delete", "run": [*numbers, "77", "9" * 20, "x"]})
    assert listed(alice.get("/runs").text) == []


def test_bulk_without_a_run_says_what_is_missing(alice: Person) -> None:
    alice.send("/runs/bulk", {"act": "delete"})
    assert "Select runs first" in alice.get("/runs").text


def test_nothing_is_done_without_the_token(alice: Person, make: Make) -> None:
    number = make()
    assert alice.post(f"/runs/{number}/cancel", token="wrong").status_code == 403
    assert alice.get(f"/runs/{number}").text.count("Initialized") > 0


@pytest.mark.parametrize("query", ["page=0", "page=x", "per_page=7", "sort=;drop", "page=99999999"])
def test_odd_addresses_are_no_trouble(alice: Person, make: Make, query: str) -> None:
    make()
    assert alice.get(f"/runs?{query}").status_code in (200, 302)


def test_page_after_the_last_leads_to_the_first_with_the_same_words(alice: Person) -> None:
    answer = alice.get("/runs?q=%C3%A9%26a%3Db%0D%0AX:c&page=9")
    assert answer.status_code == 302
    assert answer.headers["Location"].endswith("/runs?q=%C3%A9%26a%3Db%0D%0AX%3Ac")


def test_numbers_of_no_run_are_passed_over(alice: Person, make: Make) -> None:
    answer = alice.send("/runs/bulk", {"act": "delete", "run": ["9" * 5000, "9" * 20]})
    assert answer.status_code == 302
    answer = alice.post(f"/runs/{make()}/expiry", days="000000001" + "0" * 5000)
    assert answer.status_code == 302


def test_address_and_filters_are_the_same() -> None:
    given = {"q": "x", "state": "failed", "whose": "own", "sort": "name", "order": "asc"}
    filters = Filters.read(MultiDict(given))
    assert filters.values() == given
    assert filters.query().states == {RunState.FAILED, RunState.TIMEOUT}
    assert Filters.remembered(filters.written()) == filters
