"""The interaction feed as the engine sees it: files in ``wd/feed`` (protocol dossier 9.2).

Requests are written there, replies are found there; the server does the same
from its side. No server needs to run, and none is asked: it may be restarted
while a question is open. New files are noticed by looking, which works on
file systems of clusters, too.
"""

from __future__ import annotations

import os
import re
import threading
import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from lxml import etree

from taverna_server.data.guarded import read_guarded
from taverna_server.engines.taverna.activities.base import RunContext
from taverna_server.errors import MalformedDocument
from taverna_server.etree import parse_xml

ATOM = "http://www.w3.org/2005/Atom"
INTERACTION = "http://ns.taverna.org.uk/2012/interaction"
_XHTML = "http://www.w3.org/1999/xhtml"
_ENTRY = re.compile(r"entry_([0-9]{1,9})\.atom")
_FIRST_PAUSE, _LONGEST_PAUSE = 0.1, 1.0
_LARGEST = 50 * 1024


@dataclass(frozen=True, slots=True)
class Question:
    """What a request says."""

    id: str
    run_id: str
    path: str
    """Names of processors, from the outermost on, separated by colons."""
    count: int
    page: str
    """Address of the page to open, relative to the run's."""
    notification: bool


class Feed:
    """The feed of one run; for several threads."""

    def __init__(self, directory: Path) -> None:
        self._directory = directory
        self._replies: dict[str, str] = {}
        self._seen: set[str] = set()
        self._lock = threading.Lock()

    def publish(self, question: Question) -> Path:
        """Add the request; returns its file."""
        content = _written(question)
        self._directory.mkdir(parents=True, exist_ok=True)
        number = max(
            (int(found[1]) for found in map(_ENTRY.fullmatch, self._names()) if found), default=0
        )
        temporary = self._directory / f".{question.id}.new"
        temporary.write_bytes(content)
        try:
            while True:
                number += 1
                path = self._directory / f"entry_{number}.atom"
                try:
                    os.link(temporary, path)
                except FileExistsError:
                    continue
                return path
        finally:
            temporary.unlink()

    def wait(self, id: str, context: RunContext) -> str:
        """The status of the first reply to a request, when it comes.

        Raises:
            RunCancelled: the run was stopped meanwhile.
        """
        pause = _FIRST_PAUSE
        while (status := self._reply(id)) is None:
            context.cancelled.wait(pause)
            context.check_cancelled()
            pause = min(pause * 1.2, _LONGEST_PAUSE)
        return status

    def _reply(self, id: str) -> str | None:
        with self._lock:
            for name in sorted(set(self._names()) - self._seen):
                self._seen.add(name)
                for reply_to, status in _replies(self._directory / name):
                    self._replies.setdefault(reply_to, status)
            return self._replies.get(id)

    def _names(self) -> list[str]:
        try:
            names = (file.name for file in self._directory.iterdir())
            return [name for name in names if _ENTRY.fullmatch(name)]
        except FileNotFoundError:
            return []


def _replies(path: Path) -> Iterator[tuple[str, str]]:
    """What an entry answers, and with which status; nothing for requests and rubbish."""
    try:
        entry = parse_xml(read_guarded(path, _LARGEST))
    except (OSError, MalformedDocument):
        return
    for element in entry.iter(f"{{{INTERACTION}}}in-reply-to"):
        status = next(entry.iter(f"{{{INTERACTION}}}result-status"), None)
        yield (
            (element.text or "").strip(),
            (status.text or "" if status is not None else "").strip(),
        )


def _written(question: Question) -> bytes:
    now = datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
    entry = etree.fromstring(f'<entry xmlns="{ATOM}" xmlns:interaction="{INTERACTION}"/>')
    title = f"Interaction from Taverna for {question.run_id}:{question.path}:{question.count}"
    _add(entry, ATOM, "id", f"urn:uuid:{uuid.uuid4()}")
    _add(entry, ATOM, "published", now)
    _add(entry, ATOM, "updated", now)
    _add(_add(entry, ATOM, "author"), ATOM, "name", "Taverna")
    _add(entry, ATOM, "title", title).set("type", "text")
    for name, text in (
        ("run-id", question.run_id),
        ("path", question.path),
        ("count", str(question.count)),
        ("id", question.id),
    ):
        _add(entry, INTERACTION, name, text)
    if question.notification:
        _add(entry, INTERACTION, "progress")
    link = _add(entry, ATOM, "link")
    link.set("href", question.page)
    link.set("rel", "presentation")
    content = _add(entry, ATOM, "content")
    content.set("type", "xhtml")
    division = etree.SubElement(content, f"{{{_XHTML}}}div", nsmap={None: _XHTML})  # type: ignore[dict-item]
    _add(_add(division, _XHTML, "p"), _XHTML, "a", "Open").set("href", question.page)
    written: bytes = etree.tostring(entry, xml_declaration=True, encoding="UTF-8")
    return written


def _add(
    parent: etree._Element, namespace: str, name: str, text: str | None = None
) -> etree._Element:
    child = etree.SubElement(parent, f"{{{namespace}}}{name}")
    child.text = text
    return child
