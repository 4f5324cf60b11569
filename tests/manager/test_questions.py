from __future__ import annotations

from pathlib import Path

import pytest

from taverna_server.config import Config
from taverna_server.errors import Conflict, Gone, UnknownEntry
from taverna_server.manager import RunManager
from taverna_server.model.identity import User
from taverna_server.model.run import Run, RunStatus
from taverna_server.store import Store

ENTRY = """<entry xmlns="http://www.w3.org/2005/Atom"
 xmlns:i="http://ns.taverna.org.uk/2012/interaction"><i:path>{path}</i:path><i:count>0</i:count>
<i:id>{id}</i:id>{more}<link rel="presentation" href="{page}"/></entry>"""
REPLY = """<entry xmlns="http://www.w3.org/2005/Atom"
 xmlns:i="http://ns.taverna.org.uk/2012/interaction"><i:in-reply-to>{id}</i:in-reply-to>
<i:result-status>OK</i:result-status></entry>"""


@pytest.fixture
def working(manager: RunManager, store: Store, alice: User, run: Run) -> Run:
    """A run at work, without an engine."""
    manager.set_status(alice, run.id, RunStatus.OPERATING)
    store.observe(run.id, RunStatus.OPERATING)
    return manager.get_run(alice, run.id)


@pytest.fixture
def wd(config: Config, run: Run) -> Path:
    return config.runs_directory / run.id / "wd"


def ask(wd: Path, number: int, id: str, path: str = "Ask", page: str = "", more: str = "") -> None:
    address = page or f"wd/interactions/interaction{id}.html"
    entry = ENTRY.format(path=path, id=id, page=address, more=more)
    (wd / "feed" / f"entry_{number}.atom").write_text(entry)
    (wd / "interactions" / f"interaction{id}InputData.json").write_text('{"a": 1}')


def test_questions_are_told_oldest_first_and_once(
    manager: RunManager, alice: User, working: Run, wd: Path
) -> None:
    """Check I1: an entry that came twice is one question."""
    ask(wd, 1, "a"), ask(wd, 2, "b", "Nested:Ask"), ask(wd, 3, "c", "Nested:Ask")
    (wd / "feed" / "entry_4.atom").write_text("rubbish")
    asked = manager.open_questions(alice, working.id)
    assert {it.serial for it in asked} == {"Ask-0", "Nested:Ask-0"}
    assert len(asked) == 2
    assert manager.question_data(alice, working.id, asked[0]) == '{"a": 1}'
    assert asked[0].page == f"interactions/interaction{asked[0].id}.html"


@pytest.mark.parametrize(
    "page", ["https://example.org/x", "wd/interactions/../../x.html", "wd/logs/detail.log"]
)
def test_page_that_lies_elsewhere_is_none_of_ours(
    manager: RunManager, alice: User, working: Run, wd: Path, page: str
) -> None:
    ask(wd, 1, "a", page=page)
    assert manager.open_questions(alice, working.id)[0].page is None


def test_id_that_would_lead_elsewhere_asks_nothing(
    manager: RunManager, alice: User, working: Run, wd: Path
) -> None:
    ask(wd, 1, "a")
    entry = wd / "feed" / "entry_1.atom"
    entry.write_text(entry.read_text().replace(">a<", ">../../x<"))
    assert manager.open_questions(alice, working.id) == []


def test_answer_is_where_the_engine_looks(
    manager: RunManager, alice: User, working: Run, wd: Path
) -> None:
    ask(wd, 1, "a")
    manager.reply(alice, working.id, "Ask-0", "OK", b'{"answer": "x"}')
    assert (wd / "interactions" / "interactionaOutputData.json").read_text() == '{"answer": "x"}'
    assert "in-reply-to>a<" in (wd / "feed" / "entry_2.atom").read_text()
    assert manager.open_questions(alice, working.id) == []
    with pytest.raises(Conflict):
        manager.reply(alice, working.id, "Ask-0", "OK", b"{}")


def test_note_takes_no_answer(manager: RunManager, alice: User, working: Run, wd: Path) -> None:
    ask(wd, 1, "a", more="<i:progress/>")
    assert manager.open_questions(alice, working.id)[0].is_note
    with pytest.raises(Conflict):
        manager.reply(alice, working.id, "Ask-0", "OK", b"{}")


def test_answer_through_the_feed_is_kept(
    manager: RunManager, store: Store, alice: User, working: Run, wd: Path
) -> None:
    ask(wd, 1, "a")
    (wd / "interactions" / "interactionaOutputData.json").write_text('{"answer": "y"}')
    reply = REPLY.format(id="a").encode()
    manager.add_interaction_entry(alice, working.id, lambda _: reply)
    assert store.answers(working.id) == {"Ask-0": ("OK", '{"answer": "y"}')}


def test_run_that_is_over_asks_nothing(
    manager: RunManager, store: Store, alice: User, working: Run, wd: Path
) -> None:
    ask(wd, 1, "a")
    with pytest.raises(UnknownEntry):
        manager.question(alice, working.id, "Other-0")
    store.observe(working.id, RunStatus.FINISHED, 0, working.started)
    assert manager.open_questions(alice, working.id) == []
    with pytest.raises(Gone):
        manager.question(alice, working.id, "Ask-0")


def test_link_in_place_of_data_is_not_followed(
    manager: RunManager, alice: User, working: Run, wd: Path, tmp_path: Path
) -> None:
    ask(wd, 1, "a")
    data = wd / "interactions" / "interactionaInputData.json"
    data.unlink()
    (tmp_path / "secret").write_text("secret")
    data.symlink_to(tmp_path / "secret")
    [question] = manager.open_questions(alice, working.id)
    assert manager.question_data(alice, working.id, question) == ""
