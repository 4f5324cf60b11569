"""Addresses are absolute, agree with how the client came in, and survive odd names."""

from __future__ import annotations

import shutil
from dataclasses import replace
from pathlib import Path

import pytest
from flask import Flask
from werkzeug.test import Client

from taverna_server.app import create_app
from taverna_server.config import Config, load_config
from taverna_server.serving.links import below_runs, entry_url, rest_url, segment


def runs_link(client: Client, path: str = "/rest", **headers: str) -> str:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    answer = client.get(path, headers={"Accept": "application/json", **named})
    return str(answer.json["serverDescription"]["runs"]["@href"])  # type: ignore[index]


@pytest.mark.parametrize(
    ("headers", "link"),
    [
        ({}, "http://localhost/rest/runs"),
        ({"Host": "a.org:8443"}, "http://a.org:8443/rest/runs"),
        ({"Host": "[::1]:80"}, "http://[::1]:80/rest/runs"),
        ({"X_Forwarded_Proto": "https"}, "https://localhost/rest/runs"),
        ({"X_Forwarded_Host": "b.org, proxy"}, "http://b.org/rest/runs"),
        ({"X_Forwarded_Host": "b.org", "X_Forwarded_Port": "8443"}, "http://b.org:8443/rest/runs"),
        ({"X_Forwarded_Host": "b.org", "X_Forwarded_Port": "80"}, "http://b.org/rest/runs"),
        ({"X_Forwarded_Prefix": "/t/"}, "http://localhost/t/rest/runs"),
        ({"X_Forwarded_Host": 'b.org"><x'}, "http://localhost:80/rest/runs"),
        ({"X_Forwarded_Proto": "javascript"}, "http://localhost/rest/runs"),
    ],
)
def test_links_follow_the_request(client: Client, headers: dict[str, str], link: str) -> None:
    assert runs_link(client, **headers) == link


def test_old_deployment_path_stays_in_links(client: Client) -> None:
    assert runs_link(client, "/taverna-server/rest/") == "http://localhost/taverna-server/rest/runs"


def test_public_url_is_the_base_of_all_links(config: Config) -> None:
    client = create_app(replace(config, public_url="https://t.org/x")).test_client()
    assert runs_link(client, Host="a.org") == "https://t.org/x/rest/runs"
    assert runs_link(client, "/taverna-server/rest") == "https://t.org/x/rest/runs"


def test_feed_lies_beside_rest(client: Client) -> None:
    answer = client.get("/rest", headers={"Accept": "application/json"})
    assert answer.json["serverDescription"]["feed"]["@href"] == "http://localhost/feed"  # type: ignore[index]


def test_names_are_single_segments() -> None:
    assert segment("a b/c?#%ü") == "a%20b%2Fc%3F%23%25%C3%BC"
    assert segment("caf\udce9") == "caf%E9"


@pytest.mark.parametrize(
    ("reference", "below"),
    [
        ("http://localhost/rest/runs/1/wd/out/X", "1/wd/out/X"),
        (" https://localhost/rest/runs/1/wd/out/X\n", "1/wd/out/X"),
        ("http://localhost/taverna-server/rest/runs/1/wd/X", "1/wd/X"),
        ("http://other/rest/runs/1/wd/X", None),
        ("http://localhost.evil/rest/runs/1/wd/X", None),
        ("file:///rest/runs/1/wd/X", None),
        ("http://localhost/runs/1/wd/X", None),
        ("http://[broken/rest/runs/1/wd/X", None),
        ("", None),
    ],
)
def test_reference_must_be_to_this_server(app: Flask, reference: str, below: str | None) -> None:
    with app.test_request_context("/rest"):
        assert below_runs(reference) == below


def test_entry_is_named_by_its_path(app: Flask) -> None:
    with app.test_request_context("/rest"):
        assert entry_url("1", "out/a b/") == "http://localhost/rest/runs/1/wd/out/a%20b"


@pytest.mark.parametrize(
    ("sender", "trusted", "host"),
    [
        ("127.0.0.1", None, "b.org"),
        ("::1", None, "b.org"),
        ("::ffff:127.0.0.1", None, "b.org"),
        ("192.0.2.7", None, "localhost"),
        ("192.0.2.7", "192.0.2.0/24", "b.org"),
        ("192.0.3.7", "192.0.2.0/24, 10.0.0.1", "localhost"),
        ("127.0.0.1", " ", "localhost"),
        ("2001:db8::1", "*", "b.org"),
        ("", "*", "localhost"),
    ],
)
def test_forwarding_headers_count_from_trusted_proxies_only(
    tmp_path: Path, database: Path, sender: str, trusted: str | None, host: str
) -> None:
    given = {"data": str(tmp_path)} | ({"trusted_proxies": trusted} if trusted else {})
    shutil.copy(database, tmp_path)
    app = create_app(load_config(given))
    headers = {"X-Forwarded-Host": "b.org"}
    with app.test_request_context("/", headers=headers, environ_base={"REMOTE_ADDR": sender}):
        assert rest_url() == f"http://{host}/rest"
