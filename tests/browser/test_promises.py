"""What lists, drawings and states promise when there is much of everything, and little to see."""

from __future__ import annotations

import contextlib
import re
from collections.abc import Iterator
from typing import Any

import pytest

from taverna_server.config import load_config
from taverna_server.store import Store
from tests.benchmarks.crowd import add_runs
from tests.browser.conftest import Visitor
from tests.browser.sites import EXAMPLES, Site
from tests.browser.test_ten_minutes import PATIENCE, page_of, state
from tests.live import runs
from tests.live.test_engine_control import started
from tests.live.test_interactions import asking

STEPS = 450
_TOOK = "() => performance.getEntriesByType('navigation')[0].responseEnd"


@pytest.fixture
def tab(visitor: Visitor) -> Iterator[Any]:
    with visitor("alice") as tab:
        tab.set_default_timeout(PATIENCE)
        yield tab


def test_page_takes_up_again_what_it_missed_offline(tab: Any, place: Site) -> None:
    alice = place.server.session("alice")
    run = started(alice, place.server, "sleep 1000")
    tab.goto(page_of(place, run))
    state(tab, "Running")
    tab.evaluate("window.sameWindow = true")
    tab.context.set_offline(True)
    assert alice.put(f"{run}/status", data="Finished", headers=runs.TEXT).ok
    runs.wait(alice, run)
    assert "Running" in tab.locator("#run-state").inner_text()
    tab.context.set_offline(False)
    state(tab, "Cancelled")
    assert tab.evaluate("window.sameWindow")


def test_run_again_answers_as_before(tab: Any, place: Site) -> None:
    alice = place.server.session("alice")
    run = runs.create(alice, place.server, asking("ask"))
    runs.start(alice, run)
    tab.goto(page_of(place, run))
    state(tab, "Needs you")
    question = tab.frame_locator("#interaction").frame_locator("#presentationFrame")
    question.locator("textarea").fill("newt")
    question.get_by_text("Submit").click()
    state(tab, "Finished")
    tab.get_by_role("link", name="Run again").click()
    tab.get_by_role("button", name="Start Run").click()
    state(tab, "Finished")
    assert tab.locator("#run-outputs pre").inner_text() == "newt"


def test_list_of_a_thousand_runs_opens_like_a_short_one(tab: Any, place: Site) -> None:
    address = f"{place.server.url}/runs?all=1"
    before = quickest(tab, address)
    with many_runs(place, 1_000):
        assert quickest(tab, address) < 4 * before
        assert tab.locator("table.runs tbody tr").count() == 20
        last = int(re.findall(r"page 1 of (\d+)", tab.locator(".pager").inner_text())[0])
        assert last >= 50
        tab.get_by_role("link", name="Next").click()
        tab.wait_for_url("**page=2**")
        assert quickest(tab, f"{address}&page={last}") < 4 * before


def test_workflow_too_large_to_follow_in_a_drawing_is_a_table(tab: Any, place: Site) -> None:
    alice = place.server.session("alice")
    tab.goto(page_of(place, runs.create(alice, place.server, large())))
    progress = tab.locator("#run-progress")
    assert "too large for this page" in progress.inner_text()
    assert progress.locator("tr[data-step]").count() == 300
    assert "150 further steps" in progress.inner_text()
    progress.get_by_role("link", name="open it alone").click()
    assert tab.locator("svg [data-processor]").count() == STEPS


def test_run_that_waits_says_what_for(tab: Any, place: Site) -> None:
    alice = place.server.session("alice")
    with one_run_at_a_time(place):
        run = runs.create(alice, place.server)
        runs.set_echo_inputs(alice, run)
        address = page_of(place, run)
        tab.goto(address)
        state(tab, "Initialized")
        number = address.rpartition("/")[2]
        tab.goto(f"{place.server.url}/runs/new?parent_id={number}")
        tab.get_by_role("button", name="Start Run").click()
        state(tab, "Queued")
        assert "Server busy" in tab.locator("#run-state").inner_text()
    state(tab, "Finished")


def test_workflow_is_run_with_several_values(visitor: Visitor, place: Site) -> None:
    with visitor("bob") as tab:
        tab.set_default_timeout(PATIENCE)
        tab.goto(f"{place.server.url}/workflows?q=by+name")
        tab.get_by_role("link", name="Hello World, by name", exact=True).first.click()
        tab.get_by_role("link", name="Run with several values").click()
        tab.get_by_label("Name of the runs").fill("Trial")
        table = tab.get_by_label("Table of values, as CSV")
        table.fill("nobody\nAnn\nBen")
        tab.get_by_role("button", name="Start the runs").click()
        tab.get_by_text("is no input of this workflow").wait_for()
        table.fill(table.input_value().replace("nobody", "name"))
        tab.get_by_role("button", name="Look at the table first").click()
        assert tab.locator("#variants tbody tr").count() == 2
        tab.get_by_role("button", name="Start the runs").click()
        tab.get_by_text("2 runs were created.").wait_for()
        assert tab.locator("table.runs tbody tr").count() == 2
        tab.get_by_role("link", name="Trial #2").click()
        state(tab, "Finished")
        assert "Hello, Ben" in tab.locator("#run-outputs").inner_text()


def test_problem_is_reported_as_a_file(tab: Any, place: Site) -> None:
    """There is no address for reports on this server; ``tests/live/test_reports.py`` has one."""
    tab.goto(f"{place.server.url}/runs/{place.numbers['failed']}")
    tab.get_by_text("Report a problem").click()
    tab.get_by_label("What is wrong").fill("It worked yesterday")
    tab.get_by_label("With its inputs").check()
    with tab.expect_download() as taken:
        tab.get_by_role("button", name="Download the report").click()
    text = taken.value.path().read_text()
    assert "It worked yesterday" in text
    assert f"Run: {tab.url}" in text
    assert "State: Failed" in text
    assert "only one of two" in text
    assert "End of the log" not in text


def quickest(tab: Any, address: str) -> float:
    """Milliseconds until the page is there, of several loads."""
    times = []
    for _ in range(5):
        tab.goto(address)
        times.append(tab.evaluate(_TOOK))
    return min(times)


@contextlib.contextmanager
def many_runs(place: Site, count: int) -> Iterator[None]:
    """Of alice's, as long as they are looked at."""
    add_runs(place.server.data, "alice", count)
    try:
        yield
    finally:
        config = load_config({"data": str(place.server.data)})
        with contextlib.closing(Store.open(config)) as store:
            for run in store.list_runs("alice"):
                if run.name == "of others":
                    store.request_delete(run.id)


@contextlib.contextmanager
def one_run_at_a_time(place: Site) -> Iterator[None]:
    """There is one at work already."""
    admin, setting = place.server.session("admin"), f"{place.server.url}/admin/operatingLimit"
    assert admin.put(setting, data="1", headers=runs.TEXT).ok
    try:
        yield
    finally:
        assert admin.put(setting, data="10", headers=runs.TEXT).ok


def large() -> bytes:
    """A workflow of many constants."""
    text = (EXAMPLES / "hello_world" / "workflow.t2flow").read_text()
    found = re.search(r"<processor>.*?</processor>", text, re.DOTALL)
    assert found is not None
    more = (found[0].replace("<name>Hello<", f"<name>Hello_{n}<", 1) for n in range(1, STEPS))
    return text.replace(found[0], found[0] + "".join(more), 1).encode()
