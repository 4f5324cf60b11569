"""The checks of the Player dossier, 5, that are about pages of the library and accounts.

Each test is named after its check; those about runs are beside the pages of runs.
"""

from __future__ import annotations

import re
from pathlib import Path

import pytest
import requests
from lxml import html

from tests.live.runs import until
from tests.live.server import Server, password
from tests.live.web.conftest import Browser

PUBLIC = {"workflow[published]": "1"}
EXAMPLES = Path(__file__).parents[3] / "examples"


def person(server: Server, name: str | None) -> Browser:
    browser = Browser(server)
    browser.session.trust_env = False
    if name:
        assert browser.sign_in(name).status_code == 302
    return browser


def uploaded(browser: Browser, example: str = "hello_world", **more: str) -> str:
    """The path of a new workflow's page."""
    content = (EXAMPLES / example / "workflow.t2flow").read_bytes()
    file = (f"{example}.t2flow", content, "application/octet-stream")
    answer = browser.send("/workflows", data=more, files={"workflow[document]": file})
    assert answer.status_code == 302, answer.text
    return answer.headers["Location"].removeprefix(browser.server.url)


@pytest.fixture(scope="module")
def alice_there(server: Server) -> Browser:
    return person(server, "alice")


@pytest.fixture(scope="module")
def bob_there(server: Server) -> Browser:
    return person(server, "bob")


@pytest.fixture(scope="module")
def admin_there(server: Server) -> Browser:
    return person(server, "admin")


@pytest.fixture(scope="module")
def stranger(server: Server) -> Browser:
    return person(server, None)


def test_p1_form_to_upload(alice_there: Browser, stranger: Browser, server: Server) -> None:
    assert alice_there.get("/workflows/new").status_code == 200
    assert stranger.get("/workflows/new", follow=False).status_code == 302
    plain = requests.get(f"{server.url}/workflows/new", timeout=10)
    assert plain.status_code == 401
    assert plain.headers["WWW-Authenticate"].startswith("Basic")


def test_p2_form_to_edit(alice_there: Browser, bob_there: Browser, admin_there: Browser) -> None:
    path = uploaded(alice_there, **PUBLIC)
    assert alice_there.get(f"{path}/edit").status_code == 200
    assert bob_there.get(f"{path}/edit").status_code == 403
    assert admin_there.get(f"{path}/edit").status_code == 200


def test_p3_upload_as_octet_stream(alice_there: Browser) -> None:
    page = html.fromstring(alice_there.get(uploaded(alice_there, "beanshell")).content)
    assert page.xpath("string(//h1)") == "Statistics in BeanShell"
    assert page.xpath("//*/@data-input-name") == ["numbers"]
    assert len(page.xpath("//*/@data-output-name")) == 5


def test_p4_update_of_the_title(
    alice_there: Browser, bob_there: Browser, admin_there: Browser
) -> None:
    path = uploaded(alice_there, **PUBLIC)
    given = {"_method": "put", "workflow[title]": "Changed"}
    assert alice_there.send(path, data=given).status_code == 302
    assert bob_there.send(path, data=given).status_code == 403
    assert admin_there.send(path, data=given).status_code == 302


def test_p5_deletion(alice_there: Browser, bob_there: Browser, admin_there: Browser) -> None:
    first, second = (uploaded(alice_there, **PUBLIC) for _ in range(2))
    assert bob_there.send(first, data={"_method": "delete"}).status_code == 403
    for browser, path in ((alice_there, first), (admin_there, second)):
        answer = browser.send(path, data={"_method": "delete"})
        assert answer.headers["Location"] == f"{browser.server.url}/workflows"


def test_p6_who_may_view(alice_there: Browser, bob_there: Browser) -> None:
    public, private, shared = (
        uploaded(alice_there, **({"workflow[published]": "1"} if public else {}))
        for public in (True, False, False)
    )
    alice_there.send(f"{shared}/sharing", data={"user": "bob", "level": "read"})
    assert [bob_there.get(path).status_code for path in (public, private, shared)] == [
        200, 404, 200
    ]  # fmt: skip


def test_p7_list_of_another_user(alice_there: Browser, bob_there: Browser) -> None:
    for number in range(10):
        more = {"workflow[published]": "1"} if number % 2 else {}
        uploaded(alice_there, **{"workflow[title]": f"P7 {number}", **more})
    page = bob_there.get("/workflows?q=P7").text
    assert sorted(re.findall(r">P7 (\d)<", page)) == ["1", "3", "5", "7", "9"]


def test_p11_settings_for_administrators(admin_there: Browser, bob_there: Browser) -> None:
    assert admin_there.get("/admin/settings").status_code == 200
    assert bob_there.get("/admin/settings").status_code == 403
    page = html.fromstring(admin_there.get("/admin/settings").content)
    form = next(it for it in page.forms if it.action == "/admin/settings")
    given = dict(form.form_values())
    del given["authenticity_token"]
    assert bob_there.send("/admin/update_settings", data=given).status_code == 403
    assert admin_there.send("/admin/update_settings", data=given).status_code == 302
    assert "The settings are saved." in admin_there.get("/admin/settings").text


def test_h1_address_in_a_frame_arrives_unescaped(alice_there: Browser) -> None:
    page = html.fromstring(alice_there.get(uploaded(alice_there, **PUBLIC)).content)
    (frame,) = html.fragments_fromstring(page.xpath("string(//textarea[@id='frame'])"))
    assert "&embedded=true" in frame.get("src")
    assert "workflow_id=" in frame.get("src")
    assert alice_there.get(frame.get("src")).status_code == 200


def started(browser: Browser, **more: str) -> str:
    """The path of a new run of a new workflow."""
    number = uploaded(browser, **PUBLIC).rpartition("/")[2]
    answer = browser.send("/runs", data={"run[workflow_id]": number, **more})
    assert answer.status_code == 302, answer.text
    return answer.headers["Location"].removeprefix(browser.server.url)


def test_p8_runs_are_listed_and_made(alice_there: Browser) -> None:
    path = started(alice_there, **{"run[name]": "P8"})
    for place in ("/runs", "/runs/new?workflow_id=" + workflow_of(alice_there, path), path):
        assert alice_there.get(place).status_code == 200
    assert "P8" in alice_there.get("/runs?q=P8").text


def workflow_of(browser: Browser, run: str) -> str:
    """The number of its workflow."""
    found = html.fromstring(browser.get(run).content).xpath("//a/@href[contains(., '/workflows/')]")
    return str(found[0]).rpartition("/")[2]


def test_p9_run_is_renamed_and_deleted_by_its_owner(
    alice_there: Browser, bob_there: Browser, admin_there: Browser
) -> None:
    path, given = started(alice_there), {"_method": "put", "run[name]": "Renamed"}
    alice_there.send(f"{path}/share", data={"user": "bob", "level": "read"})
    assert bob_there.send(path, data=given).status_code == 403
    assert bob_there.send(path, data={"_method": "delete"}).status_code == 403
    for browser in (alice_there, admin_there):
        assert browser.send(path, data=given).status_code == 302
    assert "Renamed" in alice_there.get(path).text
    finish(alice_there, path)
    assert alice_there.send(path, data={"_method": "delete"}).status_code == 302
    assert alice_there.get(path).status_code == 404


def finish(browser: Browser, run: str) -> None:
    """Wait until it is over."""
    until(lambda: "badge finished" in browser.get(run).text, 60)


def test_p12_first_account_administers(tmp_path_factory: pytest.TempPathFactory) -> None:
    fresh = Server(tmp_path_factory.mktemp("fresh"), registration="yes")
    fresh.start()
    try:
        shown = []
        for name in ("first", "second"):
            browser = person(fresh, None)
            secret = password(name)
            given = {"name": name, "password": secret, "confirmation": secret}
            assert browser.send("/users/sign_up", data=given).status_code == 302
            shown.append("Administration" in browser.get("/").text)
        assert shown == [True, False]
    finally:
        fresh.stop()


def test_a16_login_leads_back_to_the_form(alice_there: Browser, server: Server) -> None:
    """A phone's window opens the form without a login, and comes back to it with one."""
    path = uploaded(alice_there)
    phone = person(server, None)
    opened = phone.get(f"{path}/runs/new")
    assert opened.status_code == 200
    (back,) = html.fromstring(opened.content).xpath("//input[@name='back']/@value")
    answer = phone.sign_in("alice", back=back)
    form = html.fromstring(phone.get(answer.headers["Location"]).content)
    (number,) = form.xpath("//input[@name='run[workflow_id]']/@value")
    assert path.endswith(f"/{number}")
    assert "Start Run" in form.text_content()


def test_a16_phone_signs_in(server: Server) -> None:
    """406 is its yes, 401 its no (Player dossier 3.2)."""
    address, headers = f"{server.url}/users/sign_in", {"Accept": "application/xml"}
    for secret, status in ((password("alice"), 406), ("wrong", 401)):
        login = ("alice", secret)
        answer = requests.post(address, auth=login, headers=headers, timeout=10)
        assert answer.status_code == status


def test_anchors_that_tests_of_portals_look_for(alice_there: Browser) -> None:
    """Player dossier 3.4."""
    path = uploaded(alice_there)
    page = html.fromstring(alice_there.get(path).content)
    assert page.xpath("//*[@id='header']")
    assert "successfully uploaded" in page.xpath("string(//*[@id='notice_flash'])")
    assert any("Run workflow" in text for text in page.xpath("//a/text()"))
    assert "Log out" in page.text_content()
