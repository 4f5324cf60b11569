"""The checks of Player's own tests that are about browsers and runs (Player dossier 5.1, 5.2).

Statuses, redirects and notices: what the pages look like is tested in ``tests/browser``.
"""

from __future__ import annotations

import re
from typing import Any

import pytest
import requests

from tests.live.player.api import Player
from tests.live.server import Server
from tests.live.web.conftest import Browser


@pytest.fixture(scope="module")
def browser(server: Server) -> Browser:
    """Signed in as alice."""
    browser = Browser(server)
    browser.session.trust_env = False
    assert browser.sign_in("alice").status_code == 302
    browser.get("/")
    return browser


def form(workflow: int, **more: str) -> dict[str, str]:
    """For the echo workflow."""
    return {
        "run[workflow_id]": str(workflow),
        "run[name]": "From a form",
        "run[inputs_attributes][0][name]": "IN",
        "run[inputs_attributes][0][value]": "test",
        "run[inputs_attributes][1][name]": "WORDS",
        "run[inputs_attributes][1][value]": "[]",
        **{f"run[{name}]": value for name, value in more.items()},
    }


def number_of(answer: requests.Response) -> int:
    assert answer.status_code == 302, answer.text
    found = re.search(r"/runs/([0-9]+)", answer.headers["Location"])
    assert found
    return int(found[1])


def test_pages_are_there(browser: Browser, echo: int, finished: dict[str, Any]) -> None:
    """Checks R13, R14, R16, W1, P8: in the full layout, without a question."""
    for path in ("/runs", f"/runs/new?workflow_id={echo}", f"/runs/{finished['id']}", "/workflows"):
        page = browser.get(path)
        assert (page.status_code, page.headers["Content-Type"]) == (200, "text/html; charset=utf-8")
        assert 'id="header"' in page.text
    assert "<iframe" not in browser.get(f"/runs/{finished['id']}").text


def test_embedded_form_is_bare(browser: Browser, echo: int) -> None:
    """Check R15."""
    page = browser.get(f"/runs/new?workflow_id={echo}&embedded=true&input[IN]=preset")
    assert page.status_code == 200
    assert 'id="header"' not in page.text
    assert "run[embedded]" in page.text
    assert re.search(r'<input[^>]*type="hidden"[^>]*value="preset"', page.text)


def test_question_is_on_the_page_of_its_run(browser: Browser, waiting: dict[str, Any]) -> None:
    """Checks R17, R18: also when it was shown before."""
    for _ in range(2):
        assert "<iframe" in browser.get(f"/runs/{waiting['id']}").text


def test_form_makes_a_run(browser: Browser, alice: Player, echo: int) -> None:
    """Checks R21, R22, R12."""
    answer = browser.send("/runs", data=form(echo))
    number = number_of(answer)
    shown = browser.get(answer.headers["Location"])
    assert "Run was successfully created." in shown.text
    run = alice.wait(number)
    assert (run["name"], run["user"]["name"]) == ("From a form", "alice")
    assert alice.get(f"/runs/{number}/input/IN").text == "test"


def test_form_that_is_wrong_makes_none_and_keeps_what_was_typed(
    browser: Browser, alice: Player, echo: int
) -> None:
    """Checks R20, S1."""
    before = alice.get("/runs?page=1").headers["X-Total-Count"]
    answer = browser.send("/runs", data=form(echo, name=" "))
    assert answer.status_code == 422
    assert "Run was not successfully created." in answer.text
    assert "test" in answer.text
    assert alice.get("/runs?page=1").headers["X-Total-Count"] == before


def test_embedded_run_has_no_owner(browser: Browser, alice: Player, echo: int) -> None:
    """Checks R23, R19."""
    number = number_of(browser.send("/runs", data=form(echo, embedded="true")))
    run = alice.wait(number)
    assert run["user"] == {"name": "Guest"}
    page = browser.get(f"/runs/{number}")
    assert 'id="header"' not in page.text
    assert "<iframe" not in page.text


def test_run_at_work_is_not_deleted(browser: Browser, alice: Player, asking: int) -> None:
    """Checks R26, R28, R31, R32: and one comes back to where one was."""
    number = alice.start(asking)["id"]
    alice.wait(number, "running")
    origin = browser.server.url
    place, referrer = f"/runs/{number}", {"Referer": f"{origin}/runs"}
    refused = browser.send(place, data={"_method": "delete"}, headers=referrer)
    assert (refused.status_code, refused.headers["Location"]) == (302, f"{origin}/runs")
    assert "Run must be cancelled before deletion." in browser.get("/runs").text
    for back in ("/runs", place):
        told = {"Referer": origin + back}
        answer = browser.send(f"{place}/cancel", data={"_method": "put"}, headers=told)
        assert (answer.status_code, answer.headers["Location"]) == (302, origin + back)
    alice.wait(number)
    gone = browser.send(place, data={"_method": "delete"})  # R29, R30
    assert (gone.status_code, gone.headers["Location"]) == (302, f"{origin}/runs")
    assert "Run was deleted." in browser.get("/runs").text
    assert alice.get(place).status_code == 404


def test_form_renames_a_run_and_nothing_else(browser: Browser, alice: Player, echo: int) -> None:
    """Checks R35 to R37."""
    number = number_of(browser.send("/runs", data=form(echo)))
    place = f"/runs/{number}"
    for data in ({"run[name]": "New name", "run[run_id]": "x"}, {"run[run_id]": "x"}):
        answer = browser.send(place, data={"_method": "put", **data})
        assert answer.status_code == 302
        assert answer.headers["Location"] == browser.server.url + place
    assert alice.read(place)["name"] == "New name"


def test_file_from_a_form_goes_before_the_text(browser: Browser, alice: Player, echo: int) -> None:
    """Checks V2, V7."""
    files = {"run[inputs_attributes][0][file]": ("ümlaut.csv", b"a;b\xff")}
    number = number_of(browser.send("/runs", data=form(echo), files=files))
    assert alice.get(f"/runs/{number}/input/IN").content == b"a;b\xff"


@pytest.mark.parametrize("path", ["/runs/99999", "/workflows/99999", "/runs/99999/output/x"])
def test_what_is_not_there_is_a_page(browser: Browser, path: str) -> None:
    """Ruling 21: HTML where a page was asked for."""
    page = browser.get(path)
    assert page.status_code == 404
    assert page.headers["Content-Type"].startswith("text/html")
