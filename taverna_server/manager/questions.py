"""What a run asks people, and their answers (protocol dossier 9.2, Player dossier 1.8).

A question is an entry of the run's feed, its answer a file below ``wd/interactions``
and another entry. The engine clears both away when it has read the answer, so what
was answered is kept in the database as well: nobody answers twice, and a run that
repeats another with changes is answered what the other was.
"""

from __future__ import annotations

import re
import uuid
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime

from lxml import etree

from taverna_server.data.paths import WorkDirectory
from taverna_server.errors import (
    BadPath,
    Conflict,
    Gone,
    MalformedDocument,
    UnknownEntry,
)
from taverna_server.etree import parse_xml
from taverna_server.manager.interactions import FEED, FeedEntry, Interactions
from taverna_server.model.identity import Permission, User
from taverna_server.model.run import COMPLETE, Run, RunState

ATOM = "{http://www.w3.org/2005/Atom}"
OURS = "{http://ns.taverna.org.uk/2012/interaction}"
LARGEST_DATA = 16 * 2**20
LARGEST_ANSWER = 2**26
_ID = re.compile(r"[0-9A-Za-z-]{1,100}")
_PAGE = re.compile(r"(?:\./)?wd/(interactions/[^/?#]+\.html?)")


@dataclass(frozen=True, slots=True)
class Question:
    """One that stands in the feed."""

    serial: str
    """``path-count``: what it is called within its run, the same in a run that repeats it."""
    id: str
    path: str
    """Names of processors, from the outermost on, separated by colons."""
    address: str
    """Of the page to open, as the entry has it."""
    is_note: bool
    """Tells something and waits for nobody."""

    @property
    def page(self) -> str | None:
        """The page's path below ``wd``; None where it lies elsewhere."""
        found = _PAGE.fullmatch(self.address)
        return found[1] if found else None


class Questions(Interactions):
    """Reading is for all who may read the run, answering for those who may update it."""

    def open_questions(self, caller: User, run_id: str) -> list[Question]:
        """Those without an answer, oldest first, notes among them; none unless the run works."""
        run = self.run_for(caller, run_id, Permission.READ)
        if run.state is not RunState.RUNNING or not self._wd(run).is_dir(FEED):
            return []
        answered = set(self.store.answered(run.id))
        _, entries = self.interaction_feed(caller, run_id)
        return [it for it in unanswered(entries) if it.serial not in answered]

    def question(self, caller: User, run_id: str, serial: str) -> Question:
        """An open one.

        Raises:
            Gone: the run is over.
            Conflict: it was answered.
            UnknownEntry: the run never asked that, as far as anybody knows.
        """
        run = self.run_for(caller, run_id, Permission.READ)
        if self.store.answer(run.id, serial) is not None:
            raise Conflict("this question was answered already")
        if run.state in COMPLETE or run.state is RunState.CANCELLING:
            raise Gone("the run is over; it asks nothing any more")
        for question in self.open_questions(caller, run_id):
            if question.serial == serial:
                return question
        raise UnknownEntry(serial)

    def question_data(self, caller: User, run_id: str, question: Question) -> str:
        """What the question is about: JSON as text; empty where there is none."""
        wd = self._wd(self.run_for(caller, run_id, Permission.READ))
        return _content(wd, _data_path(question.id, "Input"), LARGEST_DATA).decode(
            "utf-8", "replace"
        )

    def reply(self, caller: User, run_id: str, serial: str, status: str, content: bytes) -> None:
        """Answer a question; ``content`` is JSON.

        Raises:
            Gone, Conflict, UnknownEntry: as ``question``.
        """
        run = self.run_for(caller, run_id, Permission.UPDATE)
        question = self.question(caller, run_id, serial)
        if question.is_note:
            raise Conflict("this only tells something and takes no answer")
        if not self.store.keep_answer(run.id, serial, status, content.decode("utf-8", "replace")):
            raise Conflict("this question was answered already")
        self._answer(run, question, status, content)

    def answer_as_before(self, run: Run, before: Run) -> int:
        """Answer what the run asks as it was answered in another; how many."""
        known = self.store.answers(before.id)
        entries = list(self._feed_of(run)) if known else []
        count = 0
        for question in unanswered(entries):
            if question.is_note or question.serial not in known:
                continue
            status, content = known[question.serial]
            if self.store.keep_answer(run.id, question.serial, status, content):
                self._answer(run, question, status, content.encode())
                count += 1
        return count

    def _answer(self, run: Run, question: Question, status: str, content: bytes) -> None:
        self._wd(run).write(_data_path(question.id, "Output"), (content,))
        self._store_entry(run, lambda _name: _reply_entry(run.id, question.id, status))

    def _note_reply(self, run: Run, entry: bytes) -> None:
        """An answer that comes through the feed; its data lies there already."""
        parsed = _parsed(entry)
        replied = "" if parsed is None else _said(parsed, "in-reply-to")
        if parsed is None or not replied:
            return
        for question in unanswered(self._feed_of(run)):
            if question.id == replied:
                data = _content(self._wd(run), _data_path(replied, "Output"), LARGEST_ANSWER)
                status = _said(parsed, "result-status")
                text = data.decode("utf-8", "replace")
                self.store.keep_answer(run.id, question.serial, status, text)


def unanswered(entries: Iterable[FeedEntry]) -> Iterator[Question]:
    """The questions among the entries of a feed (newest first) that no entry replies to."""
    parsed = [found for it in entries if (found := _parsed(it.content)) is not None]
    answered = {_said(entry, "in-reply-to") for entry in parsed}
    seen = set()
    for entry in reversed(parsed):
        question = _question(entry)
        if question and question.id not in answered and question.serial not in seen:
            seen.add(question.serial)
            yield question


def _parsed(content: bytes) -> etree._Element | None:
    try:
        return parse_xml(content)
    except MalformedDocument:
        return None


def _question(entry: etree._Element) -> Question | None:
    """None for what is none: replies, and entries without id or page."""
    id, path = _said(entry, "id"), _said(entry, "path")
    link = entry.find(f"{ATOM}link[@rel='presentation']")
    if not _ID.fullmatch(id) or link is None or entry.find(f"{OURS}in-reply-to") is not None:
        return None
    serial = f"{path}-{_said(entry, 'count')}"
    is_note = entry.find(f"{OURS}progress") is not None
    return Question(serial, id, path, link.get("href") or "", is_note)


def _said(entry: etree._Element, name: str) -> str:
    return (entry.findtext(f"{OURS}{name}") or "").strip()


def _data_path(id: str, kind: str) -> str:
    return f"interactions/interaction{id}{kind}Data.json"


def _content(wd: WorkDirectory, path: str, most: int) -> bytes:
    """Empty where there is none that can be read, or too much."""
    try:
        stream, found = wd.open_file(path)
    except (UnknownEntry, BadPath):
        return b""
    with stream:
        return stream.read() if found.st_size <= most else b""


def _reply_entry(run_id: str, id: str, status: str) -> bytes:
    names = {None: ATOM[1:-1], "interaction": OURS[1:-1]}
    entry = etree.Element(f"{ATOM}entry", nsmap=names)  # type: ignore[arg-type]
    now = datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
    texts = {
        f"{ATOM}title": f"A reply to {id}",
        f"{ATOM}id": f"urn:uuid:{uuid.uuid4()}",
        f"{ATOM}updated": now,
        f"{ATOM}published": now,
        f"{ATOM}content": "",
        f"{OURS}run-id": run_id,
        f"{OURS}in-reply-to": id,
        f"{OURS}result-status": status,
    }
    for tag, text in texts.items():
        etree.SubElement(entry, tag).text = text
    written: bytes = etree.tostring(entry, xml_declaration=True, encoding="UTF-8")
    return written
