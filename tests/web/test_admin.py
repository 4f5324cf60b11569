"""The pages for administrators."""

from __future__ import annotations

import pytest
from flask import Flask
from lxml import html

from taverna_server.auth import hash_password
from taverna_server.serving.context import NAME
from taverna_server.store import Store
from tests.web.conftest import PASSWORD, Person

ADMIN_PAGES = ("/admin", "/admin/settings", "/admin/accounts", "/admin/accounts/new")
BASIC = ("root", PASSWORD)


@pytest.fixture
def store(app: Flask) -> Store:
    found: Store = app.extensions[NAME].manager.store
    return found


def settings(root: Person, **changes: str | None) -> dict[str, object]:
    """What the form of the settings has, changed; None unticks a box."""
    page = html.fromstring(root.get("/admin/settings").text)
    form = next(it for it in page.forms if it.action.endswith("/admin/settings"))
    given = dict(form.form_values()) | changes
    return {name: value for name, value in given.items() if value is not None}


@pytest.mark.parametrize("path", ADMIN_PAGES)
def test_page_is_for_administrators(path: str, root: Person, alice: Person, nobody: Person) -> None:
    assert root.get(path).status_code == 200
    assert alice.get(path).status_code == 403
    assert nobody.get(path).status_code == (401 if path == "/admin" else 302)


@pytest.mark.parametrize("path", ADMIN_PAGES)
def test_page_is_also_for_http_basic(path: str, nobody: Person) -> None:
    answer = nobody.client.get(path, auth=BASIC, headers={"Accept": "text/html"})
    assert answer.status_code == 200
    assert nobody.client.get(path, auth=("root", "wrong")).status_code == 401


def test_programs_have_what_they_had(root: Person) -> None:
    answer = root.client.get("/admin", headers={"Accept": "application/xml"})
    assert answer.mimetype == "application/xml"
    assert root.get("/admin", Accept="*/*").mimetype == "text/html"
    assert root.client.get("/admin/runLimit").text == "100"


def test_settings_are_saved(root: Person) -> None:
    changes = settings(root, runLimit="12", allowNew=None, permittedWorkflowURIs="http://a.org/b")
    assert root.send("/admin/settings", changes).status_code == 302
    page = root.get("/admin/settings").text
    assert "The settings are saved." in page
    assert 'value="12"' in page
    assert root.client.get("/admin/allowNew").text == "false"
    assert "http://a.org/b" in page


def test_nothing_is_saved_of_settings_with_a_mistake(root: Person) -> None:
    changes = settings(root, runLimit="12", defaultLifetime="soon")
    answer = root.send("/admin/settings", changes)
    assert answer.status_code == 422
    assert 'value="soon"' in answer.text
    assert 'id="defaultLifetime-problem"' in answer.text
    assert root.client.get("/admin/runLimit").text == "100"


def test_site_has_a_name_and_an_announcement(root: Person, nobody: Person) -> None:
    given = settings(root, site_name="Lab <7>", site_announcement="Closed on Monday")
    assert root.send("/admin/settings", given).status_code == 302
    page = html.fromstring(nobody.get("/").text)
    assert page.xpath("string(//*[@class='brand'])") == "Lab <7>"
    assert page.xpath("string(//title)").endswith("· Lab <7>")
    assert "Closed on Monday" in page.xpath("string(//*[@id='announcement'])")
    root.send("/admin/settings", settings(root, site_name="", site_announcement=""))
    assert "announcement" not in nobody.get("/").text


@pytest.mark.parametrize("name", ["site_name", "site_announcement"])
def test_overlong_words_of_the_site_are_refused(root: Person, name: str) -> None:
    answer = root.send("/admin/settings", settings(root, **{name: "x" * 600}))
    assert answer.status_code == 422
    assert f'id="{name}-problem"' in answer.text


def test_settings_are_not_for_others(root: Person, alice: Person) -> None:
    given = settings(root, runLimit="1")
    del given["authenticity_token"]
    for path in ("/admin/settings", "/admin/update_settings"):
        assert alice.send(path, given).status_code == 403
    assert root.client.get("/admin/runLimit").text == "100"


def test_account_is_made_changed_and_removed(root: Person, store: Store) -> None:
    given: dict[str, object] = {"name": "carol", "password": "secret", "enabled": "1"}
    assert root.send("/admin/accounts", {**given, "email": "c@example.org"}).status_code == 302
    assert "The account carol is made." in root.get("/admin/accounts").text
    assert root.send("/admin/accounts/carol", {"admin": "1", "full_name": "C"}).status_code == 302
    carol = store.get_user("carol")
    assert carol is not None
    assert (carol.disabled, carol.admin, carol.full_name) == (True, True, "C")
    assert carol.email == "c@example.org"
    assert "Remove the account carol?" in root.get("/admin/accounts/carol/remove").text
    assert root.send("/admin/accounts/carol/remove", {}).status_code == 302
    assert store.get_user("carol") is None


@pytest.mark.parametrize(
    ("field", "value"),
    [("name", "no name"), ("name", "alice"), ("password", ""), ("email", "alice@example.org")],
)
def test_refused_account_is_told_at_its_field(root: Person, field: str, value: str) -> None:
    given: dict[str, object] = {"name": "carol", "password": "secret", "full_name": "Kept"}
    answer = root.send("/admin/accounts", {**given, field: value})
    assert answer.status_code == 422
    assert f'id="{field}-problem"' in answer.text
    assert 'value="Kept"' in answer.text
    assert "secret" not in answer.text


def test_last_administrator_stays(root: Person, store: Store) -> None:
    answer = root.send("/admin/accounts/root", {"enabled": "1"})
    assert answer.status_code == 422
    assert "nobody but &#39;root&#39; administers" in answer.text
    assert root.send("/admin/accounts/root/remove", {}).status_code == 302
    assert "The account is not removed" in root.get("/admin/accounts/root").text
    assert store.get_user("root") is not None


def test_accounts_are_searched_and_paged(root: Person, store: Store) -> None:
    for number in range(55):
        store.add_user(f"user{number:02}", "no password")
    assert "58 accounts, page 1 of 2" in root.get("/admin/accounts").text
    page = root.get("/admin/accounts?q=EXAMPLE.org").text
    assert "1 account" in page
    assert "alice@example.org" in page
    assert "No account matches" in root.get("/admin/accounts?q=zzz").text


@pytest.mark.parametrize("token", ["", "wrong"])
def test_form_needs_our_token_with_any_login(nobody: Person, root: Person, token: str) -> None:
    data = {"name": "eve", "password": "secret", "authenticity_token": token}
    for client, login in ((nobody.client, BASIC), (root.client, None)):
        assert client.post("/admin/accounts", data=data, auth=login).status_code == 403


def test_form_works_with_http_basic(nobody: Person, store: Store) -> None:
    page = nobody.client.get("/admin/accounts/new", auth=BASIC, headers={"Accept": "text/html"})
    (token,) = set(html.fromstring(page.text).xpath("//input[@name='authenticity_token']/@value"))
    data = {"name": "carol", "password": "secret", "authenticity_token": str(token)}
    assert nobody.client.post("/admin/accounts", data=data, auth=BASIC).status_code == 302
    assert store.get_user("carol") is not None


def test_form_of_another_site_is_refused_even_with_it(root: Person, store: Store) -> None:
    data = {"name": "eve", "password": "secret", "authenticity_token": root.token()}
    for said in ({"Origin": "http://evil.test"}, {"Sec-Fetch-Site": "cross-site"}):
        assert root.client.post("/admin/accounts", data=data, headers=said).status_code == 403
        assert root.client.put("/admin/runLimit", data="1", headers=said).status_code == 403
    assert store.get_user("eve") is None


def test_cookie_alone_changes_nothing_for_programs(root: Person) -> None:
    text = {"Content-Type": "text/plain"}
    assert root.client.put("/admin/runLimit", data="1", headers=text).status_code == 403
    with_token = {**text, "X-CSRF-Token": root.token()}
    assert root.client.put("/admin/runLimit", data="99", headers=with_token).status_code == 200


def test_new_password_ends_the_sessions_of_the_account(root: Person, alice: Person) -> None:
    root.send("/admin/accounts/alice", {"enabled": "1", "password": "quite another"})
    assert "Log out" not in alice.get("/").text


def test_names_are_text_and_never_markup(root: Person, store: Store) -> None:
    store.set_full_name("alice", '"><script>alert(1)</script>')
    store.set_password("alice", hash_password("x"))
    for path in ("/admin/accounts", "/admin/accounts/alice"):
        assert "<script>alert" not in root.get(path).text
