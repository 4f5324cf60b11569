"""What a run is given before it starts (protocol dossier, section 6)."""

from __future__ import annotations

import uuid
from dataclasses import replace
from typing import BinaryIO

from taverna_server.data.names import check_relative
from taverna_server.data.paths import WorkDirectory
from taverna_server.errors import (
    BadRequest,
    BadStateChange,
    NotPermitted,
    UnknownEntry,
    UnknownPort,
    UnknownRun,
)
from taverna_server.manager.permissions import Guarded
from taverna_server.model.identity import Permission, User
from taverna_server.model.run import Run, RunInput, RunStatus
from taverna_server.workflow.model import Port

PIECE = 1 << 20


class Inputs(Guarded):
    """Values, files and lists for the input ports, one by one or as one document."""

    def expected_inputs(self, caller: User, run_id: str) -> list[Port]:
        """The workflow's input ports, in the order of the document."""
        run = self.run_for(caller, run_id, Permission.READ)
        return [Port(name, depth) for name, depth in self.workflow_of(run).inputs]

    def inputs(self, caller: User, run_id: str) -> list[RunInput]:
        """What was set, sorted by port."""
        self.run_for(caller, run_id, Permission.READ)
        return list(self.store.inputs(run_id))

    def get_input(self, caller: User, run_id: str, port: str) -> RunInput:
        """Raises UnknownPort, also for a port that was not given anything yet."""
        for given in self.inputs(caller, run_id):
            if given.port == port:
                return given
        raise UnknownPort(
            port, [expected.name for expected in self.expected_inputs(caller, run_id)]
        )

    def set_input(self, caller: User, run_id: str, given: RunInput) -> RunInput:
        """Give a port its value or file; the Baclava input, if any, is forgotten.

        Raises:
            UnknownPort: the workflow has no such input port.
            BadPath: a file name that leads out of ``wd`` or is not allowed.
            BadRequest: a delimiter that is not ASCII.
            BadStateChange: the run has been started.
        """
        run = self._initialized(caller, run_id)
        self._check_port(run, given.port)
        if given.file is not None:
            check_relative(given.file)
        kept = replace(given, delimiter=_delimiter(given.delimiter))
        if not self.store.set_input(run_id, kept):
            raise _too_late()
        return kept

    def set_input_reference(
        self,
        caller: User,
        run_id: str,
        port: str,
        source_run_id: str,
        source_path: str,
        delimiter: str | None = None,
    ) -> RunInput:
        """Copy a file of a run into this one, now, and give it to the port.

        Raises:
            BadRequest: the caller may not read that run, or the file is not there.
            NotPermitted: it is a directory, or the caller may not update this run.
        """
        run = self._initialized(caller, run_id)
        self._check_port(run, port)
        _delimiter(delimiter)
        try:
            source = self.run_for(caller, source_run_id, Permission.READ)
        except (UnknownRun, NotPermitted) as error:
            raise BadRequest("may not copy from that run") from error
        name = str(uuid.uuid4())
        with _source(WorkDirectory(self.directory(source).wd), source_path) as stream:
            WorkDirectory(self.directory(run).wd).write(name, iter(lambda: stream.read(PIECE), b""))
        return self.set_input(caller, run_id, RunInput(port, file=name, delimiter=delimiter))

    def baclava_input(self, caller: User, run_id: str) -> str | None:
        return self.run_for(caller, run_id, Permission.READ).baclava_input

    def set_baclava_input(self, caller: User, run_id: str, name: str) -> str:
        """Take all inputs from one document below ``wd``; what was set singly is cleared."""
        self._initialized(caller, run_id)
        if not name:
            raise BadRequest("the name of the Baclava input may not be empty")
        if not self.store.set_baclava_input(run_id, check_relative(name)):
            raise _too_late()
        return name

    def baclava_output(self, caller: User, run_id: str) -> str | None:
        return self.run_for(caller, run_id, Permission.READ).baclava_output

    def set_baclava_output(self, caller: User, run_id: str, name: str) -> str | None:
        """Write all outputs into one document below ``wd``; an empty name goes back to ``out``."""
        self._initialized(caller, run_id)
        wanted = check_relative(name) if name else None
        if not self.store.set_baclava_output(run_id, wanted):
            raise _too_late()
        return wanted

    def _initialized(self, caller: User, run_id: str) -> Run:
        run = self.run_for(caller, run_id, Permission.UPDATE)
        if run.status != RunStatus.INITIALIZED:
            raise _too_late()
        return run

    def _check_port(self, run: Run, port: str) -> None:
        known = [name for name, _ in self.workflow_of(run).inputs]
        if port not in known:
            raise UnknownPort(port, known)


def _too_late() -> BadStateChange:
    return BadStateChange("not initializing: inputs and outputs are set before the run starts")


def _delimiter(text: str | None) -> str | None:
    """The first character, or None for none."""
    if not text:
        return None
    if not "\0" < text[0] < "\x80":
        raise BadRequest("the list delimiter must be one ASCII character and not NUL")
    return text[0]


def _source(place: WorkDirectory, path: str) -> BinaryIO:
    try:
        return place.open_file(path)[0]
    except UnknownEntry as error:
        raise BadRequest("source does not exist") from error
