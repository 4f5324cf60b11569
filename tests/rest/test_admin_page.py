"""The administration's page for people: its forms, and what it refuses."""

from __future__ import annotations

import pytest
from flask import Flask
from lxml import html
from werkzeug.test import Client, TestResponse

from taverna_server.config import Config
from taverna_server.data.vault import Vault
from taverna_server.store import Store
from tests.rest.test_admin import client_of, root, store

__all__ = ["root", "store"]

BROWSER = {"Accept": "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"}


@pytest.fixture
def page(root: Client) -> html.HtmlElement:
    return html.fromstring(root.get("/admin", headers=BROWSER).text)


def submit(client: Client, page: html.HtmlElement, act: str, **changes: str | None) -> TestResponse:
    """As a browser would, with the fields changed; None unticks a box."""
    form = next(form for form in page.forms if act_of(form, act, changes.get("name")))
    fields = dict(form.form_values()) | {"act": act} | changes
    given = {name: value for name, value in fields.items() if value is not None}
    return client.post("/admin/page", data=given, headers={"Origin": "http://localhost"})


def act_of(form: html.HtmlElement, act: str, name: str | None) -> bool:
    has = form.xpath(f".//*[@name='act'][@value='{act}']")
    return bool(has) and (act == "add" or name is None or form.fields.get("name") == name)


def test_page_is_html_for_browsers_and_for_whoever_does_not_say(root: Client) -> None:
    for headers in (BROWSER, {}):
        answer = root.get("/admin", headers=headers)
        assert answer.content_type == "text/html; charset=utf-8"
    policy = answer.headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "script" not in policy
    assert "frame-ancestors 'none'" in policy


def test_page_has_no_script_and_a_label_for_every_field(page: html.HtmlElement) -> None:
    assert page.xpath("//script | //@onclick | //@style | //style") == []
    for field in page.xpath("//input[not(@type='hidden')] | //textarea"):
        named = field.xpath("ancestor::label") or page.xpath(f"//label[@for='{field.get('id')}']")
        assert named, html.tostring(field)
    assert page.get("lang") == "en"
    assert len(page.xpath("//h1")) == len(page.xpath("//main")) == 1


def test_style_sheet_is_served_and_nothing_else(root: Client) -> None:
    answer = root.get("/admin/static/admin.css")
    assert (answer.status_code, answer.mimetype) == (200, "text/css")
    for name in ("none.css", "..%2Ftemplates%2Fadmin.html", "../admin.py"):
        answer = root.get(f"/admin/static/{name}")
        assert (answer.status_code, answer.text) == (404, "no such resource")


def test_settings_are_saved_without_scripts(root: Client, page: html.HtmlElement) -> None:
    answer = submit(
        root, page, "settings", runLimit="12", allowNew=None, logFaults="true",
        permittedWorkflowURIs="http://example.org/a\r\nhttp://example.org/b",
    )  # fmt: skip
    assert (answer.status_code, answer.headers["Location"]) == (
        303, "http://localhost/admin?done=settings"
    )  # fmt: skip
    assert [root.get(f"/admin/{name}").text for name in ("runLimit", "allowNew", "logFaults")] == [
        "12", "false", "true"
    ]  # fmt: skip
    assert root.get("/admin/permittedWorkflowURIs").text.count("example.org") == 2
    assert "The settings are saved." in root.get("/admin?done=settings").text


def test_nothing_is_saved_of_settings_with_a_mistake(root: Client, page: html.HtmlElement) -> None:
    answer = submit(root, page, "settings", runLimit="12", defaultLifetime="soon")
    assert answer.status_code == 400
    alert = html.fromstring(answer.text).xpath("//*[@role='alert']")
    assert "'soon' is not a whole number" in alert[0].text
    assert root.get("/admin/runLimit").text == "100"


def test_accounts_are_managed_without_scripts(
    root: Client, page: html.HtmlElement, store: Store
) -> None:
    added = submit(root, page, "add", name="carol", password="secret", admin="on")
    assert added.status_code == 303
    assert store.get_user("carol") is not None
    page = html.fromstring(root.get("/admin").text)
    assert submit(root, page, "account", name="carol", enabled=None).status_code == 303
    carol = store.get_user("carol")
    assert carol is not None
    assert (carol.disabled, carol.admin) == (True, True)
    assert submit(root, page, "remove", name="carol").status_code == 303
    assert store.get_user("carol") is None


def test_names_are_text_and_never_markup(root: Client, store: Store) -> None:
    store.set_local_user("alice", '"><script>alert(1)</script>')
    text = root.get("/admin").text
    assert "<script>" not in text


def test_form_without_our_token_is_refused(root: Client, app: Flask, config: Config) -> None:
    bobs = Vault.open(config.data).form_token("bob")
    for token in ({}, {"token": ""}, {"token": "x"}, {"token": bobs}, {"token": "\xff"}):
        answer = root.post("/admin/page", data={"act": "add", "name": "eve", **token})
        assert (answer.status_code, answer.text[:9]) == (403, "this form")


def test_form_of_another_site_is_refused_even_with_it(
    root: Client, page: html.HtmlElement, config: Config
) -> None:
    fields = {"token": Vault.open(config.data).form_token("root"), "act": "settings"}
    for headers in ({"Origin": "http://evil.test"}, {"Sec-Fetch-Site": "cross-site"}):
        assert root.post("/admin/page", data=fields, headers=headers).status_code == 403
    assert root.post("/admin/page", data=fields | {"act": "?"}).status_code == 400
    assert root.post("/admin/page", json=fields).status_code == 415


def test_others_do_not_see_it(app: Flask, client: Client) -> None:
    assert client.get("/admin", headers=BROWSER).status_code == 401
    assert client_of(app, "alice").post("/admin/page", data={}).status_code == 403
