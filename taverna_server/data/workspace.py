"""A run's ``wd`` as REANA sees it: a workspace of files, found by patterns.

Beside what ``paths.py`` guards, names may have blanks here, parents are made as
needed, and a path may begin with a slash or have two in a row (REANA dossier 3).
What engines keep for themselves (``HIDDEN``) is neither listed nor counted, and
goes with the workspace.
"""

from __future__ import annotations

import contextlib
import fnmatch
import itertools
import os
import re
from collections.abc import Iterable, Iterator

from taverna_server.data.names import split
from taverna_server.data.paths import MAX_DEPTH, Entry, WorkDirectory
from taverna_server.errors import BadPath, UnknownEntry

HIDDEN = (".snakemake", ".reana")
"""Directories of the workspace itself."""
_WILD = re.compile(r"[*?\[]")


def check_workspace_name(name: str, refusal: str = "this cannot be a file name") -> str:
    """Any name that a file system has. Raises BadPath for others."""
    if name in ("", ".", "..") or "\0" in name or "/" in name:
        raise BadPath(refusal)
    if len(os.fsencode(name)) > 255:
        raise BadPath("the name is longer than 255 bytes")
    return name


def plain_path(path: str) -> str:
    """The path without slashes that mean nothing.

    Raises:
        BadPath: it has a ``..``, or a name that no file has.
    """
    names = [name for name in path.split("/") if name not in ("", ".")]
    for name in names:
        check_workspace_name(name, f"'{path[:100]}' is not a path in the workspace")
    return "/".join(names)


class Workspace(WorkDirectory):
    """The files of a workflow."""

    check_name = staticmethod(check_workspace_name)

    def put(self, path: str, chunks: Iterable[bytes]) -> None:
        """``write``, with the directories it lies in."""
        names = split(path)
        if len(names) > MAX_DEPTH:
            raise BadPath(f"directories nested more than {MAX_DEPTH} deep")
        for depth in range(1, len(names)):
            parent = "/".join(names[:depth])
            if not self.is_dir(parent):
                # Two uploads may want the same one at the same moment.
                with contextlib.suppress(BadPath):
                    self.make_directory("/".join(names[: depth - 1]), names[depth - 1])
            if not self.is_dir(parent):
                raise BadPath(f"'{parent}' is not a directory")
        self.write(path, chunks)

    def everything(
        self, path: str = "", hidden: tuple[str, ...] = HIDDEN
    ) -> Iterator[tuple[str, Entry]]:
        """Files and directories below a directory, with their whole paths.

        Without what a step has put too deep for us to reach.
        """
        waiting = [path]
        while waiting:
            place = waiting.pop()
            for entry in self._listed(place):
                inner = f"{place}/{entry.name}".lstrip("/")
                if inner in hidden:
                    continue
                yield inner, entry
                if entry.is_dir:
                    waiting.append(inner)

    def files(self, pattern: str = "") -> list[tuple[str, Entry]]:
        """The files that a pattern or a directory means, by path; all for the empty text."""
        wanted = plain_path(pattern)
        if not wanted or self.is_dir(wanted):
            return sorted(it for it in self.everything(wanted) if not it[1].is_dir)
        return [it for it in self.matching(wanted) if not it[1].is_dir]

    def has(self, path: str) -> bool:
        try:
            self.entry(path)
        except (UnknownEntry, BadPath):
            return False
        return True

    def size(self, path: str = "") -> int:
        """Bytes of the files below a directory, also of hidden ones."""
        found = self.everything(path, hidden=())
        return sum(entry.size for _, entry in found if not entry.is_dir)

    def _listed(self, path: str) -> list[Entry]:
        """A directory may go, or become a file, while others are listed."""
        try:
            return self.list(path)
        except (UnknownEntry, BadPath):
            return []

    def matching(self, pattern: str) -> list[tuple[str, Entry]]:
        """Files and directories that a pattern means, outermost first."""
        wanted = plain_path(pattern)
        if not wanted:
            return []
        if not _WILD.search(wanted) or self.has(wanted):
            return [(wanted, self.entry(wanted))] if self.has(wanted) else []
        start = _without_wildcards(wanted)
        found = self.everything(start) if self.is_dir(start) else ()
        return sorted(it for it in found if matches(it[0], wanted))


def matches(path: str, pattern: str) -> bool:
    """Whether a path is one that a pattern means: ``**`` stands for any number of names.

    All ways to read the pattern are followed at once: the time is that of their number
    times the length of the path.
    """
    wanted = pattern.split("/")
    places = set(_skipping(wanted, {0}))
    for name in path.split("/"):
        moved = {place for place in places if wanted[place : place + 1] == ["**"]}
        moved |= {
            place + 1
            for place in places
            if place < len(wanted)
            and wanted[place] != "**"
            and fnmatch.fnmatchcase(name, wanted[place])
        }
        places = set(_skipping(wanted, moved))
    return len(wanted) in places


def _skipping(wanted: list[str], places: set[int]) -> Iterator[int]:
    """The places, and those behind a ``**`` that stands for nothing."""
    for place in places:
        yield place
        while place < len(wanted) and wanted[place] == "**":
            place += 1
            yield place


def _without_wildcards(pattern: str) -> str:
    names = list(itertools.takewhile(lambda name: not _WILD.search(name), pattern.split("/")))
    return "/".join(names)
