"""The interaction feed of a run: how it asks people, and how they answer (protocol dossier 9.2).

An entry is a file ``wd/feed/entry_N.atom``; the engine writes requests there and
looks there for replies, so a deleted file is a deleted entry. What stands in an
entry is not looked at here: the face knows Atom.
"""

from __future__ import annotations

import contextlib
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from taverna_server.data.paths import Entry, WorkDirectory
from taverna_server.errors import BadPath, TooLarge, UnknownEntry
from taverna_server.manager.permissions import Guarded
from taverna_server.model.identity import Permission, User
from taverna_server.model.run import Run

FEED = "feed"
LARGEST_ENTRY = 50 * 1024
_ENTRY = re.compile(r"entry_([0-9]{1,9})")
_SUFFIX = ".atom"


@dataclass(frozen=True, slots=True)
class FeedEntry:
    """One entry as it is stored."""

    name: str
    content: bytes
    modified: float
    """Seconds since 1970."""


class Interactions(Guarded):
    """Reading is for all who may read the run, the rest for those who may update it."""

    def interaction_feed(self, caller: User, run_id: str) -> tuple[Run, list[FeedEntry]]:
        """The run, and the entries of its feed, newest first; too large ones are left out."""
        run = self.run_for(caller, run_id, Permission.READ)
        return run, list(self._feed_of(run))

    def _feed_of(self, run: Run) -> Iterator[FeedEntry]:
        wd = self._wd(run)
        listed = sorted(_listed(wd), key=lambda e: (e.modified, _number(e)), reverse=True)
        for entry in listed:
            with contextlib.suppress(UnknownEntry, BadPath):  # deleted since, or too large
                yield _read(wd, entry)

    def interaction_entry(self, caller: User, run_id: str, name: str) -> FeedEntry:
        """One entry.

        Raises:
            UnknownEntry: no such entry.
            BadPath: larger than ``LARGEST_ENTRY``.
        """
        wd = self._wd(self.run_for(caller, run_id, Permission.READ))
        return _read(wd, wd.entry(_path(name)))

    def add_interaction_entry(
        self, caller: User, run_id: str, make: Callable[[str], bytes]
    ) -> FeedEntry:
        """Store what ``make`` makes for the name it is given, the first that is free.

        Raises:
            TooLarge: the entry could not be read again.
        """
        return self._store_entry(self.run_for(caller, run_id, Permission.UPDATE), make)

    def _store_entry(self, run: Run, make: Callable[[str], bytes]) -> FeedEntry:
        wd = self._wd(run)
        if not wd.is_dir(FEED):
            wd.make_directory("", FEED)
        number = max(map(_number, _listed(wd)), default=0) + 1
        while True:
            name = f"entry_{number}"
            content = make(name)
            if len(content) > LARGEST_ENTRY:
                raise TooLarge("entry larger than 50kB")
            self._note_reply(run, content)
            if wd.create(_path(name), content):
                return FeedEntry(name, content, wd.entry(_path(name)).modified)
            number += 1

    def delete_interaction_entry(self, caller: User, run_id: str, name: str) -> None:
        """Raises UnknownEntry."""
        self._wd(self.run_for(caller, run_id, Permission.UPDATE)).delete(_path(name))

    def _note_reply(self, run: Run, entry: bytes) -> None:
        """What comes into the feed may be an answer (``questions.py``)."""

    def _wd(self, run: Run) -> WorkDirectory:
        return WorkDirectory(self.directory(run).wd)


def _path(name: str) -> str:
    if not _ENTRY.fullmatch(name):
        raise UnknownEntry(name)
    return f"{FEED}/{name}{_SUFFIX}"


def _listed(wd: WorkDirectory) -> list[Entry]:
    entries = wd.list(FEED) if wd.is_dir(FEED) else []
    return [e for e in entries if not e.is_dir and _number(e)]


def _number(entry: Entry) -> int:
    """The N of ``entry_N.atom``; 0 for any other name."""
    found = _ENTRY.fullmatch(entry.name.removesuffix(_SUFFIX))
    return int(found[1]) if found and entry.name.endswith(_SUFFIX) else 0


def _read(wd: WorkDirectory, entry: Entry) -> FeedEntry:
    stream, found = wd.open_file(f"{FEED}/{entry.name}")
    with stream:
        if found.st_size > LARGEST_ENTRY:
            raise BadPath("entry larger than 50kB")
        content = stream.read(LARGEST_ENTRY)
    return FeedEntry(entry.name.removesuffix(_SUFFIX), content, found.st_mtime)
