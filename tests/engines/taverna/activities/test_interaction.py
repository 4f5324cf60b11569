"""Cases K26 and K27; somebody answers as a client of the server does, by files."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from lxml import etree

from taverna_server.data.values import FileValue, Value, make_list
from taverna_server.engines.taverna.activities.base import (
    ActivityFailure,
    Outputs,
    RunCancelled,
    RunContext,
)
from taverna_server.engines.taverna.activities.interactionfeed import ATOM, INTERACTION
from taverna_server.engines.taverna.activities.registry import bound_activity_class
from taverna_server.workflow.model import Activity, Bean

from .conftest import bound

HTML = "LocallyPresentedHtml"
REPLY = f"""<entry xmlns="{ATOM}" xmlns:interaction="{INTERACTION}"><title>reply</title>
<interaction:in-reply-to>%s</interaction:in-reply-to>
<interaction:result-status>%s</interaction:result-status></entry>"""


def config(
    origin: str = "ask", kind: str = "VelocityTemplate", notification: str = "false"
) -> Bean:
    fields = {
        "presentationOrigin": origin,
        "interactionActivityType": kind,
        "progressNotification": notification,
    }
    return Bean("bean", children=tuple(Bean(tag, text) for tag, text in fields.items()))


class Desk:
    """A workflow's question and somebody who sees it."""

    def __init__(self, context: RunContext, pool: ThreadPoolExecutor) -> None:
        self.context = context
        self._pool = pool
        self.pages = context.wd / "interactions"
        self.feed = context.wd / "feed"

    def ask(
        self, setting: Bean, inputs: str = "message title", outputs: str = "", **values: Value
    ) -> Future[Outputs]:
        activity = bound(self.context, "interaction", setting, inputs, outputs)
        activity.path = "Outer/Ask"
        return self._pool.submit(activity.invoke, values)

    def request(self) -> etree._Element:
        """The question, once it is there."""
        deadline = time.monotonic() + 20
        while not (found := list(self.feed.glob("entry_*.atom"))):
            assert time.monotonic() < deadline
            time.sleep(0.01)
        return etree.fromstring(found[0].read_bytes())

    def id(self) -> str:
        return said(self.request(), "id")

    def answer(self, data: object, status: str = "OK") -> None:
        id = self.id()
        content = data if isinstance(data, str) else json.dumps(data)
        (self.pages / f"interaction{id}OutputData.json").write_text(content)
        temporary = self.feed / ".upload"
        temporary.write_text(REPLY % (id, status))
        temporary.rename(self.feed / "entry_77.atom")


def said(entry: etree._Element, name: str) -> str:
    return entry.findtext(f"{{{INTERACTION}}}{name}") or ""


@pytest.fixture
def desk(context: RunContext) -> Iterator[Desk]:
    with ThreadPoolExecutor(4) as pool:
        yield Desk(context, pool)
        context.cancel()


def test_answer_comes_back(desk: Desk) -> None:
    waiting = desk.ask(config(), message="Which?", title="Species")
    desk.answer({"answer": "cat"})
    assert waiting.result(20) == {"answer": "cat"}


def test_request_says_who_asks_and_where(desk: Desk) -> None:
    desk.context.run_id = "run"
    waiting = desk.ask(config(), message="Which?")
    entry, id = desk.request(), desk.id()
    assert (said(entry, "run-id"), said(entry, "path"), said(entry, "count")) == (
        "run",
        "Outer:Ask",
        "0",
    )
    link = entry.find(f"{{{ATOM}}}link[@rel='presentation']")
    assert link is not None
    assert link.get("href") == f"wd/interactions/interaction{id}.html"
    assert (desk.pages / f"interaction{id}.html").is_file()
    assert not waiting.done()


def test_page_has_texts_that_cannot_become_markup(desk: Desk) -> None:
    desk.ask(config("choose"), message="<b>", title="&", selectionValues=make_list(['"x"', "</a>"]))
    page = (desk.pages / f"presentation{desk.id()}.html").read_text()
    assert "&lt;b&gt;" in page
    assert 'value="&quot;x&quot;"' in page
    assert "</a>" not in page


def test_inputs_are_data_of_the_page(desk: Desk, tmp_path: Path) -> None:
    (tmp_path / "big").write_bytes(b"\xc3\xbc")
    desk.ask(
        config("http://example.org/page", HTML),
        "text list:1 bytes:0:bytes files:1:bytes",
        text=b"as text",
        list=make_list([FileValue(tmp_path / "big", "utf-8"), "b"]),
        bytes=b"\0",
        files=make_list([b"1", b"2"]),
    )
    id = desk.id()
    data = json.loads((desk.pages / f"interaction{id}InputData.json").read_bytes())
    assert (data["text"], data["list"]) == ("as text", ["ü", "b"])
    assert (desk.pages / data["bytes"]).read_bytes() == b"\0"
    assert [(desk.pages / name).read_bytes() for name in data["files"]] == [b"1", b"2"]
    assert "http://example.org/page" in (desk.pages / f"interaction{id}.html").read_text()


def test_answers_have_the_depth_of_their_ports(desk: Desk) -> None:
    page = config("http://example.org/", HTML)
    waiting = desk.ask(page, outputs="one many:1 nested:2")
    desk.answer({"one": 1.5, "many": ["a", True], "nested": [["x"], []]})
    assert waiting.result(20) == {
        "one": "1.5",
        "many": make_list(["a", "true"]),
        "nested": make_list([make_list(["x"]), make_list([], 1)]),
    }


@pytest.mark.parametrize(
    ("data", "status", "message"),
    [
        pytest.param({}, "Cancelled", "Cancelled", id="K26"),
        pytest.param({"other": "x"}, "OK", "Data sent for unknown port : other", id="unknown port"),
        pytest.param("nonsense", "OK", "Data read failed", id="no JSON"),
        pytest.param(["x"], "OK", "Data read failed", id="no object"),
        pytest.param({"list": "x"}, "OK", "Data read failed", id="too flat"),
    ],
)
def test_bad_answer_fails(desk: Desk, data: object, status: str, message: str) -> None:
    waiting = desk.ask(config("http://example.org/", HTML), outputs="list:1")
    desk.answer(data, status)
    with pytest.raises(ActivityFailure) as failure:
        waiting.result(20)
    assert failure.value.message == message


def test_notification_waits_for_nobody(desk: Desk) -> None:
    """K27; the engine says of the port that no data came"""
    waiting = desk.ask(config("notify"), outputs="out", message="Done")
    assert waiting.result(20) == {}
    assert desk.request().find(f"{{{INTERACTION}}}progress") is not None


def test_answered_question_leaves_only_the_reply(desk: Desk) -> None:
    waiting = desk.ask(config(), message="Which?")
    desk.answer({"answer": "cat"})
    waiting.result(20)
    assert [file.name for file in desk.feed.iterdir()] == ["entry_77.atom"]
    assert {file.name for file in desk.pages.iterdir()} == {"pmrpc.js", "interaction.css"}


def test_questions_of_one_run_do_not_mix(desk: Desk) -> None:
    activity = bound(desk.context, "interaction", config("http://example.org/", HTML), "n", "n")
    answers: dict[str, Any] = {}

    def one(number: str) -> None:
        answers[number] = activity.invoke({"n": number})

    threads = [threading.Thread(target=one, args=(str(n),)) for n in range(5)]
    for thread in threads:
        thread.start()
    _wait(lambda: len(list(desk.feed.glob("entry_*.atom"))) == 5)
    for place, file in enumerate(desk.feed.glob("entry_*.atom"), 100):
        id = said(etree.fromstring(file.read_bytes()), "id")
        data = (desk.pages / f"interaction{id}InputData.json").read_text()
        (desk.pages / f"interaction{id}OutputData.json").write_text(data)
        (desk.feed / f"entry_{place}.atom").write_text(REPLY % (id, "OK"))
    for thread in threads:
        thread.join(20)
    assert answers == {str(n): {"n": str(n)} for n in range(5)}


def test_cancel_ends_the_wait(desk: Desk) -> None:
    waiting = desk.ask(config(), message="Which?")
    desk.request()
    desk.context.cancel()
    with pytest.raises(RunCancelled):
        waiting.result(5)


def test_rubbish_in_the_feed_is_left_alone(desk: Desk) -> None:
    desk.feed.mkdir(parents=True)
    (desk.feed / "entry_0.atom").write_text("<entry")
    (desk.feed / "notes.txt").write_text("x")
    waiting = desk.ask(config(), message="Which?")
    _wait(lambda: (desk.feed / "entry_1.atom").exists())
    (desk.feed / "entry_0.atom").unlink()
    desk.answer({"answer": "cat"})
    assert waiting.result(20) == {"answer": "cat"}


def test_unknown_template_is_a_problem(desk: Desk) -> None:
    activity = Activity("interaction", "", {}, {}, config("guess"))
    [problem] = bound_activity_class("interaction").problems(activity)
    assert problem.startswith("The interaction template 'guess' is not known here")
    with pytest.raises(ActivityFailure, match=r"^Unable to generate HTML$"):
        desk.ask(config("guess")).result(20)


def _wait(true: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 20
    while not true():
        assert time.monotonic() < deadline
        time.sleep(0.01)
