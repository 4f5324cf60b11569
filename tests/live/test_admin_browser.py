"""The administration in a real browser, with the login of HTTP Basic and without scripts."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest

from tests.live.server import Server, password, running


@pytest.fixture(scope="module")
def administered(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    with running(tmp_path_factory.mktemp("admin")) as server:
        yield server
        assert "Traceback" not in server.log()


@pytest.fixture
def tab(browser: Any, administered: Server) -> Iterator[Any]:
    """A window of the administrator's, with the page and without scripts."""
    login = {"username": "admin", "password": password("admin")}
    with browser.new_context(http_credentials=login, java_script_enabled=False) as context:
        tab = context.new_page()
        tab.goto(f"{administered.url}/admin")
        yield tab


def setting(server: Server, name: str) -> str:
    return server.session("admin").get(f"{server.url}/admin/{name}").text


def test_settings_are_changed_by_people(tab: Any, administered: Server) -> None:
    tab.goto(f"{administered.url}/admin/settings")
    tab.get_by_label("Runs in any state.").fill("12")
    tab.get_by_label("Log what clients are refused.").check()
    tab.get_by_role("button", name="Save the settings").click()
    assert tab.locator("#notice_flash").inner_text() == "The settings are saved."
    assert [setting(administered, name) for name in ("runLimit", "logFaults")] == ["12", "true"]


def test_accounts_are_changed_by_people(tab: Any, administered: Server) -> None:
    tab.goto(f"{administered.url}/admin/accounts")
    tab.get_by_role("link", name="New account").click()
    form = tab.get_by_role("form", name="New account")
    form.get_by_label("Name", exact=False).first.fill("carol")
    form.get_by_label("Password").fill(password("carol"))
    form.get_by_role("button", name="Make the account").click()
    assert tab.locator("#notice_flash").inner_text() == "The account carol is made."
    carol = administered.session("carol")
    assert carol.get(f"{administered.rest}/runs").status_code == 200
    tab.get_by_role("link", name="carol").click()
    tab.get_by_role("link", name="Remove carol").click()
    tab.get_by_role("button", name="Remove carol").click()
    assert tab.locator("#notice_flash").inner_text() == "The account carol is removed."
    assert carol.get(f"{administered.rest}/runs").status_code == 401


def test_mistake_is_told(tab: Any, administered: Server) -> None:
    tab.goto(f"{administered.url}/admin/accounts/admin")
    tab.get_by_role("form", name="Account admin").get_by_label("Administers").uncheck()
    tab.get_by_role("button", name="Save").click()
    assert "nobody but 'admin' administers" in tab.get_by_role("alert").inner_text()


def test_page_is_styled_and_the_browser_finds_nothing_to_refuse(
    browser: Any, administered: Server
) -> None:
    said: list[str] = []
    login = {"username": "admin", "password": password("admin")}
    with browser.new_context(http_credentials=login) as context:
        tab = context.new_page()
        tab.on("console", lambda message: said.append(message.text))
        tab.goto(f"{administered.url}/admin")
        assert tab.evaluate("getComputedStyle(document.querySelector('dl')).display") == "grid"
    assert [words for words in said if "Content Security Policy" in words] == []


def test_page_of_another_site_changes_nothing(browser: Any, administered: Server) -> None:
    """It knows the address, and the browser would send the login."""
    target = f"{administered.url}/admin"
    evil = f"""<!doctype html><title>working</title>
<form id="f" method="post" action="{target}/accounts" target="a">
<input name="name" value="eve"><input name="password" value="x"><input name="admin"></form>
<iframe name="a"></iframe><script>
document.getElementById("f").submit();
const xml = '<userDesc xmlns="http://ns.taverna.org.uk/2010/xml/server/admin/">' +
  '<username>eve</username><enabled>true</enabled></userDesc>';
const how = {{credentials: "include", mode: "no-cors"}};
Promise.allSettled([
  fetch("{target}/users", {{...how, method: "POST", body: new Blob([xml])}}),
  fetch("{target}/allowNew", {{credentials: "include", method: "PUT", body: "false"}}),
]).then(() => setTimeout(() => {{ document.title = "done"; }}, 500));
</script>"""
    with elsewhere(evil) as address, logged_in(browser, administered) as tab:
        tab.goto(target)
        tab.goto(address)
        tab.wait_for_function("document.title === 'done'")
    assert "eve" not in setting(administered, "users")
    assert setting(administered, "allowNew") == "true"


class elsewhere:
    """Another web site, of one page."""

    def __init__(self, page: str) -> None:
        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                self.send_response(200)
                self.send_header("Content-Type", "text/html")
                self.end_headers()
                self.wfile.write(page.encode())

            def log_message(self, *_: object) -> None:
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.thread = threading.Thread(target=self.server.serve_forever)

    def __enter__(self) -> str:
        self.thread.start()
        return f"http://localhost:{self.server.server_port}"

    def __exit__(self, *_: object) -> None:
        self.server.shutdown()
        self.thread.join()
        self.server.server_close()


class logged_in:
    """A window of the administrator's, with scripts."""

    def __init__(self, browser: Any, server: Server) -> None:
        login = {"username": "admin", "password": password("admin"), "origin": server.url}
        self.context = browser.new_context(http_credentials=login)

    def __enter__(self) -> Any:
        return self.context.new_page()

    def __exit__(self, *_: object) -> None:
        self.context.close()
