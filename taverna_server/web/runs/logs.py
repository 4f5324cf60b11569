"""The logs of a run: read from the end, searched, and followed while they grow.

A log is one text, be it kept in several files (the detail log starts a new one when
it is full). It is the same while the run works and ever after. Reading costs what
is shown; a search reads everything once, in constant memory.
"""

from __future__ import annotations

import contextlib
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import BinaryIO

from taverna_server.data.paths import WorkDirectory
from taverna_server.errors import BadPath, UnknownEntry
from taverna_server.manager import RunManager
from taverna_server.model.identity import User
from taverna_server.model.run import Run

MOST_SHOWN = 1 << 16
"""Bytes at the end of a log that a page begins with."""
MOST_READ = 1 << 18
"""Bytes of one answer to somebody who follows."""
MOST_FOUND = 500
_LONGEST_LINE = 1 << 16

_CONTROL = re.compile(
    r"\x1b\[[0-9;?]*[ -/]*[@-~]|\x1b\][^\x07\x1b]*(?:\x07|\x1b\\)|[\0-\x08\x0b-\x1f]"
)
"""Colours and the like, which terminals take out."""

TITLES = {
    "detail": "What happened",
    "stderr": "Standard error",
    "stdout": "Standard output",
}


@dataclass(frozen=True, slots=True)
class Log:
    """One of a run's logs."""

    name: str
    """In addresses: ``detail``, ``stdout``, ``stderr`` or ``job-<id>``."""
    title: str
    place: WorkDirectory
    files: tuple[str, ...]
    """In their order; those that are not there count as empty."""

    @property
    def size(self) -> int:
        """Bytes, so far."""
        return sum(self._sizes())

    def read(self, start: int, most: int) -> bytes:
        """Bytes from an offset on."""
        found = b""
        for file, size in zip(self.files, self._sizes(), strict=True):
            if start < size and len(found) < most:
                with self._opened(file) as stream:
                    stream.seek(start)
                    found += stream.read(most - len(found))
            start = max(start - size, 0)
        return found

    def lines(self) -> Iterator[str]:
        """All lines without their ends; overlong ones come in pieces."""
        for file in self.files:
            with contextlib.suppress(UnknownEntry, BadPath), self._opened(file) as stream:
                while line := stream.readline(_LONGEST_LINE):
                    yield readable(line).rstrip("\n")

    def _opened(self, file: str) -> BinaryIO:
        return self.place.open_file(file)[0]

    def _sizes(self) -> list[int]:
        return [_size(self.place, file) for file in self.files]


@dataclass(frozen=True, slots=True)
class Part:
    """A piece of a log."""

    text: str
    start: int
    end: int
    """The offset to go on from."""


def logs_of(manager: RunManager, user: User, run: Run) -> list[Log]:
    """The logs that every run has, whatever is in them yet."""
    wd = manager.working_directory(user, run.id)
    streams = (manager.stderr(user, run.id), manager.stdout(user, run.id))
    found = [
        Log(path.name, _title(path.name, run), WorkDirectory(path.parent), (path.name,))
        for path in streams
    ]
    if run.workflow_type == "taverna":
        detail = manager.log(user, run.id)
        found.insert(0, Log("detail", TITLES["detail"], wd, tuple(detail)))
    return found


def find_log(manager: RunManager, user: User, run: Run, name: str) -> Log:
    """The log of a name.

    Raises:
        UnknownEntry: there is none of that name.
    """
    if name.startswith("job-"):
        place, file = manager.log_of_job(user, run.id, name.removeprefix("job-"))
        return Log(name, "Job", place, (file,))
    for log in logs_of(manager, user, run):
        if log.name == name:
            return log
    raise UnknownEntry(name)


def end_of(log: Log, most: int = MOST_SHOWN) -> Part:
    """The last lines."""
    size = log.size
    start = max(size - most, 0)
    content = log.read(start, size - start)
    if start and b"\n" in content:
        whole = content.partition(b"\n")[2]
        start += len(content) - len(whole)
        content = whole
    return Part(readable(content), start, start + len(content))


def after(log: Log, offset: int) -> Part:
    """What came since; the end of the log anew where the offset cannot be one of it."""
    if not 0 <= offset <= log.size:
        return end_of(log)
    content = log.read(offset, MOST_READ)
    if len(content) < MOST_READ:
        content = _whole_characters(content)
    return Part(readable(content), offset, offset + len(content))


def search(log: Log, wanted: str, most: int = MOST_FOUND) -> tuple[Sequence[tuple[int, str]], bool]:
    """The lines with a text in them, in any case, with their numbers; and whether that is all."""
    found: list[tuple[int, str]] = []
    for number, line in enumerate(log.lines(), start=1):
        if wanted.casefold() in line.casefold():
            if len(found) == most:
                return found, False
            found.append((number, line))
    return found, True


def readable(content: bytes) -> str:
    """As UTF-8, without what only terminals understand."""
    return _CONTROL.sub("", content.decode("utf-8", "replace"))


def _whole_characters(content: bytes) -> bytes:
    """Without the beginning of a character whose rest was not written yet."""
    for back in range(1, min(4, len(content)) + 1):
        first = content[-back]
        if first & 0xC0 != 0x80:
            width = 4 if first >= 0xF0 else 3 if first >= 0xE0 else 2 if first >= 0xC0 else 1
            return content[:-back] if width > back else content
    return content


def _title(name: str, run: Run) -> str:
    """The other types tell on standard error what they do (``engines/base.py``)."""
    is_engine_log = name == "stderr" and run.workflow_type != "taverna"
    return "What happened" if is_engine_log else TITLES[name]


def _size(place: WorkDirectory, file: str) -> int:
    try:
        return place.entry(file).size
    except (UnknownEntry, BadPath):
        return 0
