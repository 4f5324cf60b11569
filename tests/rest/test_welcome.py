"""Pages for people work under a policy that forbids everything but our style sheet."""

from __future__ import annotations

import re

import pytest
from flask import Flask
from werkzeug.test import Client

from taverna_server.rest.resources import methods
from taverna_server.rest.welcome import POLICY

PAGES = ("/about", "/api", "/taverna-server/about", "/taverna-server/api")


@pytest.mark.parametrize("page", PAGES)
def test_page_is_html_for_everybody(client: Client, page: str) -> None:
    answer = client.get(page, headers={"Accept": "text/html,*/*;q=0.8"})
    assert (answer.status_code, answer.mimetype) == (200, "text/html")
    assert answer.headers["Content-Security-Policy"] == POLICY


@pytest.mark.parametrize("page", PAGES)
def test_page_needs_nothing_that_the_policy_forbids(client: Client, page: str) -> None:
    html = client.get(page).text
    assert not re.search(r"<script|<style|\bstyle=|\bon[a-z]+=|<img|<iframe", html)
    (sheet,) = re.findall(r'<link rel="stylesheet" href="([^"]*)"', html)
    assert sheet.startswith("http://localhost/")
    assert client.get(sheet).mimetype == "text/css"


@pytest.mark.parametrize("page", ["/about", "/api"])
def test_links_of_a_page_lead_somewhere(client: Client, page: str) -> None:
    for place in set(re.findall(r'href="([^"]*)"', client.get(page).text)):
        assert client.get(place).status_code in (200, 503), place  # nobody reconciles here


def test_every_method_is_on_the_page(app: Flask, client: Client) -> None:
    html = client.get("/api").text
    assert html.count("<details>") == len(methods(app))
    for method in methods(app):
        assert f"<h2>{method.path or '/'}</h2>" in html
