"""What people do with forms and runs beyond their first ten minutes, in a real browser."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.browser.conftest import Visitor
from tests.browser.sites import EXAMPLES, Site
from tests.browser.test_ten_minutes import PATIENCE, hello, state
from tests.live.test_admin_browser import elsewhere


@pytest.fixture
def tab(visitor: Visitor) -> Iterator[Any]:
    """A window of bob's, who agrees to everything."""
    with visitor("bob") as tab:
        tab.set_default_timeout(PATIENCE)
        tab.on("dialog", lambda dialog: dialog.accept())
        yield tab


def form_of(tab: Any, place: Site, title: str) -> None:
    """One click from the list."""
    tab.goto(f"{place.server.url}/workflows?q={title}")
    tab.get_by_role("link", name=f"Run {title}").first.click()


def test_form_keeps_what_was_typed_and_brings_examples_back(tab: Any, place: Site) -> None:
    form_of(tab, place, "Hello World, by name")
    field = tab.locator("[data-input-name=name] textarea")
    example = field.input_value()
    assert example
    field.fill("somebody else")
    name = tab.get_by_label("Name of the run")
    assert "Hello World" in name.input_value()
    name.evaluate("field => { field.removeAttribute('required'); field.value = ''; }")
    tab.get_by_role("button", name="Start Run").click()
    tab.get_by_role("alert").wait_for()
    assert field.input_value() == "somebody else"
    assert name.get_attribute("aria-invalid") == "true"
    tab.get_by_role("button", name="Reset to example").click()
    assert field.input_value() == example


def test_list_is_typed_and_given_again(tab: Any, place: Site) -> None:
    form_of(tab, place, "Greet everybody")
    names = tab.locator("[data-input-name=names] textarea")
    names.fill("Ann\nBen")
    tab.get_by_role("button", name="Start Run").click()
    state(tab, "Finished")
    assert "Ben" in tab.locator("#run-outputs").inner_text()
    tab.get_by_role("link", name="Run again").first.click()
    assert names.input_value().splitlines() == ["Ann", "Ben"]
    tab.get_by_role("link", name="as JSON").click()
    assert '"Ann"' in tab.get_by_label("Inputs as JSON").input_value()


def test_files_are_the_items_of_a_list(tab: Any, place: Site, tmp_path: Path) -> None:
    files = [tmp_path / "one", tmp_path / "two"]
    for file in files:
        file.write_text(f"from file {file.name}")
    form_of(tab, place, "Greet everybody")
    tab.locator("[data-input-name=names] .or-file summary").click()
    tab.locator("[data-input-name=names] input[type=file]").set_input_files(files)
    tab.get_by_role("button", name="Start Run").click()
    state(tab, "Finished")
    assert "from file two" in tab.locator("#run-outputs").inner_text()


def test_filters_of_the_list_stick(visitor: Visitor, place: Site) -> None:
    with visitor("alice") as tab:
        tab.goto(f"{place.server.url}/runs?all=1")
        everything = tab.locator("table.runs tbody tr").count()
        tab.get_by_label("State").get_by_role("link", name="Failed").click()
        tab.wait_for_url("**state=failed**")
        failed = tab.locator("table.runs tbody tr").count()
        assert 0 < failed < everything
        assert tab.locator("table.runs .badge.failed").count() == failed
        tab.goto(place.server.url)
        tab.get_by_label("Main").get_by_role("link", name="Runs").click()
        assert tab.locator("table.runs tbody tr").count() == failed
        tab.get_by_label("State").get_by_role("link", name="All").click()
        tab.wait_for_url("**all=1**")
        tab.get_by_role("columnheader", name="Run", exact=False).first.get_by_role("link").click()
        tab.wait_for_url("**sort=name**")


def test_several_runs_are_compared_and_deleted(tab: Any, place: Site) -> None:
    for name in ("one", "two"):
        hello(tab, place, name)
    tab.goto(f"{place.server.url}/runs?all=1&q=by+name")
    boxes = tab.locator("tbody input[type=checkbox]")
    for box in (boxes.nth(0), boxes.nth(1)):
        box.check()
    tab.get_by_role("button", name="Compare").click()
    tab.get_by_role("heading", name="Two runs compared").wait_for()
    assert tab.locator("tr.differs", has_text="greeting").count() == 1
    tab.goto(f"{place.server.url}/runs?all=1&q=by+name")
    before = boxes.count()
    for box in (boxes.nth(0), boxes.nth(1)):
        box.check()
    tab.get_by_role("button", name="Delete").click()
    tab.locator("#notice_flash").wait_for()
    assert boxes.count() == before - 2


def test_run_is_renamed_and_everything_taken_away(tab: Any, place: Site) -> None:
    hello(tab, place, "everybody")
    with tab.expect_download() as taken:
        tab.get_by_role("link", name="All results (ZIP)").click()
    assert taken.value.suggested_filename.endswith("-all-results.zip")
    tab.get_by_text("Rename", exact=True).click()
    tab.get_by_role("textbox", name="Name").fill("With a better name")
    tab.get_by_role("button", name="Save the name").click()
    assert tab.get_by_role("heading", level=1).inner_text() == "With a better name"


def test_logs_are_searched_and_files_opened(tab: Any, place: Site) -> None:
    hello(tab, place, "everybody")
    tab.get_by_role("link", name="All files of the run").click()
    tab.get_by_role("searchbox").fill("detail")
    tab.get_by_role("searchbox").press("Enter")
    tab.get_by_role("link", name="detail.log").first.click()
    assert "Workflow completed" in tab.get_by_role("main").inner_text()
    tab.go_back()
    tab.go_back()
    tab.go_back()
    tab.get_by_role("searchbox").fill("greet")
    tab.get_by_role("searchbox").press("Enter")
    assert tab.locator("mark", has_text="Greet").count()


def test_workflow_is_shared_by_name(tab: Any, place: Site, visitor: Visitor) -> None:
    tab.goto(f"{place.server.url}/workflows/new")
    tab.locator("input[type=file]").set_input_files(EXAMPLES / "retry" / "workflow.t2flow")
    tab.get_by_label("Title").fill("Shared with alice")
    tab.get_by_role("button", name="Upload").click()
    address = tab.url
    with visitor("alice") as other:
        assert other.goto(address).status == 404
        tab.get_by_role("link", name="Edit").click()
        tab.get_by_label("Name of an account").fill("alice")
        tab.get_by_role("button", name="Share").click()
        assert tab.locator("#notice_flash").inner_text() == "Shared with alice."
        assert other.goto(address).status == 200
        assert other.get_by_role("link", name="Edit").count() == 0


def test_form_is_shown_on_another_site(tab: Any, place: Site) -> None:
    tab.goto(f"{place.server.url}/workflows?q=by+name")
    tab.get_by_role("link", name="Hello World, by name", exact=True).first.click()
    tab.get_by_text("Show its form in a page of yours").click()
    copied = tab.locator("#frame").input_value().replace("true", "true&input[name]=preset")
    with elsewhere(f"<!doctype html><title>elsewhere</title>{copied}") as address:
        tab.goto(address.replace("localhost", "127.0.0.1"))  # or the browser keeps the login back
        frame = tab.frame_locator("iframe")
        frame.get_by_role("button", name="Start Run").wait_for()
        assert frame.locator("input[value=preset]").count() == 1
        assert frame.locator("[data-input-name=name]").count() == 0


def test_site_has_a_name_that_everybody_reads(visitor: Visitor, place: Site) -> None:
    with visitor("admin") as tab, visitor(None) as other:
        for name, shown in (("Lab of Alice", "Lab of Alice"), ("", "Taverna")):
            tab.goto(f"{place.server.url}/admin/settings")
            tab.get_by_label("Name of the site").fill(name)
            tab.get_by_role("button", name="Save the settings").click()
            other.goto(place.server.url)
            assert other.locator(".brand").inner_text() == shown
