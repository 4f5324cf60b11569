"""Runs of the library's REANA workflows, made as they were requested.

Inputs are parameters and files of the workspace, by the same names in the same requests
as those of any workflow: a parameter is typed as what it replaces, a file is put where
its name says. What nothing was given for has its value from the specification, or the
file that the repeated run had.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import IO, Any

from werkzeug.datastructures import FileStorage

from taverna_server.errors import BadRequest, Invalid, MalformedDocument
from taverna_server.manager.submissions import parameter_of
from taverna_server.model.identity import User
from taverna_server.model.library import Entry
from taverna_server.model.run import Run
from taverna_server.player.requests import GivenInput, RunRequest, fit_inputs, text_of
from taverna_server.serving.context import manager
from taverna_server.workflow.reanapack import PIECE, Pack

MOST_PARAMETER = 1 << 20


@dataclass(frozen=True, slots=True)
class PackRequest:
    """A request that has been looked at."""

    pack: Pack
    parameters: Mapping[str, Any]
    files: Mapping[str, IO[bytes] | bytes]


def look_at_pack(wanted: RunRequest, entry: Entry) -> PackRequest:
    """Raises Invalid, by field, where what was given does not fit."""
    pack = _pack(entry)
    return PackRequest(pack, *_read(wanted.inputs, pack, entry))


def give_pack(user: User, run: Run, ready: PackRequest, parent: Run | None) -> None:
    """Put files into the workspace. Raises Invalid where some are missing then."""
    _put(user, run, ready.files)
    if parent is not None:
        manager().put_inherited(user, run, parent, ready.pack)
    _check_files(user, run, ready.pack)


def start_pack(user: User, run: Run, ready: PackRequest) -> None:
    """Have it executed, or wait for its turn. Raises Invalid."""
    try:
        manager().start_pack(user, run, ready.parameters)
    except BadRequest as error:
        raise Invalid({"inputs": [str(error)]}) from error


def _pack(entry: Entry) -> Pack:
    try:
        return manager().pack_of(entry)
    except MalformedDocument as error:
        raise Invalid({"workflow_id": [f"cannot be run: {error}"]}) from error


def _read(
    inputs: Mapping[str, GivenInput], pack: Pack, entry: Entry
) -> tuple[dict[str, Any], dict[str, IO[bytes] | bytes]]:
    """Parameters and files that were given."""
    known = pack.specification.parameters
    parameters: dict[str, Any] = {}
    wrong = []
    for name, said in inputs.items():
        if name not in known:
            continue
        try:
            parameters.update(_parameter(name, said, known[name]))
            pack.specification.effective_parameters(parameters)
        except ValueError as error:
            wrong.append(f"'{name[:80]}' {error}")
        except BadRequest:
            wrong.append(f"'{name[:80]}' is to be a value like {known[name]!r}")
    if wrong:
        raise Invalid({"inputs": wrong})
    files = {name: it for name, it in inputs.items() if name not in known and _is_given(it)}
    missing = set(pack.missing_files())
    ports = [(name, 0) for name in {**dict(entry.inputs), **dict.fromkeys(missing)}]
    found = fit_inputs(files, ports)
    return parameters, {name: it for name, it in found.items() if not isinstance(it, tuple)}


def _is_given(said: GivenInput) -> bool:
    """A field that was left empty is no file."""
    return said.file is not None or said.value not in (None, "", b"")


def _parameter(name: str, said: GivenInput, original: Any) -> dict[str, Any]:
    """Raises ValueError with the rest of a sentence."""
    value = said.value
    if isinstance(said.file, FileStorage):
        value = said.file.stream.read(MOST_PARAMETER + 1)
        if len(value) > MOST_PARAMETER:
            raise ValueError(f"is a file of more than {MOST_PARAMETER:,} bytes")
    elif said.file:
        value = fit_inputs({name: said}, [(name, 0)])[name]
    if value is None:
        return {}
    if isinstance(value, str | bytes):
        return {name: parameter_of(text_of(value) or "", original)}
    return {name: value}


def _put(user: User, run: Run, files: Mapping[str, IO[bytes] | bytes]) -> None:
    found = manager().analysis(user, run.id)
    for name, content in files.items():
        manager().put_file(user, found, name, _pieces(content))


def _pieces(content: IO[bytes] | bytes) -> Iterator[bytes]:
    if isinstance(content, bytes):
        yield content
        return
    content.seek(0)
    yield from iter(lambda: content.read(PIECE), b"")


def _check_files(user: User, run: Run, pack: Pack) -> None:
    found = manager().analysis(user, run.id)
    place = manager().workspace(user, found)
    missing = [name for name in pack.missing_files() if not place.has(name)]
    if missing:
        raise Invalid({"inputs": [f"'{name}' needs a file" for name in missing]})
