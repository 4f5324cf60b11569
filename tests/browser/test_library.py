"""What people do with workflows and their accounts, in a real browser."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pytest

from tests.browser.conftest import DESKTOP, Visitor, sign_in
from tests.browser.sites import EXAMPLES, Site, asking_run
from tests.live.server import password

HELLO = EXAMPLES / "hello_world" / "workflow.t2flow"
DROP = """([name, text]) => {
  const files = new DataTransfer();
  files.items.add(new File([text], name));
  const drop = new DragEvent("drop", { dataTransfer: files, bubbles: true, cancelable: true });
  document.querySelector(".drop").dispatchEvent(drop);
}"""


@pytest.fixture
def tab(visitor: Visitor) -> Iterator[Any]:
    """A window of bob's, who has no runs."""
    with visitor("bob") as tab:
        yield tab


@pytest.fixture
def plain(browser: Any, place: Site) -> Iterator[Any]:
    """A window of bob's that runs no scripts."""
    with browser.new_context(viewport=DESKTOP, java_script_enabled=False) as context:
        tab = context.new_page()
        sign_in(tab, place.server.url, "bob")
        yield tab


def test_workflow_is_found_and_read(tab: Any, place: Site) -> None:
    tab.goto(f"{place.server.url}/workflows")
    tab.get_by_role("searchbox").fill("greet everybody")
    tab.get_by_role("searchbox").press("Enter")
    tile = tab.locator("[data-workflow-id]")
    assert tile.count() == 1
    assert tile.locator("img").evaluate("image => image.decode().then(() => image.naturalWidth)")
    tile.get_by_role("link", name="Greet everybody", exact=True).click()
    assert "list" in tab.locator("[data-input-name=names]").inner_text()
    assert "list" in tab.locator("[data-output-name=greetings]").inner_text()
    assert "Alice" in tab.locator("[data-input-name=names] pre").inner_text()


def test_diagram_is_enlarged_and_opened(tab: Any, place: Site) -> None:
    tab.goto(f"{place.server.url}/workflows?q=greet+everybody")
    tab.get_by_role("link", name="Greet everybody", exact=True).click()
    drawing = tab.locator(".drawing svg")
    before = drawing.bounding_box()["width"]
    tab.get_by_role("link", name="220 %").click()
    tab.wait_for_url("**zoom=3**")
    assert drawing.bounding_box()["width"] > before * 1.5
    steps = tab.locator(".drawing .diagram-step, .drawing [data-path]").count()
    tab.locator(".drawing a").first.click()
    tab.wait_for_url("**expand=**")
    assert "zoom=3" in tab.url
    assert tab.locator(".drawing .diagram-step, .drawing [data-path]").count() != steps or not steps


def test_workflow_is_dropped_changed_and_deleted(tab: Any, place: Site) -> None:
    tab.goto(f"{place.server.url}/workflows/new")
    tab.evaluate(DROP, ["dropped.t2flow", HELLO.read_text()])
    tab.get_by_label("Title").fill("Dropped here")
    tab.get_by_role("button", name="Upload").click()
    assert tab.locator("#notice_flash").inner_text() == "Workflow was successfully uploaded."
    assert tab.get_by_role("heading", level=1).inner_text() == "Dropped here"
    assert "dropped.t2flow" in tab.get_by_role("main").inner_text()
    tab.get_by_role("link", name="Edit").click()
    tab.get_by_label("Category").fill("Greetings")
    tab.get_by_role("button", name="Save").click()
    assert tab.get_by_role("link", name="Greetings").is_visible()
    tab.get_by_role("link", name="Delete").click()
    tab.get_by_role("button", name="Delete the workflow").click()
    assert tab.locator("#notice_flash").inner_text() == "Workflow was deleted."


def test_everything_works_without_scripts(plain: Any, place: Site) -> None:
    plain.goto(f"{place.server.url}/workflows/new")
    plain.get_by_role("button", name="Upload").click()
    assert "choose a file" in plain.get_by_role("alert").inner_text()
    plain.locator("input[type=file]").set_input_files(HELLO)
    plain.get_by_role("button", name="Upload").click()
    assert plain.locator("#notice_flash").is_visible()
    assert re.search(r"\d{4}-\d\d-\d\d \d\d:\d\d UTC", plain.locator("time").first.inner_text())
    plain.get_by_role("button", name="Log out").click()
    assert plain.get_by_role("link", name="Log in").first.is_visible()


def test_times_are_those_of_the_reader(browser: Any, place: Site) -> None:
    with browser.new_context(timezone_id="Asia/Kathmandu", locale="en-GB") as context:
        tab = context.new_page()
        sign_in(tab, place.server.url, "bob")
        tab.goto(f"{place.server.url}/workflows/1")
        time = tab.locator("time").first
        shown, exact = time.inner_text(), time.get_attribute("title")
        assert "UTC" not in shown
        assert exact.endswith(" UTC)")
        here, utc = (int(re.search(r":(\d\d)", part)[1]) for part in exact.split("("))  # type: ignore[index]
        assert (here - utc) % 60 == 45  # Nepal is 5:45 ahead


def test_keys_lead_through_the_pages(tab: Any, place: Site) -> None:
    tab.goto(f"{place.server.url}/workflows")
    tab.keyboard.press("?")
    assert tab.get_by_role("dialog").is_visible()
    tab.keyboard.press("Escape")
    assert tab.get_by_role("dialog").count() == 0
    tab.keyboard.press("/")
    assert tab.evaluate("document.activeElement.type") == "search"
    tab.keyboard.type("gr?")
    assert tab.evaluate("document.activeElement.value") == "gr?"
    tab.evaluate("document.activeElement.blur()")
    tab.keyboard.type("gr")
    tab.wait_for_url("**/runs")


def test_first_key_skips_to_the_content(tab: Any, place: Site) -> None:
    tab.goto(f"{place.server.url}/workflows")
    tab.keyboard.press("Tab")
    assert tab.evaluate("document.activeElement.textContent") == "Skip to the content"
    tab.keyboard.press("Enter")
    assert tab.evaluate("document.activeElement.id") == "main"


def test_pages_are_dark_for_those_who_prefer_it(tab: Any, place: Site) -> None:
    colours = []
    for scheme in ("light", "dark"):
        tab.emulate_media(color_scheme=scheme)
        tab.goto(place.server.url)
        colours.append(tab.evaluate("getComputedStyle(document.body).backgroundColor"))
    light, dark = (sum(map(int, re.findall(r"\d+", colour)[:3])) for colour in colours)
    assert light > 600
    assert dark < 150


def test_question_is_told_wherever_one_is(visitor: Visitor, place: Site) -> None:
    with place.server.session("bob") as bob, visitor("bob") as tab:
        run = asking_run(bob, place.server)
        tab.goto(f"{place.server.url}/workflows")
        badge = tab.locator("#needs_you")
        badge.wait_for()
        assert badge.inner_text().strip() == "1 run needs you"
        assert tab.title().startswith("(1) ")
        badge.click()
        tab.get_by_text("This run needs you.").wait_for()
        tab.goto(place.server.url)
        assert tab.get_by_text("needs you: it asks something").is_visible()
        bob.delete(run)


def test_token_and_profile_are_made_by_oneself(tab: Any, place: Site) -> None:
    tab.locator("#header").get_by_role("link", name="bob").click()
    tab.get_by_label("Full name").fill("Bob Builder")
    tab.get_by_role("button", name="Save").click()
    assert tab.locator("#notice_flash").inner_text() == "Your profile is saved."
    tab.get_by_label("What the new token is for").fill("notebook")
    tab.get_by_role("button", name="Make a token").click()
    token = tab.locator("#new_token code").inner_text()
    answer = tab.request.get(
        f"{place.server.rest}/runs", headers={"Authorization": f"Bearer {token}"}
    )
    assert answer.status == 200
    tab.get_by_role("button", name="Revoke notebook").click()
    assert "is revoked" in tab.locator("#notice_flash").inner_text()


def test_service_credential_is_kept(tab: Any, place: Site) -> None:
    tab.goto(f"{place.server.url}/service_credentials/new")
    tab.get_by_label("Name").fill("Archive")
    tab.get_by_label("Address of the service").fill("https://archive.example.org/")
    tab.get_by_label("Login").fill("reader")
    tab.get_by_label("Password", exact=False).first.fill("open sesame")
    tab.get_by_label("Password again").fill("open sesam")
    tab.get_by_role("button", name="Keep it").click()
    assert "match" in tab.get_by_role("main").inner_text()
    assert tab.get_by_label("Login").input_value() == "reader"
    for label in ("Password", "Password again"):
        tab.get_by_label(label).first.fill("open sesame")
    tab.get_by_role("button", name="Keep it").click()
    assert "successfully created" in tab.locator("#notice_flash").inner_text()


def test_administrator_sees_the_queue_and_changes_settings(visitor: Visitor, place: Site) -> None:
    with visitor("admin") as tab:
        tab.get_by_role("link", name="Administration").click()
        tab.get_by_role("link", name="Job queue").click()
        assert "sleep" in tab.get_by_role("main").inner_text() or tab.locator("tbody tr").count()
        tab.get_by_role("link", name="Settings").click()
        tab.get_by_label("Runs in any state.").fill("999")
        tab.get_by_role("button", name="Save the settings").click()
        assert tab.locator("#notice_flash").inner_text() == "The settings are saved."


def test_account_is_made_by_an_administrator(visitor: Visitor, browser: Any, place: Site) -> None:
    with visitor("admin") as tab:
        tab.goto(f"{place.server.url}/admin/accounts/new")
        tab.get_by_label("Name", exact=False).first.fill("carol")
        tab.get_by_label("E-mail address").fill("carol@example.org")
        tab.get_by_label("Password").fill(password("carol"))
        tab.get_by_role("button", name="Make the account").click()
        assert tab.get_by_role("link", name="carol").is_visible()
    with browser.new_context() as context:
        tab = context.new_page()
        tab.goto(f"{place.server.url}/users/sign_in")
        tab.get_by_label("Name or e-mail address").fill("carol@example.org")
        tab.get_by_label("Password").fill(password("carol"))
        tab.get_by_role("button", name="Log in").click()
        tab.get_by_text("Welcome, carol.").wait_for()
