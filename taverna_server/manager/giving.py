"""Inputs given to a run as values, files and lists, and read back (Player dossier 1.4).

Short texts are rows. Everything else is a file below ``wd/in``, and a list a
directory there, laid out as outputs are: ``1``, ``2``, ``3/1``. What lies there is
opened through ``WorkDirectory`` only: a workflow may have exchanged it for a link.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from typing import IO, TypeAlias

from taverna_server.data.baclava import read_baclava
from taverna_server.data.paths import WorkDirectory
from taverna_server.data.values import (
    FileValue,
    ListValue,
    Value,
    depth_of,
    read_bytes,
)
from taverna_server.errors import (
    BadPath,
    BadStateChange,
    MalformedDocument,
    UnknownEntry,
    UnknownPort,
)
from taverna_server.manager.inputs import PIECE, Inputs
from taverna_server.model.identity import Permission, User
from taverna_server.model.run import Run, RunInput

Given: TypeAlias = "bytes | IO[bytes] | tuple[Given, ...]"
"""A value, a file to be copied from its beginning, or a list of either."""

PLACE = "in"
LONGEST_ROW = 4096
"""Bytes of a value that is kept in the database."""


@dataclass(frozen=True, slots=True)
class InputContent:
    """What a port was given: a value, or a file or directory below ``wd``."""

    port: str
    depth: int = 0
    value: Value | None = None
    path: str | None = None


class Giving(Inputs):
    """All that is given at once, before the run starts."""

    def give_inputs(self, caller: User, run_id: str, given: Mapping[str, Given]) -> None:
        """Give ports of the workflow their values, each once.

        Raises:
            BadStateChange: the run has been started.
        """
        run = self._initialized(caller, run_id)
        for port, value in given.items():
            self._give(run, port, value)

    def copy_inputs(self, caller: User, source: Run, run_id: str, ports: Collection[str]) -> None:
        """Give these ports what they have in a run that the caller may read (1.10)."""
        run = self._initialized(caller, run_id)
        self.run_for(caller, source.id, Permission.READ)
        if source.baclava_input is not None:
            document = self._document(source)
            for port in document.keys() & set(ports):
                self._give(run, port, _as_given(document[port]))
            return
        for given in self.store.inputs(source.id):
            if given.port in ports:
                self._copy(source, run, given)

    def given_inputs(self, caller: User, run_id: str) -> list[InputContent]:
        """What was given, sorted by port without regard to case."""
        run = self.run_for(caller, run_id, Permission.READ)
        if run.baclava_input is not None:
            document = self._document(run)
            found = [InputContent(port, depth_of(it), it) for port, it in document.items()]
        else:
            found = [_content(given) for given in self.store.inputs(run.id)]
        return sorted(found, key=lambda it: (it.port.lower(), it.port))

    def given_input(self, caller: User, run_id: str, port: str) -> InputContent:
        """Raises UnknownPort, also for a port that was not given anything."""
        found = self.given_inputs(caller, run_id)
        for content in found:
            if content.port == port:
                return content
        raise UnknownPort(port, [content.port for content in found])

    def _give(self, run: Run, port: str, value: Given) -> None:
        text = _as_row(value)
        if text is not None:
            self._set(run, RunInput(port, text))
            return
        path = self._new_path(run, port)
        _write_tree(WorkDirectory(self.directory(run).wd), path, value)
        self._set(run, RunInput(port, file=path, depth=_depth(value)))

    def _copy(self, source: Run, run: Run, given: RunInput) -> None:
        if given.file is None:
            self._set(run, given)
            return
        path = self._new_path(run, given.port)
        there, here = (WorkDirectory(self.directory(it).wd) for it in (source, run))
        try:
            _copy_tree(there, here, given.file, path)
        except (UnknownEntry, BadPath) as error:
            raise BadStateChange(f"the file of input '{given.port}' is not there") from error
        self._set(run, replace(given, file=path))

    def _set(self, run: Run, given: RunInput) -> None:
        if not self.store.set_input(run.id, given):
            raise BadStateChange("the run has been started meanwhile")

    def _new_path(self, run: Run, port: str) -> str:
        names = [name for name, _ in self.workflow_of(run).inputs]
        wd = WorkDirectory(self.directory(run).wd)
        if not wd.is_dir(PLACE):
            wd.make_directory("", PLACE)
        return f"{PLACE}/{names.index(port) + 1}-{re.sub(r'[^A-Za-z0-9]+', '-', port)[:60]}"

    def _document(self, run: Run) -> dict[str, Value]:
        """Of a Baclava input; nothing where it is not there or cannot be read."""
        wd = WorkDirectory(self.directory(run).wd)
        try:
            stream, _ = wd.open_file(run.baclava_input or "")
            with stream:
                return read_baclava(stream)
        except (UnknownEntry, BadPath, MalformedDocument):
            return {}


def _content(given: RunInput) -> InputContent:
    value = None if given.value is None else given.value.encode("utf-8", "surrogatepass")
    return InputContent(given.port, given.depth, value, given.file)


def _as_row(value: Given) -> str | None:
    """The value as text for the database; None for what belongs into a file."""
    if not isinstance(value, bytes) or len(value) > LONGEST_ROW or b"\0" in value:
        return None
    try:
        return value.decode()
    except UnicodeDecodeError:
        return None


def _depth(value: Given) -> int:
    """Of lists in which all items are alike."""
    return 1 + (_depth(value[0]) if value else 0) if isinstance(value, tuple) else 0


def _write_tree(wd: WorkDirectory, path: str, value: Given) -> None:
    if isinstance(value, bytes):
        wd.write(path, (value,))
    elif isinstance(value, tuple):
        parent, _, name = path.rpartition("/")
        wd.make_directory(parent, name)
        for number, item in enumerate(value, 1):
            _write_tree(wd, f"{path}/{number}", item)
    else:
        value.seek(0)
        wd.write(path, iter(lambda: value.read(PIECE), b""))


def _as_given(value: Value) -> Given:
    if isinstance(value, ListValue):
        return tuple(_as_given(item) for item in value)
    return read_bytes(value) if isinstance(value, str | bytes | FileValue) else b""


def _copy_tree(source: WorkDirectory, target: WorkDirectory, path: str, to: str) -> None:
    if not source.entry(path).is_dir:
        stream, _ = source.open_file(path)
        with stream:
            target.write(to, iter(lambda: stream.read(PIECE), b""))
        return
    parent, _, name = to.rpartition("/")
    target.make_directory(parent, name)
    for entry in source.list(path):
        _copy_tree(source, target, f"{path}/{entry.name}", f"{to}/{entry.name}")
