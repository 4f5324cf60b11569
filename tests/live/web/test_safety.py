"""What every page has to keep people safe, over HTTP."""

from __future__ import annotations

import re

import pytest
from lxml import html

from tests.live.server import Server
from tests.live.web.conftest import Browser

PUBLIC = ("/", "/workflows", "/users/sign_in", "/nothing/../workflows/999999")
OWN = (
    "/workflows/new",
    "/runs",
    "/users/edit",
    "/service_credentials",
    "/service_credentials/new",
)
INLINE = (
    "//script[not(@src)] | //style | //@style | //@*[starts-with(name(), 'on')]"
    " | //a[starts-with(@href, 'javascript:')]"
)
POLICY = {
    "default-src 'none'",
    "script-src 'self'",
    "style-src 'self'",
    "form-action 'self'",
    "base-uri 'none'",
    "frame-ancestors 'none'",
}


@pytest.mark.parametrize("path", [*PUBLIC, *OWN])
def test_page_has_the_policy_and_nothing_that_it_forbids(alice_browses: Browser, path: str) -> None:
    answer = alice_browses.get(path)
    assert answer.headers["Content-Type"] == "text/html; charset=utf-8"
    assert set(answer.headers["Content-Security-Policy"].split("; ")) >= POLICY
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["Referrer-Policy"] == "same-origin"
    page = html.fromstring(answer.content)
    assert page.xpath(INLINE) == []
    for address in page.xpath("//script/@src | //link/@href | //img/@src | //form/@action"):
        assert address.startswith("/"), address
        assert not address.startswith("//"), address


@pytest.mark.parametrize("path", [*PUBLIC, *OWN])
def test_forms_that_change_something_carry_the_token(alice_browses: Browser, path: str) -> None:
    page = html.fromstring(alice_browses.get(path).content)
    for form in page.xpath("//form[translate(@method, 'POST', 'post') = 'post']"):
        assert form.xpath(".//input[@name='authenticity_token']/@value"), form.get("action")


def test_what_pages_load_may_be_kept_for_ever(somebody: Browser) -> None:
    page = html.fromstring(somebody.get("/").content)
    found = page.xpath("//script/@src | //link[@rel='stylesheet' or @rel='icon']/@href")
    assert len(found) >= 3
    for address in found:
        answer = somebody.get(address)
        assert answer.status_code == 200
        assert answer.headers["Cache-Control"] == "public, max-age=31536000, immutable"
    changed = re.sub(r"\.[0-9a-f]{10}\.", ".0123456789.", found[0])
    assert somebody.get(changed).headers["Cache-Control"] == "no-cache"
    assert somebody.get("/static/..%2Fpage.py").status_code == 404


def test_cookie_is_for_the_server_alone(somebody: Browser) -> None:
    answer = somebody.sign_in("alice", remember="1")
    said = answer.headers["Set-Cookie"]
    cookie = said[said.index("taverna_session") :]
    for part in ("HttpOnly", "SameSite=Lax", "Path=/", "Max-Age="):
        assert part in cookie
    answer = somebody.sign_in("alice")
    assert re.search(r"taverna_session=\S+; HttpOnly", answer.headers["Set-Cookie"])


@pytest.mark.parametrize(
    ("data", "headers"),
    [
        ({"authenticity_token": ""}, {}),
        ({"authenticity_token": "f" * 64}, {}),
        ({}, {"Origin": "https://elsewhere.example"}),
        ({}, {"Sec-Fetch-Site": "cross-site"}),
    ],
)
def test_form_that_is_not_ours_changes_nothing(
    alice_browses: Browser, data: dict[str, str], headers: dict[str, str]
) -> None:
    given = {"full_name": "Mallory", **data}
    answer = alice_browses.send("/users/edit", data=given, headers=headers)
    assert answer.status_code == 403
    assert "Mallory" not in alice_browses.get("/users/edit").text


def test_session_is_worth_nothing_after_signing_out(alice_browses: Browser, server: Server) -> None:
    kept = alice_browses.session.cookies["taverna_session"]
    assert alice_browses.send("/users/sign_out").status_code == 302
    thief = Browser(server)
    thief.session.cookies.set("taverna_session", kept)
    assert thief.get("/users/edit", follow=False).status_code == 302


def test_session_is_no_login_for_other_faces(alice_browses: Browser, server: Server) -> None:
    answer = alice_browses.session.get(f"{server.rest}/runs")
    assert answer.status_code == 401


def test_wrong_passwords_have_to_wait(somebody: Browser) -> None:
    wrong = {"login": "nobodyatall", "password": "wrong"}
    statuses = [somebody.send("/users/sign_in", data=wrong).status_code for _ in range(12)]
    assert statuses[0] == 401
    assert statuses[-1] == 429
    answer = somebody.send("/users/sign_in", data=wrong)
    assert int(answer.headers["Retry-After"]) > 0
    assert somebody.sign_in("bob").status_code == 302


def test_login_leads_back_to_the_page_and_nowhere_else(somebody: Browser) -> None:
    page = somebody.get("/workflows/new?from=app", follow=False)
    form = somebody.get(page.headers["Location"])
    (back,) = html.fromstring(form.content).xpath("//input[@name='back']/@value")
    assert back == "/workflows/new?from=app"
    answer = somebody.sign_in("alice", back=back)
    assert answer.headers["Location"].endswith("/workflows/new?from=app")
    for evil in ("https://evil.example", "//evil.example", "/\\evil.example"):
        answer = somebody.send("/users/sign_out")
        answer = somebody.sign_in("alice", back=evil)
        assert answer.headers["Location"] == somebody.server.url + "/"
