"""Values of a run, raw: ``/runs/7/output/OUT/0`` and the like (Player dossier 1.4, 1.7).

Indices in addresses begin with 0, names of files and in archives with 1. Where an
address has fewer indices than the value is deep, it means the list, as an archive.
What a client accepts does not matter here. Whatever a workflow wrote is shown in a
sandbox (``serving/files.py``).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from flask import Response

from taverna_server.data.content import EMPTY, TEXT, of_content
from taverna_server.data.outputs import ERROR_SUFFIX, OUTPUT_SUBDIRECTORY, file_name
from taverna_server.data.paths import Entry, WorkDirectory
from taverna_server.data.portvalues import ERROR
from taverna_server.data.values import ListValue, Value, read_bytes
from taverna_server.data.workspace import Workspace
from taverna_server.errors import BadPath, Unknown, UnknownEntry, UnknownPort
from taverna_server.manager.giving import InputContent
from taverna_server.model.identity import User
from taverna_server.model.run import TAVERNA, Run, RunState
from taverna_server.player.answers import INLINE, attachment
from taverna_server.player.archives import archive, archive_of_values
from taverna_server.player.callers import run_of
from taverna_server.player.face import views
from taverna_server.serving.context import manager
from taverna_server.serving.files import security_headers, value_answer


@dataclass(frozen=True, slots=True)
class Located:
    """Where a value lies."""

    port: str
    indices: tuple[int, ...]
    path: str | None
    """Below ``wd``; None for a gap in a list, and where nothing came out."""
    is_list: bool = False
    is_error: bool = False

    @property
    def name(self) -> str:
        """Of the port, and which item of it, as files are called."""
        return "-".join([self.port, *(str(index + 1) for index in self.indices)])


@views.get("/runs/<int:number>/output/<path:place>")
def get_output(number: int, place: str) -> Response:
    """A single value, as it is; a list as an archive."""
    user, run = run_of(number)
    found = locate_output(user, run, place)
    return _output(user, run, found, INLINE, TEXT if found.is_error else None)


@views.get("/runs/<int:number>/download/output/<path:place>")
def download_output(number: int, place: str) -> Response:
    """The same to be saved."""
    user, run = run_of(number)
    found = locate_output(user, run, place)
    ending = ".zip" if found.is_list else ""
    headers = attachment(f"{run.name}-{found.name}{ending}")
    return _output(user, run, found, headers, ERROR if found.is_error else None)


@views.get("/runs/<int:number>/input/<path:port>")
def get_input(number: int, port: str) -> Response:
    """What a port was given."""
    user, run = run_of(number)
    return _input(user, run, manager().given_input(user, run.id, port), INLINE)


@views.get("/runs/<int:number>/download/input/<path:port>")
def download_input(number: int, port: str) -> Response:
    """The same to be saved."""
    user, run = run_of(number)
    given = manager().given_input(user, run.id, port)
    headers = attachment(f"{run.name}-{port}{'.zip' if given.depth else ''}")
    return _input(user, run, given, headers)


def locate_output(user: User, run: Run, place: str) -> Located:
    """What ``PORT/0/1`` stands for.

    Raises:
        UnknownPort: the workflow has no such output.
        UnknownEntry: there is no such item.
    """
    if run.workflow_type != TAVERNA:
        return _declared(run, place)
    names = [name for name, _ in manager().workflow_of(run).outputs]
    port, indices = _split(place, names)
    wd = manager().working_directory(user, run.id)
    others = {file_name(name) for name in names} - {file_name(port)}
    others |= {f"{name}{ERROR_SUFFIX}" for name in others}
    path, entry = OUTPUT_SUBDIRECTORY, _find(wd, OUTPUT_SUBDIRECTORY, file_name(port), others)
    if entry is None:
        if run.state is RunState.FINISHED and not indices:
            return Located(port, (), None)
        raise UnknownEntry(place)
    path = f"{path}/{entry.name}"
    for depth, index in enumerate(indices, 1):
        if not entry.is_dir:
            raise UnknownEntry(place)
        inner = _find(wd, path, str(index + 1))
        if inner is None:
            _check_gap(wd, path, index, is_last=depth == len(indices))
            return Located(port, indices, None)
        path, entry = f"{path}/{inner.name}", inner
    is_error = not entry.is_dir and entry.name.endswith(ERROR_SUFFIX)
    return Located(port, indices, path, entry.is_dir, is_error)


def _declared(run: Run, place: str) -> Located:
    """A file that a REANA workflow says it makes."""
    names = manager().declared_outputs(run)
    port, _ = _split(place, names)
    if Workspace(manager().directory(run).wd).has(port):
        return Located(port, (), port)
    if run.state is RunState.FINISHED:
        return Located(port, (), None)
    raise UnknownEntry(place)


def _split(place: str, names: Sequence[str]) -> tuple[str, tuple[int, ...]]:
    """The port, whose name may have slashes, and the indices after it."""
    for name in sorted(names, key=len, reverse=True):
        if place == name:
            return name, ()
        steps = place.removeprefix(f"{name}/").split("/")
        if place.startswith(f"{name}/") and all(map(_is_index, steps)):
            return name, tuple(map(int, steps))
    raise UnknownPort(place.partition("/")[0], names, "output")


def _is_index(step: str) -> bool:
    return step.isascii() and step.isdigit() and len(step) < 10


def _find(
    wd: WorkDirectory, parent: str, name: str, others: frozenset[str] | set[str] = frozenset()
) -> Entry | None:
    """The entry for a name: itself, its error, or itself with a suffix."""
    for candidate in (name, f"{name}{ERROR_SUFFIX}"):
        try:
            return wd.entry(f"{parent}/{candidate}")
        except (UnknownEntry, BadPath):
            continue
    listed = wd.list(parent) if wd.is_dir(parent) else []
    suffixed = (it for it in listed if it.name.startswith(f"{name}.") and it.name not in others)
    return next(suffixed, None)


def _check_gap(wd: WorkDirectory, path: str, index: int, is_last: bool) -> None:
    """Raises UnknownEntry for what is not just an item that no job produced."""
    numbers = [it.name.partition(".")[0] for it in wd.list(path)]
    length = max((int(it) for it in numbers if it.isdigit()), default=0)
    if index >= length or not is_last:
        raise UnknownEntry(f"{path}/{index}")


def _output(
    user: User, run: Run, found: Located, headers: dict[str, str], kind: str | None
) -> Response:
    wd = manager().working_directory(user, run.id)
    if found.path is None:
        return _bytes(b"", headers)
    if found.is_list:
        return archive(wd, found.path, headers)
    return value_answer(wd, found.path, kind, headers)


def _input(user: User, run: Run, given: InputContent, headers: dict[str, str]) -> Response:
    if given.value is not None and not isinstance(given.value, ListValue):
        if not isinstance(given.value, str | bytes):
            raise Unknown("there is no value at this input")
        return _bytes(read_bytes(given.value), headers)
    if given.value is not None:
        return archive_of_values(dict(_leaves(given.value)), headers)
    wd = manager().working_directory(user, run.id)
    if given.depth:
        return archive(wd, given.path or "", headers)
    return value_answer(wd, given.path or "", None, headers)


def _leaves(values: ListValue, place: str = "") -> Iterator[tuple[str, bytes]]:
    item: Value
    for number, item in enumerate(values, 1):
        if isinstance(item, ListValue):
            yield from _leaves(item, f"{place}{number}/")
        elif isinstance(item, str | bytes):
            yield f"{place}{number}", read_bytes(item)


def _bytes(content: bytes, headers: dict[str, str]) -> Response:
    kind = of_content(content[:1024]) if content else EMPTY
    return Response(content, headers={**security_headers(""), **headers}, content_type=kind)
