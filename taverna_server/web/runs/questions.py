"""What a run asks people and nobody has answered yet.

The questions stand in the run's feed (``manager/interactions.py``); replies do, too.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Sequence
from dataclasses import dataclass

from lxml import etree

from taverna_server.errors import MalformedDocument
from taverna_server.etree import parse_xml
from taverna_server.manager import RunManager
from taverna_server.manager.interactions import FEED
from taverna_server.model.identity import User
from taverna_server.model.run import Run, RunState

ATOM = "{http://www.w3.org/2005/Atom}"
_OURS = "{http://ns.taverna.org.uk/2012/interaction}"
_PAGE = re.compile(r"(?:\./)?(?:wd/)?(interactions/[^/?#]+\.html?)")


@dataclass(frozen=True, slots=True)
class Question:
    """One that waits for an answer, or a note that needs none."""

    id: str
    step: str
    """The processor that asks."""
    page: str
    """Path below ``wd`` of the page to open."""
    is_note: bool


def open_questions(manager: RunManager, user: User, run: Run) -> list[Question]:
    """Those of a run at work that wait for an answer, the oldest first."""
    return [it for it in _unanswered(manager, user, run) if not it.is_note]


def notes(manager: RunManager, user: User, run: Run) -> list[Question]:
    """What a run at work tells without waiting, the oldest first."""
    return [it for it in _unanswered(manager, user, run) if it.is_note]


def _unanswered(manager: RunManager, user: User, run: Run) -> Sequence[Question]:
    if run.state != RunState.RUNNING:
        return ()
    wd = manager.working_directory(user, run.id)
    if not wd.is_dir(FEED):
        return ()
    _, stored = manager.interaction_feed(user, run.id)
    entries = [entry for it in reversed(stored) if (entry := _parsed(it.content)) is not None]
    answered = {text for entry in entries if (text := _said(entry, "in-reply-to"))}
    asked = (_question(entry) for entry in entries)
    return tuple(it for it in asked if it is not None and it.id not in answered)


def _parsed(content: bytes) -> etree._Element | None:
    try:
        return parse_xml(content)
    except MalformedDocument:
        return None


def _question(entry: etree._Element) -> Question | None:
    """None for a reply, and for what has no page of ours."""
    id = _said(entry, "id")
    link = entry.find(f"{ATOM}link[@rel='presentation']")
    found = _PAGE.search(posixpath.normpath(link.get("href") or "")) if link is not None else None
    if not id or found is None or entry.find(f"{_OURS}in-reply-to") is not None:
        return None
    is_note = entry.find(f"{_OURS}progress") is not None
    return Question(id, _said(entry, "path").replace(":", " / "), found[1], is_note)


def _said(entry: etree._Element, name: str) -> str:
    return (entry.findtext(f"{_OURS}{name}") or "").strip()
