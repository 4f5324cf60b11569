"""What a run was given, as its pages show it.

A single value is a text or a file; a list is a directory laid out as outputs are, or
a text that the engine splits; a Baclava document has all of it in one file.
"""

from __future__ import annotations

from pathlib import Path, PurePosixPath

from taverna_server.data.baclava import read_baclava
from taverna_server.data.paths import WorkDirectory
from taverna_server.data.values import Value
from taverna_server.errors import BadPath, MalformedDocument, UnknownEntry
from taverna_server.manager import RunManager
from taverna_server.model.identity import User
from taverna_server.model.run import Run, RunInput
from taverna_server.web.runs.previews import preview_bytes
from taverna_server.web.runs.shown import FIRST_ITEMS, Outputs, Shown, preview_of_file, shown_value

MOST_BACLAVA = 4 << 20
"""Bytes of a Baclava document that is read for a page."""


def given_inputs(manager: RunManager, user: User, run: Run) -> list[Shown]:
    """Each input port of the workflow, in its order."""
    wd = manager.working_directory(user, run.id)
    ports = [port.name for port in manager.expected_inputs(user, run.id)]
    if run.baclava_input is not None:
        values = baclava_values(wd, run.baclava_input) or {}
        return [_of_value(wd, port, values.get(port)) for port in ports]
    given = {it.port: it for it in manager.inputs(user, run.id)}
    return [_of_input(wd, port, given.get(port)) for port in ports]


def baclava_values(wd: WorkDirectory, path: str) -> dict[str, Value] | None:
    """What a document holds; None for one that is too long, not there, or none at all."""
    try:
        stream, found = wd.open_file(path)
        with stream:
            return read_baclava(stream) if found.st_size <= MOST_BACLAVA else None
    except (UnknownEntry, BadPath, MalformedDocument):
        return None


def _of_value(wd: WorkDirectory, port: str, value: Value | None) -> Shown:
    return Shown(port) if value is None else shown_value(wd, port, value)


def _of_input(wd: WorkDirectory, port: str, given: RunInput | None) -> Shown:
    if given is None:
        return Shown(port)
    if given.file is None:
        return Shown(port, preview=preview_bytes((given.value or "").encode("utf-8", "replace")))
    if given.depth:
        return list_below(wd, given.file, port, FIRST_ITEMS)
    return Shown(port, preview=preview_of_file(wd, given.file))


def list_below(wd: WorkDirectory, directory: str, port: str, items: int) -> Shown:
    """A list that lies in a directory below ``wd``."""
    place = PurePosixPath(directory)
    found = Outputs(WorkDirectory(Path(wd.root)), out=str(place.parent)).show(place.name, (), items)
    return Shown(port, found.index, found.preview, found.total, found.errors, found.items)
