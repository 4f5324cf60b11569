"""A workflow asks; an ordinary client and a real browser answer."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import requests
from lxml import etree

from tests.live import runs
from tests.live.server import Server, password, running

ATOM = {"Content-Type": "application/atom+xml"}
NS = {"a": "http://www.w3.org/2005/Atom", "i": "http://ns.taverna.org.uk/2012/interaction"}
REPLY = """<?xml version="1.0"?>
<entry xmlns="http://www.w3.org/2005/Atom" xmlns:interaction="http://ns.taverna.org.uk/2012/interaction">
  <title>A reply to {id}</title><id>{id}reply</id><content></content>
  <interaction:run-id>{run}</interaction:run-id>
  <interaction:in-reply-to>{id}</interaction:in-reply-to>
  <interaction:result-status>{status}</interaction:result-status>
</entry>"""
ASKING = (Path(__file__).parent / "workflows" / "asking.t2flow").read_text()


def asking(template: str) -> bytes:
    return ASKING.replace("TEMPLATE", template).encode()


@contextlib.contextmanager
def waiting(session: requests.Session, server: Server, template: str) -> Iterator[str]:
    """A run whose question stands in its feed."""
    run = runs.create(session, server, asking(template))
    runs.start(session, run)
    runs.until(lambda: requests_of(session, run), 60)
    yield run
    session.delete(run)


def requests_of(session: requests.Session, run: str) -> list[etree._Element]:
    """The questions in the feed, each with id, path and the address of its page."""
    answer = session.get(f"{run}/interaction", headers={"Accept": "application/atom+xml"})
    assert answer.status_code == 200, answer.text
    entries = etree.fromstring(answer.content).findall("a:entry", NS)
    return [entry for entry in entries if entry.find("i:id", NS) is not None]


def said(entry: etree._Element, name: str) -> str:
    return entry.findtext(f"i:{name}", "", NS)


def page_of(entry: etree._Element) -> str:
    link = entry.find("a:link[@rel='presentation']", NS)
    assert link is not None
    return link.get("href") or ""


def reply(session: requests.Session, run: str, data: str, status: str = "OK") -> None:
    """As t2-server-gem does it."""
    [entry] = requests_of(session, run)
    id = said(entry, "id")
    place = f"{run}/wd/interactions/interaction{id}OutputData.json"
    assert session.put(place, data=data, headers={"Content-Type": "*/*"}).status_code == 201
    body = REPLY.format(id=id, run=said(entry, "run-id"), status=status)
    posted = session.post(f"{run}/interaction", data=body, headers=ATOM)
    assert posted.status_code == 201
    assert posted.headers["Location"].startswith(f"{run}/interaction/entry_")


def output(session: requests.Session, run: str, name: str = "answer") -> str:
    runs.wait(session, run)
    return session.get(f"{run}/wd/out/{name}").content.decode()


def test_client_answers(server: Server, alice: requests.Session) -> None:
    with waiting(alice, server, "ask") as run:
        [entry] = requests_of(alice, run)
        assert said(entry, "run-id") == run.rpartition("/")[2]
        assert (said(entry, "path"), said(entry, "count")) == ("Question", "0")
        data = alice.get(f"{run}/wd/interactions/interaction{said(entry, 'id')}InputData.json")
        assert data.json() == {"message": "Which <species>?", "title": "Species"}
        page = alice.get(page_of(entry), headers={"Accept": "text/html"})
        assert (page.status_code, page.headers["Content-Type"]) == (200, "text/html")
        reply(alice, run, '{"answer": "cat"}')
        assert output(alice, run) == "cat"


def test_refusal_becomes_an_error(server: Server, alice: requests.Session) -> None:
    with waiting(alice, server, "ask") as run:
        reply(alice, run, "{}", "Cancelled")
        assert "Cancelled" in output(alice, run, "answer.error")


def test_notification_holds_up_nothing(server: Server, alice: requests.Session) -> None:
    with waiting(alice, server, "notify") as run:
        runs.wait(alice, run)
        [entry] = requests_of(alice, run)
        assert entry.find("i:progress", NS) is not None


def test_question_outlives_the_server(tmp_path: Path) -> None:
    with (
        running(tmp_path) as server,
        server.session("alice") as alice,
        waiting(alice, server, "ask") as run,
    ):
        server.kill()
        server.start()
        reply(alice, run, '{"answer": "dog"}')
        assert output(alice, run) == "dog"


def test_cancel_ends_a_run_that_asks(server: Server, alice: requests.Session) -> None:
    with waiting(alice, server, "ask") as run:
        assert alice.put(f"{run}/status", data="Finished").status_code == 200
        runs.wait(alice, run, 5)


@pytest.fixture
def tab(browser: Any) -> Iterator[Any]:
    """A window of alice's, who has typed her password into the browser's dialogue."""
    login = {"username": "alice", "password": password("alice")}
    with browser.new_context(http_credentials=login) as context:
        yield context.new_page()


def opened(tab: Any, session: requests.Session, run: str) -> Any:
    """The question inside the page of the run's request."""
    [entry] = requests_of(session, run)
    tab.goto(page_of(entry))
    return tab.frame_locator("#presentationFrame")


def test_browser_answers(server: Server, alice: requests.Session, tab: Any) -> None:
    with waiting(alice, server, "ask") as run:
        question = opened(tab, alice, run)
        assert question.locator("h2").inner_text() == "Which <species>?"
        question.locator("textarea").fill("cät & co")
        question.get_by_text("Submit").click()
        assert output(alice, run) == "cät & co"
        tab.get_by_text("Returned results").wait_for()
        assert tab.title() == "Species"


def test_browser_refuses(server: Server, alice: requests.Session, tab: Any) -> None:
    with waiting(alice, server, "tell") as run:
        opened(tab, alice, run).get_by_text("Cancel").click()
        assert "Cancelled" in output(alice, run, "answer.error")


EVIL = """<!doctype html><title>working</title><form method="post" enctype="text/plain"
  action="RUN/wd" target="result"><input name="<mkdir name='evil'/><!--" value="--&gt;"></form>
<iframe name="result"></iframe><script>
const tries = [
  fetch("RUN/status", {credentials: "include"}).then((r) => r.text()),
  fetch("RUN/name", {method: "PUT", body: "evil", credentials: "include"}),
  fetch("REST/runs", {method: "POST", body: new Blob(["<x/>"]), credentials: "include"}),
  new Promise((done) => done(document.cookie)),
  new Promise((done) => done(localStorage.length)),
  new Promise((done) => done(window.top.document.body === parent.frames[0].document.body)),
];
document.forms[0].submit();
Promise.allSettled(tries).then((all) => setTimeout(() => {
  document.title = all.map((one) => one.status).join(" ");
}, 500));
</script>"""


def test_page_of_a_workflow_cannot_use_the_login(
    server: Server, alice: requests.Session, tab: Any
) -> None:
    with waiting(alice, server, "ask") as run:
        text = EVIL.replace("RUN", run).replace("REST", server.rest)
        place = f"{run}/wd/interactions/evil.html"
        assert alice.put(place, data=text.encode()).status_code == 201
        name = alice.get(f"{run}/name").text
        before = alice.get(f"{server.rest}/runs").content
        tab.goto(place)
        tab.wait_for_function("document.title.includes('rejected')")
        assert set(tab.title().split()) == {"rejected"}
        assert alice.get(f"{run}/name").text == name
        assert alice.get(f"{server.rest}/runs").content == before
        assert alice.get(f"{run}/wd/evil").status_code == 404
