"""Signing in and out with a browser."""

from __future__ import annotations

import re
import time
from collections.abc import Callable
from dataclasses import replace

import pytest
from flask import Flask

from taverna_server.app import create_app
from taverna_server.auth import hash_password
from taverna_server.config import Config
from taverna_server.serving.context import NAME
from tests.web.conftest import PASSWORD, Person


def cookie_of(person: Person) -> str:
    found = person.client.get_cookie("taverna_session")
    return found.value if found else ""


def test_name_or_address_signs_in(nobody: Person) -> None:
    for login in ("alice", " alice ", "alice@example.org", "Alice@Example.org"):
        answer = nobody.post("/users/sign_in", login=login, password=PASSWORD, back="/workflows")
        assert (answer.status_code, answer.headers["Location"]) == (
            302,
            "http://localhost/workflows",
        )
        page = nobody.get("/workflows").text
        assert 'id="notice_flash"' in page
        assert "Log out" in page
        assert 'id="notice_flash"' not in nobody.get("/workflows").text
        nobody.client.delete_cookie("taverna_session")


@pytest.mark.parametrize(
    ("login", "password"),
    [("alice", "wrong"), ("nobody", PASSWORD), ("", ""), ("a@b.org", PASSWORD), ("\0", "x")],
)
def test_wrong_login_is_told_and_the_name_kept(nobody: Person, login: str, password: str) -> None:
    answer = nobody.post("/users/sign_in", login=login, password=password, back="/runs")
    assert answer.status_code == 401
    assert "Invalid name, e-mail address or password." in answer.text
    assert f'value="{login}"' in answer.text or login == "\0"
    assert 'name="back" value="/runs"' in answer.text
    assert password not in answer.text or not password or password == "x"
    assert not cookie_of(nobody)


def test_disabled_account_is_a_wrong_password(app: Flask, alice: Person) -> None:
    app.extensions[NAME].manager.store.set_disabled("alice", True)
    assert "Log in" in alice.get("/").text
    assert alice.sign_in().status_code == 401


def test_cookie_is_for_us_alone(app: Flask, nobody: Person) -> None:
    answer = nobody.post("/users/sign_in", login="alice", password=PASSWORD)
    (cookie,) = (it for it in answer.headers.getlist("Set-Cookie") if "session" in it)
    assert {"HttpOnly", "SameSite=Lax", "Path=/"} <= set(cookie.split("; "))
    assert "Secure" not in cookie
    assert "Max-Age" not in cookie
    answer = Person(app.test_client()).client.post(
        "/users/sign_in",
        data={"login": "alice", "password": PASSWORD, "remember": "1"},
        headers={"X-Forwarded-Proto": "https"},
    )
    (cookie,) = (it for it in answer.headers.getlist("Set-Cookie") if "session" in it)
    assert "Secure" in cookie
    assert "Max-Age=" in cookie


def test_signing_in_again_is_another_session(nobody: Person) -> None:
    nobody.name = "alice"
    nobody.sign_in()
    first = cookie_of(nobody)
    nobody.sign_in()
    assert cookie_of(nobody) not in ("", first)
    nobody.client.set_cookie("taverna_session", first)
    assert "Log out" not in nobody.get("/").text


def test_signed_out_session_is_over(alice: Person) -> None:
    old = cookie_of(alice)
    assert alice.post("/users/sign_out").status_code == 302
    assert cookie_of(alice) == ""
    alice.client.set_cookie("taverna_session", old)
    assert "Log out" not in alice.get("/").text


def test_session_that_somebody_made_up_is_none(nobody: Person) -> None:
    for value in ("", "x" * 3000, "\N{SNOWMAN}"):
        nobody.client.set_cookie("taverna_session", value)
        assert nobody.get("/").status_code == 200


def test_changed_password_ends_sessions(app: Flask, alice: Person) -> None:
    app.extensions[NAME].manager.store.set_password("alice", hash_password("another one"))
    assert "Log out" not in alice.get("/").text


@pytest.mark.parametrize(
    "back",
    [
        "https://evil.example/",
        "//evil.example",
        "/\\evil.example",
        "\\/evil",
        "javascript:alert(1)",
        "/ok\r\nX: y",
        "evil",
        "/\t/evil.example",
        "",
    ],
)
def test_back_leads_nowhere_else(nobody: Person, back: str) -> None:
    answer = nobody.post("/users/sign_in", login="alice", password=PASSWORD, back=back)
    assert answer.headers["Location"] == "http://localhost/"


def test_page_that_needs_an_account_leads_through_signing_in(nobody: Person) -> None:
    answer = nobody.get("/workflows/new?x=1")
    assert answer.status_code == 302
    there = answer.headers["Location"]
    assert there == "http://localhost/users/sign_in?back=%2Fworkflows%2Fnew%3Fx%3D1"
    assert 'name="back" value="/workflows/new?x=1"' in nobody.get(there).text
    assert nobody.get("/workflows/new", Accept="*/*").status_code == 401


def test_who_is_signed_in_is_not_asked_again(alice: Person) -> None:
    answer = alice.get("/users/sign_in?back=/workflows")
    assert answer.headers["Location"] == "http://localhost/workflows"


def test_too_many_failures_have_to_wait(config: Config) -> None:
    app = create_app(replace(config, sign_in_attempts=3))
    person = Person(app.test_client(), "alice")
    statuses = [person.sign_in("wrong").status_code for _ in range(5)]
    assert statuses == [401, 401, 401, 429, 429]
    answer = person.sign_in()
    assert 1 <= int(answer.headers["Retry-After"]) <= 300
    assert "Too many failed attempts" in answer.text
    person.name = "bob"
    assert person.sign_in().status_code == 302


def test_failures_count_in_all_web_processes_and_for_an_address(config: Config) -> None:
    apps = [create_app(replace(config, sign_in_attempts=1)) for _ in range(2)]
    people = [Person(apps[i % 2].test_client(), f"nobody{i}") for i in range(6)]
    statuses = [person.sign_in("wrong").status_code for person in people]
    assert statuses == [401] * 5 + [429]


def test_waiting_ends(config: Config) -> None:
    app = create_app(replace(config, sign_in_attempts=1, sign_in_pause=1))
    person = Person(app.test_client(), "alice")
    person.sign_in("wrong")
    assert person.sign_in().status_code == 429

    time.sleep(1.1)
    assert person.sign_in().status_code == 302


def test_stranger_does_not_lock_the_owner_out(config: Config) -> None:
    app = create_app(replace(config, sign_in_attempts=2))
    stranger, owner = (Person(app.test_client(), "alice") for _ in range(2))
    stranger.client.environ_base["REMOTE_ADDR"] = "203.0.113.9"
    statuses = [stranger.sign_in("wrong").status_code for _ in range(10)]
    assert statuses[2:] == [429] * 8
    assert owner.sign_in().status_code == 302


def test_proxy_says_for_whom_it_asks_and_strangers_do_not(config: Config) -> None:
    app = create_app(replace(config, sign_in_attempts=1))
    person = Person(app.test_client(), "alice")
    person.client.environ_base["HTTP_X_FORWARDED_FOR"] = "made-up, 203.0.113.9"
    person.sign_in("wrong")
    person.client.environ_base["HTTP_X_FORWARDED_FOR"] = "another, 203.0.113.9"
    assert person.sign_in().status_code == 429


@pytest.mark.parametrize("token", ["", "wrong", "\N{SNOWMAN}"])
def test_form_of_another_page_changes_nothing(alice: Person, token: str) -> None:
    answer = alice.post("/users/sign_out", token=token)
    assert answer.status_code == 403
    assert "load the page again" in answer.text
    assert "Log out" in alice.get("/").text


def test_token_of_another_session_is_worth_nothing(
    someone: Callable[[str], Person], alice: Person
) -> None:
    for other in (someone("bob"), someone("alice")):
        assert alice.post("/users/sign_out", token=other.token()).status_code == 403


@pytest.mark.parametrize(
    "said",
    [{"Origin": "https://evil.example"}, {"Origin": "null"}, {"Sec-Fetch-Site": "cross-site"}],
)
def test_form_from_another_site_changes_nothing(alice: Person, said: dict[str, str]) -> None:
    data = {"authenticity_token": alice.token()}
    answer = alice.client.post("/users/sign_out", data=data, headers=said)
    assert answer.status_code == 403
    json = alice.client.post("/users/sign_out", json={}, headers=said)
    assert json.status_code == 403
    signing_in = {"login": "bob", "password": PASSWORD}
    stranger = Person(alice.client.application.test_client())
    assert stranger.client.post("/users/sign_in", data=signing_in, headers=said).status_code == 403
    assert "Log out" in alice.get("/").text


def test_token_may_come_in_a_header(alice: Person) -> None:
    answer = alice.client.post("/users/sign_out", headers={"X-CSRF-Token": alice.token()})
    assert answer.status_code == 302


FROM_US = {"Accept": "text/html", "Sec-Fetch-Site": "same-origin"}


def test_what_was_typed_is_kept_when_the_session_ended(alice: Person) -> None:
    alice.client.delete_cookie("taverna_session")
    typed = {"full_name": "Typed <b>", "new_password": "not to be shown"}
    answer = alice.client.post("/users/edit", data=typed, headers=FROM_US)
    assert answer.status_code == 401
    assert "Typed &lt;b&gt;</textarea>" in answer.text
    assert "not to be shown" not in answer.text
    alice.sign_in()
    stale = {**typed, "authenticity_token": "old"}
    again = alice.client.post("/users/edit", data=stale, headers=FROM_US)
    assert again.status_code == 403
    assert "Typed &lt;b&gt;</textarea>" in again.text
    (token,) = set(re.findall(r'name="authenticity_token" value="([^"]+)"', again.text))
    fresh = {**typed, "authenticity_token": token, "email": ""}
    assert alice.client.post("/users/edit", data=fresh, headers=FROM_US).status_code == 302


def test_what_another_site_sends_is_not_offered_again(alice: Person) -> None:
    for said in ({}, {"Sec-Fetch-Site": "cross-site"}, {"Origin": "https://evil.example"}):
        headers = {"Accept": "text/html", **said}
        answer = alice.client.post("/users/edit", data={"full_name": "Evil"}, headers=headers)
        assert answer.status_code == 403
        assert "Evil" not in answer.text
