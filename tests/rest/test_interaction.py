"""The interaction feed over HTTP: its texts and limits, and who may (protocol dossier 9.2)."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path

import pytest
from flask import Flask
from lxml import etree
from werkzeug.test import Client, TestResponse

from taverna_server.auth.page_keys import PageKeys
from taverna_server.config import Config
from taverna_server.model.identity import Permission
from taverna_server.model.run import RunStatus
from taverna_server.rest.interaction import ATOM, NAMESPACE
from taverna_server.serving.context import NAME
from taverna_server.serving.pages import SANDBOX

NS = {"a": NAMESPACE, "i": "http://ns.taverna.org.uk/2012/interaction"}
ENTRY = """<?xml version="1.0" encoding="iso-8859-1"?>
<entry xmlns="http://www.w3.org/2005/Atom" xmlns:x="http://ns.taverna.org.uk/2012/interaction">
<title>A reply to ü</title><id>abcreply</id><content></content>
<x:in-reply-to>abc</x:in-reply-to><x:result-status>OK</x:result-status></entry>"""


def post(client: Client, run: str, body: str | bytes = ENTRY, kind: str = ATOM) -> TestResponse:
    data = body.encode() if isinstance(body, str) else body
    return client.post(f"{run}/interaction", data=data, content_type=kind)


def parsed(answer: TestResponse) -> etree._Element:
    assert answer.status_code in (200, 201), answer.text
    return etree.fromstring(answer.data)


@pytest.fixture
def wd(config: Config, run: str) -> Path:
    return config.runs_directory / run.rpartition("/")[2] / "wd"


@pytest.fixture
def bob(app: Flask) -> Client:
    client = app.test_client()
    client.environ_base["HTTP_AUTHORIZATION"] = "Bearer bob"
    return client


def share(app: Flask, run: str, permission: Permission) -> None:
    manager = app.extensions[NAME].manager
    manager.store.set_permission(run.rpartition("/")[2], "bob", permission)


def start(app: Flask, run: str) -> None:
    manager, now = app.extensions[NAME].manager, datetime.now(UTC)
    assert manager.store.request_start(run.rpartition("/")[2], now, 10)


def test_empty_feed_has_a_title_and_links(alice: Client, run: str) -> None:
    answer = alice.get(f"{run}/interaction")
    feed = parsed(answer)
    assert answer.content_type == "application/atom+xml;type=feed;charset=UTF-8"
    assert [etree.QName(child).localname for child in feed] == ["title", "link", "link"]
    assert (feed.findtext("a:title", namespaces=NS) or "").startswith(
        'Interactions for Taverna Run "'
    )
    assert [link.get("rel") for link in feed.findall("a:link", NS)] == ["self", "workflowrun"]


def test_stored_entry_has_our_id_links_and_times(alice: Client, run: str) -> None:
    answer = post(alice, run)
    entry, place = parsed(answer), answer.headers["Location"]
    assert place.endswith(f"{run}/interaction/entry_1")
    assert (entry.findtext("a:id", namespaces=NS) or "").startswith("urn:uuid:")
    links = {link.get("rel"): link.get("href") for link in entry.findall("a:link", NS)}
    assert links == {"self": place, "workflowrun": place.removesuffix("/interaction/entry_1")}
    assert entry.findtext("a:updated", namespaces=NS) == entry.findtext("a:published", "", NS)
    assert entry.findtext("i:in-reply-to", namespaces=NS) == "abc"
    assert entry.findtext("a:title", namespaces=NS) == "A reply to ü"


def test_feed_has_the_newest_entry_first(alice: Client, run: str) -> None:
    for _ in range(3):
        post(alice, run)
    feed = parsed(alice.get(f"{run}/interaction"))
    names = [etree.QName(child).localname for child in feed]
    assert names == ["title", "link", "link", "entry", "updated", "entry", "entry"]
    selves = feed.findall("a:entry/a:link[@rel='self']", NS)
    assert [(link.get("href") or "")[-1] for link in selves] == ["3", "2", "1"]


def test_charset_of_the_header_counts(alice: Client, run: str) -> None:
    kind = f"{ATOM};type=entry;charset=iso-8859-1"
    entry = parsed(post(alice, run, ENTRY.encode("latin-1"), kind))
    assert entry.findtext("a:title", namespaces=NS) == "A reply to ü"


@pytest.mark.parametrize("body", ["nonsense", "<entry/>", f'<feed xmlns="{NAMESPACE}"/>', ""])
def test_what_is_no_entry_is_refused(alice: Client, run: str, body: str) -> None:
    answer = post(alice, run, body)
    assert (answer.status_code, answer.text) == (406, "not really a feed entry")


def test_other_media_type_is_refused(alice: Client, run: str) -> None:
    assert post(alice, run, kind="text/plain").status_code == 415


def test_entry_is_read_and_deleted(alice: Client, run: str) -> None:
    place = post(alice, run).headers["Location"]
    assert alice.get(place).content_type == "application/atom+xml;type=entry;charset=UTF-8"
    answer = alice.delete(place)
    assert (answer.status_code, answer.text) == (200, "entry successfully deleted")
    answer = alice.get(place)
    assert (answer.status_code, answer.text) == (404, "no such directory entry")


def test_entry_is_known_by_its_id_too(alice: Client, run: str) -> None:
    id = parsed(post(alice, run)).findtext("a:id", namespaces=NS)
    assert parsed(alice.get(f"{run}/interaction/{id}")).findtext("a:id", namespaces=NS) == id
    assert alice.delete(f"{run}/interaction/{id}").status_code == 200
    assert alice.get(f"{run}/interaction/{id}").status_code == 404


def test_deleted_file_is_a_deleted_entry(alice: Client, run: str) -> None:
    post(alice, run)
    assert alice.delete(f"{run}/wd/feed/entry_1.atom").status_code == 204
    assert parsed(alice.get(f"{run}/interaction")).find("a:entry", NS) is None
    assert post(alice, run).headers["Location"].endswith("/entry_1")


def test_large_entry_is_not_read(alice: Client, run: str, wd: Path) -> None:
    (wd / "feed" / "entry_5.atom").write_text(ENTRY.replace("reply", "reply" * 12_000))
    answer = alice.get(f"{run}/interaction/entry_5")
    assert (answer.status_code, answer.text) == (403, "entry larger than 50kB")
    assert parsed(alice.get(f"{run}/interaction")).find("a:entry", NS) is None
    assert post(alice, run, ENTRY.replace("reply", "reply" * 12_000)).status_code == 413


def test_rubbish_in_the_directory_is_no_entry(alice: Client, run: str, wd: Path) -> None:
    (wd / "feed" / "entry_1.atom").write_text("<entry")
    (wd / "feed" / "entry_2.atom").symlink_to("/etc/passwd")
    (wd / "feed" / "entry_x.atom").write_text(ENTRY)
    assert parsed(alice.get(f"{run}/interaction")).find("a:entry", NS) is None
    for name in ("entry_1", "entry_2", "entry_x", "../workflow"):
        assert alice.get(f"{run}/interaction/{name}").status_code == 404


def test_addresses_of_the_engine_become_absolute(alice: Client, run: str, wd: Path) -> None:
    link = '<link rel="presentation" href="wd/interactions/page.html"/>'
    (wd / "feed" / "entry_1.atom").write_text(ENTRY[44:].replace("<title>", link + "<title>"))
    entry = parsed(alice.get(f"{run}/interaction")).find("a:entry", NS)
    assert entry is not None
    shown = entry.find("a:link[@rel='presentation']", NS)
    assert shown is not None
    assert shown.get("href") == f"http://localhost{run}/wd/interactions/page.html"


def test_others_need_permission(app: Flask, alice: Client, bob: Client, run: str) -> None:
    place = post(alice, run).headers["Location"]
    assert bob.get(f"{run}/interaction").status_code == 404
    share(app, run, Permission.READ)
    assert bob.get(f"{run}/interaction").status_code == 200
    assert post(bob, run).status_code == bob.delete(place).status_code == 403
    share(app, run, Permission.UPDATE)
    assert post(bob, run).status_code == 201
    assert bob.delete(place).status_code == 200


PAGE = {"Sec-Fetch-Mode": "navigate", "Accept": "text/html,*/*;q=0.8"}


@pytest.fixture
def page(app: Flask, alice: Client, run: str, wd: Path) -> str:
    """The path of a page of a run at work."""
    (wd / "interactions" / "page.html").write_text("<!doctype html><p>hello")
    start(app, run)
    return f"{run}/wd/interactions/page.html"


@pytest.fixture
def key(alice: Client, page: str) -> str:
    return alice.get(page, headers=PAGE).headers["Location"].partition("?key=")[2]


def test_page_has_no_origin(alice: Client, page: str) -> None:
    assert alice.get(page).headers["Content-Security-Policy"] == SANDBOX
    assert "allow-same-origin" not in SANDBOX


def test_browser_gets_a_key_with_the_page(alice: Client, client: Client, page: str) -> None:
    answer = alice.get(page, headers=PAGE)
    assert answer.status_code == 303
    shown = client.get(answer.headers["Location"], headers=PAGE)
    assert (shown.status_code, shown.text) == (200, "<!doctype html><p>hello")
    assert shown.headers["Referrer-Policy"] == "no-referrer"
    assert shown.headers["Cache-Control"] == "no-store"


def test_reader_gets_no_key(app: Flask, bob: Client, run: str, page: str) -> None:
    share(app, run, Permission.READ)
    assert bob.get(page, headers=PAGE).status_code == 200


def test_page_answers_with_its_key(client: Client, run: str, page: str, key: str) -> None:
    headers = {"Authorization": f"Bearer {key}", "Origin": "null"}
    data = f"{run}/wd/interactions/interactionabcOutputData.json"
    for answer in (
        client.get(page, headers=headers),
        client.put(data, data=b"{}", headers=headers),
        client.post(f"{run}/interaction", data=ENTRY, content_type=ATOM, headers=headers),
    ):
        assert answer.status_code in (200, 201)
        assert answer.headers["Access-Control-Allow-Origin"] == "*"


def test_browser_may_ask_whether_a_page_may(client: Client, run: str) -> None:
    asking = {"Origin": "null", "Access-Control-Request-Method": "PUT"}
    answer = client.options(f"{run}/wd/interactions/xOutputData.json", headers=asking)
    assert answer.status_code == 200
    assert "PUT" in answer.headers["Access-Control-Allow-Methods"]
    assert client.options(f"{run}/status", headers=asking).status_code == 401


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", ""),
        ("GET", "/wd/out"),
        ("GET", "/wd"),
        ("GET", "/security"),
        ("PUT", "/status"),
        ("PUT", "/wd/interactions/page.html"),
        ("PUT", "/wd/lib/x.jar"),
        ("DELETE", "/wd/interactions/page.html"),
        ("DELETE", "/interaction/entry_1"),
        ("DELETE", ""),
    ],
)
def test_key_is_for_nothing_else(
    client: Client, run: str, key: str, method: str, path: str
) -> None:
    headers = {"Authorization": f"Bearer {key}"}
    answer = client.open(f"{run}{path}", method=method, headers=headers, data=b"x")
    assert answer.status_code in (401, 403)


def test_key_ends_with_the_run(app: Flask, client: Client, run: str, page: str, key: str) -> None:
    manager = app.extensions[NAME].manager
    id = run.rpartition("/")[2]
    manager.store.request_status(id, RunStatus.FINISHED, {RunStatus.OPERATING}, datetime.now(UTC))
    assert client.get(page, headers={"Authorization": f"Bearer {key}"}).status_code == 401


def test_key_of_another_run_or_user_is_worth_nothing(
    app: Flask, config: Config, client: Client, page: str, key: str, run: str
) -> None:
    store = app.extensions[NAME].manager.store
    other = PageKeys(store, config)._of("alice", "another")
    for wrong in (other, key.replace("alice", "bob"), key[:-1], "tvi_alice_"):
        assert client.get(page, headers={"Authorization": f"Bearer {wrong}"}).status_code == 401
        assert client.get(f"{page}?key={wrong}").status_code == 401


def test_page_of_another_site_changes_nothing(app: Flask, client: Client, run: str) -> None:
    login = {"Authorization": "Basic YWxpY2U6eA=="}
    for origin in ("null", "https://evil.example", "http://localhost.evil.example"):
        answer = client.put(f"{run}/name", data="x", headers={**login, "Origin": origin})
        assert answer.status_code == 403
    ours = client.put(f"{run}/name", data="x", headers={**login, "Origin": "http://localhost"})
    assert ours.status_code == 401  # the password is wrong, the origin is not


def test_entries_that_come_at_once_have_different_names(app: Flask, run: str) -> None:
    manager, id = app.extensions[NAME].manager, run.rpartition("/")[2]
    alice = manager.store.get_user("alice")

    def add(_: int) -> str:
        name: str = manager.add_interaction_entry(alice, id, lambda name: name.encode()).name
        return name

    with ThreadPoolExecutor(8) as pool:
        names = set(pool.map(add, range(24)))
    assert len(names) == 24
    _, entries = manager.interaction_feed(alice, id)
    assert {(entry.name, entry.content.decode()) for entry in entries} == {(n, n) for n in names}
