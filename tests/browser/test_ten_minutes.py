"""A person's first ten minutes: each step as they would do it, in a real browser."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pytest

from tests.browser.conftest import Visitor
from tests.browser.sites import Site
from tests.live import runs
from tests.live.test_engine_control import started
from tests.live.test_interactions import asking

PATIENCE = 30_000


@pytest.fixture
def tab(visitor: Visitor) -> Iterator[Any]:
    with visitor("alice") as tab:
        tab.set_default_timeout(PATIENCE)
        yield tab


def state(tab: Any, word: str) -> None:
    """Wait until the page says so, without being loaded again."""
    tab.locator("#run-state .badge", has_text=word).wait_for()


def page_of(place: Site, run: str) -> str:
    """The page of a run that was made through another interface."""
    alice = place.server.session("alice")
    found = alice.get(f"{place.server.url}/runs?all=1&sort=number", headers={"Accept": "text/html"})
    name = alice.get(f"{run}/name").text
    numbers = re.findall(rf'href="(/runs/\d+)">{re.escape(name)}<', found.text)
    assert numbers, name
    return f"{place.server.url}{numbers[0]}"


def hello(tab: Any, place: Site, name: str) -> None:
    """From the library to a finished run."""
    tab.goto(f"{place.server.url}/workflows?q=by+name")
    tab.get_by_role("link", name="Hello World, by name").first.click()
    tab.get_by_role("link", name="Run workflow").first.click()
    tab.locator("[data-input-name=name] textarea").fill(name)
    tab.get_by_role("button", name="Start Run").click()
    tab.get_by_text("Run was successfully created.").wait_for()
    state(tab, "Finished")


def test_example_is_run_with_a_changed_input_and_repeated(tab: Any, place: Site) -> None:
    hello(tab, place, "Alice")
    output = tab.locator("#run-outputs [data-output-name=greeting] pre")
    assert output.inner_text() == "Hello, Alice"
    assert tab.locator("[data-processor=Greet]").get_attribute("data-state") == "done"
    tab.get_by_role("link", name="Run again").click()
    field = tab.locator("[data-input-name=name] textarea")
    assert field.input_value() == "Alice"
    field.fill("Bob")
    tab.get_by_role("button", name="Start Run").click()
    state(tab, "Finished")
    assert output.inner_text() == "Hello, Bob"
    tab.get_by_role("link", name="compare", exact=True).click()
    tab.locator("tr.differs", has_text="name").first.wait_for()


def test_run_is_shared_with_somebody(tab: Any, place: Site, visitor: Visitor) -> None:
    hello(tab, place, "everybody")
    tab.get_by_text("Share", exact=True).first.click()
    tab.get_by_label("Name of the user").fill("bob")
    tab.get_by_role("button", name="Share").click()
    tab.get_by_text("bob can see the run now").wait_for()
    with visitor("bob") as other:
        other.goto(tab.url)
        assert "Hello, everybody" in other.locator("#run-outputs").inner_text()
        assert other.get_by_text("Rename").count() == 0


def test_long_run_is_cancelled(tab: Any, place: Site) -> None:
    run = started(place.server.session("alice"), place.server, "sleep 1000")
    tab.goto(page_of(place, run))
    state(tab, "Running")
    tab.locator("#run-logs pre", has_text="started").first.wait_for()
    tab.on("dialog", lambda dialog: dialog.accept())
    tab.get_by_role("button", name="Cancel").click()
    state(tab, "Cancelled")
    assert "started" in tab.locator("#run-logs pre").first.inner_text()


def test_question_is_answered_and_survives_the_browser(
    tab: Any, place: Site, visitor: Visitor
) -> None:
    alice = place.server.session("alice")
    run = runs.create(alice, place.server, asking("ask"))
    address = page_of(place, run)
    tab.goto(address)
    runs.start(alice, run)
    tab.goto(address)
    state(tab, "Needs you")
    with visitor("alice") as again:
        again.goto(address)
        question = again.frame_locator("#interaction").frame_locator("#presentationFrame")
        question.locator("textarea").fill("cät & co")
        question.get_by_text("Submit").click()
        state(again, "Finished")
    state(tab, "Finished")
    assert tab.locator("#run-outputs pre").inner_text() == "cät & co"


def test_runs_that_need_somebody_are_found(tab: Any, place: Site) -> None:
    tab.goto(f"{place.server.url}/runs?all=1")
    tab.get_by_role("link", name="Needs you", exact=True).click()
    rows = tab.locator("table.runs tbody tr")
    assert rows.count() > 0
    assert rows.count() == tab.locator("table.runs .badge.waiting").count()


def test_failed_run_says_why(tab: Any, place: Site) -> None:
    alice = place.server.session("alice")
    run = runs.create(alice, place.server)
    runs.set_value(alice, run, "IN", "only one of two")
    runs.start(alice, run)
    runs.wait(alice, run)
    tab.goto(f"{place.server.url}/runs?all=1")
    tab.get_by_role("link", name="Failed", exact=True).click()
    tab.locator("table.runs tbody th a").first.click()
    why = tab.locator("#run-why")
    assert "Why it failed" in why.inner_text()
    assert "number of inputs" in why.inner_text()


def test_first_failed_item_is_a_click_away(tab: Any, place: Site) -> None:
    tab.goto(f"{place.server.url}/runs/{place.numbers['errors']}")
    tab.get_by_role("link", name="First failed item of halves").click()
    assert "NumberFormatException" in tab.locator(".items .cause").first.inner_text()


def test_run_of_an_xml_client_shows_live_progress(tab: Any, place: Site) -> None:
    alice = place.server.session("alice")
    run = started(alice, place.server, "sleep 1", items="one,two,three,four")
    tab.goto(page_of(place, run))
    box = tab.locator(".diagram [data-processor]").first
    tab.wait_for_function(
        "() => document.querySelector('.diagram [data-processor] text.count')"
        "?.textContent.startsWith('2 of 4')"
    )
    assert box.get_attribute("data-state") == "running"
    state(tab, "Finished")


def test_run_of_the_page_is_there_for_an_xml_client(tab: Any, place: Site) -> None:
    hello(tab, place, "Taverna")
    run_id = tab.locator("#run-info dd.mono").inner_text().strip()
    alice = place.server.session("alice")
    run = f"{place.server.rest}/runs/{run_id}"
    runs.wait(alice, run)
    assert alice.get(f"{run}/wd/out/greeting").text == "Hello, Taverna"
    assert place.server.session("bob").get(run).status_code == 404
