"""A workflow of REANA from its ZIP to its outputs, in a real browser."""

from __future__ import annotations

from tests.browser.conftest import Visitor
from tests.browser.sites import Site
from tests.browser.test_ten_minutes import PATIENCE, state
from tests.live.web.test_reana_workflows import packed


def test_zip_is_brought_run_and_run_again(visitor: Visitor, place: Site) -> None:
    archive = {"name": "hello.zip", "mimeType": "application/zip", "buffer": packed("serial")}
    with visitor("bob") as tab:
        tab.set_default_timeout(PATIENCE)
        tab.goto(f"{place.server.url}/workflows/new")
        tab.locator("input[type=file]").first.set_input_files(archive)
        tab.get_by_role("button", name="Upload").click()
        tab.get_by_role("link", name="Run workflow").first.click()
        tab.locator("[data-input-name=pause] textarea").fill("1")
        tab.get_by_role("button", name="Start Run").click()
        state(tab, "Finished")
        assert "Ada Lovelace" in tab.locator("#run-outputs").inner_text()
        tab.get_by_role("link", name="Run again").first.click()
        assert tab.locator("[data-input-name=pause] textarea").input_value() == "1"
