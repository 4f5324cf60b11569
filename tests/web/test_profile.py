"""One's own account."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace

import pytest
from flask import Flask

from taverna_server.app import create_app
from taverna_server.config import Config
from taverna_server.serving.context import NAME
from tests.web.conftest import PASSWORD, Person

NEW = "another password"


def test_profile_needs_an_account(nobody: Person) -> None:
    for path in ("/users/edit",):
        assert nobody.get(path).status_code == 302
    for path in ("/users/edit", "/users/password", "/users/tokens", "/users/sessions/end"):
        assert nobody.client.post(path, headers={"Accept": "*/*"}).status_code == 401


def test_name_and_address_are_saved(alice: Person) -> None:
    alice.post("/users/edit", full_name=" Alice Liddell ", email="A.Liddell@Example.ORG")
    page = alice.get("/users/edit").text
    assert "Your profile is saved." in page
    assert 'value="Alice Liddell"' in page
    assert 'value="a.liddell@example.org"' in page


@pytest.mark.parametrize("email", ["no address", "a@b@c", "a" * 300 + "@b.org", "a b@c.org"])
def test_refused_address_is_kept_and_told_at_its_field(alice: Person, email: str) -> None:
    answer = alice.post("/users/edit", full_name="Kept", email=email)
    assert answer.status_code == 422
    assert f'value="{email}"' in answer.text
    assert 'id="email-problem"' in answer.text
    assert 'value="Kept"' in answer.text


def test_address_of_another_account_is_refused(alice: Person, bob: Person) -> None:
    answer = bob.post("/users/edit", email="alice@example.org")
    assert answer.status_code == 422
    assert "Another account has this e-mail address." in answer.text.replace("another", "Another")


def test_new_password_ends_other_sessions_and_this_one_goes_on(
    alice: Person, someone: Callable[[str], Person]
) -> None:
    other = someone("alice")
    given = {"current_password": PASSWORD, "new_password": NEW, "confirmation": NEW}
    assert alice.post("/users/password", **given).status_code == 302
    assert "Your password is changed" in alice.get("/users/edit").text
    assert "Log out" not in other.get("/").text
    assert other.sign_in().status_code == 401
    assert other.sign_in(NEW).status_code == 302


@pytest.mark.parametrize(
    ("current", "new", "again", "field"),
    [
        ("wrong", NEW, NEW, "current_password"),
        (PASSWORD, NEW, "else", "confirmation"),
        (PASSWORD, "short", "short", "new_password"),
    ],
)
def test_refused_password_is_told_at_its_field(
    alice: Person, current: str, new: str, again: str, field: str
) -> None:
    given = {"current_password": current, "new_password": new, "confirmation": again}
    answer = alice.post("/users/password", **given)
    assert answer.status_code == 422
    assert f'id="{field}-problem"' in answer.text
    assert alice.sign_in().status_code == 302


def test_token_is_shown_once_and_works_until_it_is_revoked(app: Flask, alice: Person) -> None:
    answer = alice.post("/users/tokens", token_name="my script")
    assert answer.status_code == 201
    assert answer.headers["Cache-Control"] == "no-store"
    (token,) = re.findall(r"tvs_[\w-]+", answer.text)
    page = alice.get("/users/edit").text
    assert "my script" in page
    assert token not in page
    with_token = {"Authorization": f"Bearer {token}"}
    assert app.test_client().get("/rest/runs", headers=with_token).status_code == 200
    alice.post("/users/tokens/revoke", name="my script")
    assert app.test_client().get("/rest/runs", headers=with_token).status_code == 401
    assert alice.post("/users/tokens/revoke", name="my script").status_code == 404


@pytest.mark.parametrize("name", ["", "  ", "x" * 300, "two\nlines"])
def test_token_needs_a_name(alice: Person, name: str) -> None:
    answer = alice.post("/users/tokens", token_name=name)
    assert answer.status_code == 422
    assert 'id="token_name-problem"' in answer.text


def test_second_token_of_a_name_is_refused(alice: Person) -> None:
    alice.post("/users/tokens", token_name="one")
    assert alice.post("/users/tokens", token_name="one").status_code == 422


def test_everywhere_is_here_too(alice: Person, someone: Callable[[str], Person]) -> None:
    other = someone("alice")
    assert alice.post("/users/sessions/end").status_code == 302
    for person in (alice, other):
        assert "Log out" not in person.get("/").text


@pytest.fixture
def open_server(config: Config) -> Flask:
    return create_app(replace(config, registration=True))


def register(app: Flask, **more: str) -> tuple[Person, int, str]:
    person = Person(app.test_client(), more.get("name", ""))
    given = {"name": "carol", "password": NEW, "confirmation": NEW, "email": "", **more}
    answer = person.post("/users/sign_up", **given)
    return person, answer.status_code, answer.text


def test_nobody_registers_unless_it_is_permitted(nobody: Person) -> None:
    assert nobody.get("/users/sign_up").status_code == 403
    assert nobody.post("/users/sign_up", name="carol", password=NEW).status_code == 403
    assert "Sign up" not in nobody.get("/users/sign_in").text


def test_newcomer_is_signed_in_and_administers_nothing(open_server: Flask) -> None:
    person, status, _ = register(open_server, full_name="Carol", email="carol@example.org")
    assert status == 302
    page = person.get("/").text
    assert "Welcome, Carol." in page
    assert "Administration" not in page
    assert person.get("/admin", Accept="text/html").status_code == 403


def test_first_account_administers(tmp_path_factory: pytest.TempPathFactory) -> None:
    config = Config(data=tmp_path_factory.mktemp("fresh"), registration=True)
    app = create_app(config)
    app.extensions[NAME].manager.store.migrate()
    first, _, _ = register(app)
    assert "You administer this server." in first.get("/").text
    second, _, _ = register(app, name="dora")
    assert "Administration" not in second.get("/").text


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("name", "no spaces"),
        ("name", "alice"),
        ("name", ""),
        ("email", "alice@example.org"),
        ("email", "nowhere"),
        ("password", "short"),
        ("confirmation", "else"),
        ("full_name", "x" * 300),
    ],
)
def test_refused_registration_keeps_what_was_typed(
    open_server: Flask, field: str, value: str
) -> None:
    given = {"full_name": "Carol <3", field: value}
    if field == "password":
        given["confirmation"] = value
    _, status, page = register(open_server, **given)
    assert status == 422
    assert f'id="{field}-problem"' in page
    assert "Carol &lt;3" in page or field == "full_name"
    assert NEW not in page


def test_registrations_are_limited(config: Config) -> None:
    app = create_app(replace(config, registration=True, sign_in_attempts=2))
    assert [register(app, name=f"c{i}")[1] for i in range(3)] == [302, 302, 429]
