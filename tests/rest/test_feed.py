"""The event feed: what is in it, for whom, and for how long."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from lxml import etree
from werkzeug.test import Client

from taverna_server.config import Config
from taverna_server.manager.reconcile import tidy
from taverna_server.manager.telling import Telling
from taverna_server.model.events import Event, Notes
from taverna_server.model.run import RunStatus
from taverna_server.store import Store

A = "{http://www.w3.org/2005/Atom}"


@pytest.fixture
def store(config: Config) -> Store:
    return Store.open(config)


@pytest.fixture
def finished(alice: Client, run: str, store: Store, config: Config) -> str:
    """A run that was started by a client and ended by a reconciler."""
    assert alice.put(f"{run}/status", data="Operating", content_type="text/plain").text
    row = store.get_run(run.rpartition("/")[2])
    assert row is not None
    notes = Telling(store, config).of_end(row, 0, None)
    store.observe(row.id, RunStatus.FINISHED, 0, datetime.now(UTC), notes)
    return run


def entries(client: Client, path: str = "/feed") -> list[etree._Element]:
    answer = client.get(path)
    assert answer.status_code == 200
    assert answer.content_type == "application/atom+xml;type=feed;charset=UTF-8"
    return etree.fromstring(answer.data).findall(f"{A}entry")


def test_start_and_finish_are_told_newest_first(alice: Client, finished: str) -> None:
    finish, start = entries(alice)
    assert start.findtext(f"{A}title") == "started run execution"
    assert start.findtext(f"{A}content", "").startswith("The execution of run 'Answer ")
    assert finish.findtext(f"{A}title") == "Taverna workflow run finished"
    run_id = finished.rpartition("/")[2]
    said = f"Your job with ID={run_id} has finished with exit code 0."
    assert finish.findtext(f"{A}content") == said
    link = finish.find(f"{A}link")
    assert link is not None
    assert dict(link.attrib) == {
        "href": f"http://localhost{finished}", "rel": "related", "title": "workflow run"
    }  # fmt: skip


def test_feed_has_a_name_that_stays(alice: Client, finished: str) -> None:
    first, second = (etree.fromstring(alice.get("/feed").data) for _ in range(2))
    assert first.findtext(f"{A}id") == second.findtext(f"{A}id")
    assert first.findtext(f"{A}id", "").endswith(":alice")
    assert first.findtext(f"{A}updated") == first.findtext(f"{A}entry/{A}updated")


def test_one_event_is_a_document_of_its_own(alice: Client, finished: str) -> None:
    name = entries(alice)[0].findtext(f"{A}id", "")
    answer = alice.get(f"/feed/{name}")
    assert answer.content_type == "application/atom+xml;type=entry;charset=UTF-8"
    assert etree.fromstring(answer.data).findtext(f"{A}id") == name
    assert alice.get("/feed/finish.none").status_code == 404


def test_feed_tells_of_own_runs_only(app: object, alice: Client, finished: str) -> None:
    name = entries(alice)[0].findtext(f"{A}id", "")
    alice.environ_base["HTTP_AUTHORIZATION"] = "Bearer bob"
    assert entries(alice) == []
    assert alice.get(f"/feed/{name}").status_code == 404


def test_old_deployment_path_has_it_too(alice: Client, client: Client, finished: str) -> None:
    document = etree.fromstring(alice.get("/taverna-server/feed").data)
    links = document.findall(f"{A}link")
    assert [link.get("href") for link in links] == ["http://localhost/taverna-server/feed"]
    assert client.get("/feed").status_code == 401


def test_long_feed_comes_in_pages(alice: Client, store: Store) -> None:
    keep(store, 201)
    first = etree.fromstring(alice.get("/feed").data)
    following = first.find(f"{A}link[@rel='next']")
    assert following is not None
    older = entries(alice, following.get("href", "").removeprefix("http://localhost"))
    assert (len(first.findall(f"{A}entry")), len(older)) == (200, 1)
    assert alice.get("/feed?before=now").status_code == 400


def test_events_go_after_their_time(alice: Client, store: Store, config: Config) -> None:
    keep(store, 2, timedelta(days=8))
    keep(store, 1)
    tidy(store, config)
    assert len(entries(alice)) == 1


def test_event_outlives_its_run(alice: Client, finished: str, store: Store) -> None:
    assert alice.delete(finished).status_code == 204
    store.forget_run(finished.rpartition("/")[2])
    assert len(entries(alice)) == 2


def test_name_that_xml_cannot_hold_does_no_harm(alice: Client, store: Store) -> None:
    notes = Notes(Event("start.x", "alice", "r", "t", "run '\0\ud800'", datetime.now(UTC)))
    with pytest.raises(Exception, match="cannot be kept"):
        write(store, notes)
    write(store, Notes(Event("start.x", "alice", "r", "t", "run '\1'", datetime.now(UTC))))
    assert entries(alice)[0].findtext(f"{A}content") == "run '\ufffd'"


def keep(store: Store, count: int, age: timedelta = timedelta()) -> None:
    for _ in range(count):
        number = len(store.events("alice", 1000))
        then = datetime.now(UTC) - age
        write(store, Notes(Event(f"start.{number}{age}", "alice", "r", "t", "c", then)))


def write(store: Store, notes: Notes) -> None:
    from taverna_server.store.events import write_notes

    with store._database.write() as connection:
        write_notes(connection, notes)
