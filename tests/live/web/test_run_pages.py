"""Pages of runs on a server at work: events, logs, several runs at once, the verbs of Player."""

from __future__ import annotations

import io
import json
import re
import time
import zipfile
from collections.abc import Iterator
from typing import Any

import pytest
import requests

from tests.live import runs
from tests.live.server import Server
from tests.live.test_engine_control import workflow

HTML = {"Accept": "text/html"}


class Browser:
    """Somebody with a session, who follows links and sends the forms of pages."""

    def __init__(self, server: Server, user: str) -> None:
        self.base = server.url
        self.session = server.session(user)
        self.session.headers.update(HTML)

    def get(self, path: str) -> requests.Response:
        return self.session.get(self.base + path, allow_redirects=False)

    def post(self, path: str, referer: str = "", **fields: object) -> requests.Response:
        token = re.findall(r'name="csrf-token" content="([^"]*)"', self.get("/").text)[0]
        headers = {"Referer": self.base + referer} if referer else {}
        data = {"authenticity_token": token, **fields}
        return self.session.post(
            self.base + path, data=data, headers=headers, allow_redirects=False
        )


@pytest.fixture
def browser_of_alice(server: Server) -> Browser:
    return Browser(server, "alice")


def number_of(server: Server, run: str) -> int:
    """Of the run of an XML client: its pages are at ``/runs/<number>``."""
    name = requests.utils.urlparse(run).path.rpartition("/")[2]
    listed = server.session("alice").get(f"{server.url}/runs.json").json()
    for one in reversed(listed):
        page = server.session("alice").get(f"{server.url}/runs/{one['id']}", headers=HTML).text
        if name in page:
            return int(one["id"])
    raise AssertionError(name)


def started(alice: requests.Session, server: Server, command: str, items: str = "one") -> str:
    run = runs.create(alice, server, workflow(command))
    body = {"runInput": {"@listDelimiter": ",", "value": items}}
    assert alice.put(f"{run}/input/input/items", json=body).status_code == 200
    runs.start(alice, run)
    return run


def told(answer: requests.Response) -> Iterator[tuple[str, str, dict[str, Any]]]:
    """Id, kind and content of each event."""
    fields: dict[str, str] = {}
    for text in answer.iter_lines(decode_unicode=True):
        name, _, value = text.partition(": ")
        fields[name] = value
        if not text and "event" in fields:
            yield fields["id"], fields["event"], json.loads(fields["data"])
            fields = {}


def watched(server: Server, number: int, place: str = "") -> list[tuple[str, str, dict[str, Any]]]:
    """All that happens to a run, as a browser hears of it that comes back again and again."""
    found = []
    deadline = time.monotonic() + 60
    with server.session("alice") as session:
        while time.monotonic() < deadline:
            headers = {"Last-Event-ID": place}
            address = f"{server.url}/runs/{number}/events"
            with session.get(address, headers=headers, stream=True) as answer:
                assert answer.headers["Content-Type"].startswith("text/event-stream")
                for place, kind, content in told(answer):
                    found.append((place, kind, content))
                    if kind in ("over", "gone"):
                        return found
    raise AssertionError(found)


def test_events_tell_everything_and_nothing_twice(server: Server, alice: requests.Session) -> None:
    run = started(alice, server, "sleep 0.7", "one,two,three")
    events = watched(server, number_of(server, run))
    kinds = [kind for _, kind, _ in events]
    assert kinds[-1] == "over"
    progress = [content for _, kind, content in events if kind == "progress"]
    assert [it["done"] for it in progress] == sorted({it["done"] for it in progress})
    states = [content["state"] for _, kind, content in events if kind == "change"]
    assert states[-1] == "finished"
    last = [content for _, kind, content in events if kind == "change"][-1]
    assert "early" in last["outputs"]
    again = watched(server, number_of(server, run), place=events[-1][0])
    assert [kind for _, kind, _ in again] == ["over"]


def test_events_end_for_whom_the_run_is_no_more(
    server: Server, alice: requests.Session, bob: requests.Session
) -> None:
    run = started(alice, server, "sleep 1000")
    address = f"{server.url}/runs/{number_of(server, run)}/events"
    assert bob.get(address, stream=True).status_code == 404
    grant = {"permissionUpdate": {"userName": "bob", "permission": "read"}}
    assert alice.post(f"{run}/security/permissions", json=grant).status_code == 201
    with bob.get(address, stream=True) as answer:
        heard = told(answer)
        assert next(heard)[1] in ("progress", "change")
        alice.delete(run)
        assert "gone" in [kind for _, kind, _ in heard]


def test_log_is_followed_searched_and_taken(
    server: Server, alice: requests.Session, finished: str
) -> None:
    page = f"{server.url}/runs/{number_of(server, finished)}/logs"
    whole = alice.get(f"{page}/detail")
    assert "attachment" in whole.headers["Content-Disposition"]
    part = alice.get(f"{page}/detail/tail?after=10")
    assert part.text == whole.text[10:]
    assert int(part.headers["X-Log-End"]) == len(whole.content)
    assert alice.get(f"{page}/detail/tail?after={len(whole.content)}").text == ""
    found = alice.get(f"{page}?q=OUTPUT", headers=HTML).text
    assert found.count("<mark>Output</mark>") >= 2
    assert alice.get(f"{page}/nothing").status_code == 404
    assert alice.get(f"{page}/job-x").status_code == 404


def test_results_of_several_runs_are_one_archive(
    server: Server, finished: str, browser_of_alice: Browser
) -> None:
    number = number_of(server, finished)
    answer = browser_of_alice.post("/runs/bulk", act="download", run=[number])
    names = zipfile.ZipFile(io.BytesIO(answer.content)).namelist()
    assert {name.partition("/")[2] for name in names} == {"OUT", "PAGES/1", "PAGES/2", "PAGES/3"}


def test_runs_are_started_again_and_compared(
    server: Server, alice: requests.Session, finished: str, browser_of_alice: Browser
) -> None:
    number = number_of(server, finished)
    assert browser_of_alice.post("/runs/bulk", act="rerun", run=[number]).status_code == 302
    listed = alice.get(f"{server.url}/runs.json").json()
    child = max(int(it["id"]) for it in listed)
    runs.until(lambda: alice.get(f"{server.url}/runs/{child}.json").json()["state"] == "finished")
    chosen = browser_of_alice.post("/runs/bulk", act="compare", run=[child, number])
    page = browser_of_alice.get(chosen.headers["Location"].removeprefix(server.url)).text
    assert "no differences" in page
    assert 'class="differs"' not in page.partition('id="inputs"')[2]


def test_run_at_work_is_not_deleted(
    server: Server, alice: requests.Session, browser_of_alice: Browser
) -> None:
    run = started(alice, server, "sleep 1000")
    path = f"/runs/{number_of(server, run)}"
    refused = browser_of_alice.post(f"{path}/delete", referer="/runs?all=1")
    assert refused.headers["Location"] == f"{server.url}/runs?all=1"
    assert "Run must be cancelled before deletion." in browser_of_alice.get("/runs?all=1").text
    cancelled = browser_of_alice.post(f"{path}/cancel", referer=path)
    assert (cancelled.status_code, cancelled.headers["Location"]) == (302, server.url + path)
    runs.until(lambda: "Cancelled" in browser_of_alice.get(path).text)
    gone = browser_of_alice.post(path, _method="delete")
    assert gone.headers["Location"] == f"{server.url}/runs"
    assert "Run was deleted." in browser_of_alice.get("/runs?all=1").text
    assert browser_of_alice.get(path).status_code == 404


def test_run_is_renamed_by_its_form(
    server: Server, finished: str, browser_of_alice: Browser
) -> None:
    path = f"/runs/{number_of(server, finished)}"
    sent = {"_method": "put", "run[name]": "Tea <party>", "run[run_id]": "7"}
    assert browser_of_alice.post(path, **sent).headers["Location"] == server.url + path
    assert "<h1>Tea &lt;party&gt;</h1>" in browser_of_alice.get(path).text
    browser_of_alice.post(path, **{"_method": "put", "run[name]": " "})
    assert "keeps the one it had" in browser_of_alice.get(path).text


def test_run_is_kept_longer(server: Server, finished: str, browser_of_alice: Browser) -> None:
    path = f"/runs/{number_of(server, finished)}"
    browser_of_alice.post(f"{path}/expiry", days="90")
    assert "The run is kept until" in browser_of_alice.get(path).text
    browser_of_alice.post(f"{path}/expiry", days="-1")
    assert "for 1 to" in browser_of_alice.get(path).text


def test_files_are_walked_searched_and_taken(
    server: Server, finished: str, browser_of_alice: Browser
) -> None:
    path = f"/runs/{number_of(server, finished)}"
    assert "PAGES/" in browser_of_alice.get(f"{path}/files?at=out").text
    assert "logs/detail.log" in browser_of_alice.get(f"{path}/files?q=DETAIL").text
    assert "drink me" in browser_of_alice.get(f"{path}/file?name=out/OUT&show=1").text
    taken = browser_of_alice.get(f"{path}/file?name=out/OUT&download=1")
    assert (taken.content, taken.headers["Content-Type"]) == (
        b"drink me",
        "application/octet-stream",
    )
    archive = browser_of_alice.get(f"{path}/file?name=out")
    assert "PAGES/3" in zipfile.ZipFile(io.BytesIO(archive.content)).namelist()
    for bad in ("../run.json", "/etc/passwd", "out/../../run.json", "nothing"):
        assert browser_of_alice.get(f"{path}/file?name={bad}").status_code in (400, 403, 404), bad
        assert browser_of_alice.get(f"{path}/files?at={bad}").status_code in (400, 403, 404), bad


@pytest.mark.parametrize(
    "query",
    [
        "outputs",
        "outputs?port=nothing",
        "outputs?port=OUT&at=0",
        "outputs?port=PAGES&at=9",
        "outputs?port=PAGES&at=x",
        "frame",
        "frame?port=OUT",
        "events?after=x",
        "logs?name=x",
    ],
)
def test_what_is_not_there_is_no_trouble(
    server: Server, finished: str, browser_of_alice: Browser, query: str
) -> None:
    answer = browser_of_alice.get(f"/runs/{number_of(server, finished)}/{query}")
    assert answer.status_code in (200, 404)


STEPS = {
    "version": "0.9.0",
    "inputs": {"parameters": {"who": "world"}},
    "workflow": {
        "type": "serial",
        "specification": {
            "steps": [
                {"name": "greet", "environment": "x", "commands": ["echo hello ${who} > out.txt"]},
                {"name": "break", "environment": "x", "commands": ["echo it broke >&2; exit 3"]},
            ]
        },
    },
}


def test_run_of_another_language_has_its_page(server: Server, browser_of_alice: Browser) -> None:
    token = server.command("user", "token", "alice", "--label", "pages").split()[-1]
    given = {"access_token": token}
    api = f"{server.url}/api/workflows"
    made = requests.post(api, params={**given, "workflow_name": "w"}, json=STEPS, timeout=30)
    assert made.status_code == 201, made.text
    name = made.json()["workflow_id"]
    begun = requests.post(f"{api}/{name}/start", params=given, json={}, timeout=30)
    assert begun.status_code == 200, begun.text
    runs.until(
        lambda: (
            requests.get(f"{api}/{name}/status", params=given, timeout=30).json()["status"]
            == "failed"
        )
    )
    number = number_of(server, f"/{name}")
    page = browser_of_alice.get(f"/runs/{number}").text
    assert "Why it failed" in page
    for words in ("greet", "break", "exit code 3", 'data-processor="greet"', "files of the run"):
        assert words in page, words
    [first, second] = re.findall(rf"/runs/{number}/logs\?name=job-([0-9a-f-]+)", page)
    assert "it broke" in browser_of_alice.get(f"/runs/{number}/logs?name=job-{second}").text
    assert browser_of_alice.get(f"/runs/{number}/logs/job-{first}").status_code == 200
    assert "out.txt" in browser_of_alice.get(f"/runs/{number}/files").text
    assert browser_of_alice.get(f"/runs/new?parent_id={number}").status_code == 200


def test_text_that_is_split_is_split_again(
    server: Server, alice: requests.Session, finished: str, browser_of_alice: Browser
) -> None:
    number = number_of(server, finished)
    page = browser_of_alice.get(f"/runs/new?parent_id={number}").text
    assert "“one,two,three”, split at “,”" in page
    sent = {
        "run[workflow_id]": "1",
        "run[parent_id]": str(number),
        "run[inputs_attributes][0][name]": "WORDS",
        "run[inputs_attributes][0][keep]": "1",
        "run[inputs_attributes][0][value]": "",
        "run[inputs_attributes][0][format]": "lines",
    }
    made = browser_of_alice.post("/runs", **sent)
    child = made.headers["Location"].removeprefix(server.url)
    document = f"{server.url}{child}.json"
    runs.until(lambda: alice.get(document).json()["state"] == "finished")
    items = alice.get(document).json()["outputs"][1]
    assert (items["name"], items["value_size"]) == ("PAGES", [3, 3, 5])
