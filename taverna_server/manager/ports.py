"""The input parameters of a REANA workflow of type ``taverna``, as values of ports.

A text, a number or a truth value is a single value; a list is a list, also of
lists; ``{"class": "File", "path": "data/x.txt"}`` is the content of a file in the
workspace, as in CWL. Single values become inputs like any other face's; where
there is a list, all go into one Baclava document, which knows lists of any depth.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from taverna_server.data.baclava import write_baclava
from taverna_server.data.rundir import write_atomically
from taverna_server.data.values import DepthMismatch, Value, make_list
from taverna_server.data.workspace import Workspace, plain_path
from taverna_server.errors import BadPath, BadRequest, MalformedDocument, UnknownEntry, UnknownPort
from taverna_server.manager.library import described
from taverna_server.manager.permissions import Guarded
from taverna_server.model.analysis import Analysis
from taverna_server.model.identity import User
from taverna_server.model.run import RunInput
from taverna_server.workflow.reading import read_interface
from taverna_server.workflow.reana import Specification

INPUTS = ".reana/inputs.baclava"
MOST_BYTES_IN_LISTS = 2**26


class Ports(Guarded):
    """Makes an ordinary Taverna run of it."""

    def set_ports(
        self,
        caller: User,
        made: Analysis,
        specification: Specification,
        parameters: Mapping[str, Any],
    ) -> None:
        """Bring the workflow from the workspace, and give it its inputs.

        Raises:
            BadRequest: no such file, no Taverna workflow, or values that its ports cannot take.
        """
        run = self.store.get_run(made.run_id)
        if run is None:
            return
        directory = self.directory(run)
        place = Workspace(directory.wd)
        document = specification.inline_document() or self._brought(place, specification.file or "")
        interface = _read(document)
        about = described(interface, caller.name)
        workflow_id = self.store.put_workflow(document, about)
        self.store.set_workflow(run.id, workflow_id)
        write_atomically(directory.workflow, document)
        _check_names(parameters, [port.name for port in interface.inputs])
        self._clear_outputs(place)
        if any(isinstance(value, list) for value in parameters.values()):
            values = {name: _value(name, it, place) for name, it in _given(parameters)}
            self._give_document(run.id, directory.root / "inputs.baclava", place, values)
        else:
            self.store.clear_inputs(run.id)
            for name, value in _given(parameters):
                self.store.set_input(run.id, _single(name, value, place))

    def _brought(self, place: Workspace, path: str) -> bytes:
        try:
            stream, found = place.open_file(plain_path(path))
        except (UnknownEntry, BadPath) as error:
            raise BadRequest(f"The workflow file '{path}' is not in the workspace.") from error
        with stream:
            if found.st_size > self.config.max_document_size:
                raise BadRequest(f"The workflow file '{path}' is too large.")
            return stream.read()

    def _clear_outputs(self, place: Workspace) -> None:
        """Those of the run before, in the workspace of a restart."""
        if place.has("out"):
            place.delete("out")

    def _give_document(
        self, run_id: str, made: Path, place: Workspace, values: Mapping[str, Value]
    ) -> None:
        """Written where no workflow can lay a link in the way, then put where it is read."""
        write_baclava(made, values)
        with made.open("rb") as stream:
            place.put(INPUTS, iter(lambda: stream.read(2**20), b""))
        made.unlink()
        self.store.set_baclava_input(run_id, INPUTS)


def _read(document: bytes) -> Any:
    try:
        return read_interface(document)
    except MalformedDocument as error:
        raise BadRequest(f"The workflow file is no Taverna workflow: {error}") from error


def _check_names(parameters: Mapping[str, Any], known: list[str]) -> None:
    for name in parameters:
        if name not in known:
            raise BadRequest(str(UnknownPort(name, known)))


def _given(parameters: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    """Null is no value."""
    return ((name, value) for name, value in parameters.items() if value is not None)


def _single(name: str, value: Any, place: Workspace) -> RunInput:
    if isinstance(value, Mapping):
        return RunInput(name, file=_path(name, value, place))
    return RunInput(name, value=_text(value))


def _value(name: str, given: Any, place: Workspace) -> Value:
    if isinstance(given, Mapping):
        stream, found = place.open_file(_path(name, given, place))
        with stream:
            if found.st_size > MOST_BYTES_IN_LISTS:
                raise BadRequest(f"A file of input '{name}' is too large to stand beside lists.")
            return stream.read()
    if not isinstance(given, list):
        return _text(given)
    try:
        return make_list([_value(name, item, place) for item in given], _depth(given))
    except DepthMismatch as error:
        raise BadRequest(f"The lists of input '{name}' are not of one depth.") from error


def _depth(given: Any) -> int:
    return 1 + max(map(_depth, given), default=0) if isinstance(given, list) else 0


def _text(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value)


def _path(name: str, given: Mapping[str, Any], place: Workspace) -> str:
    said = given.get("path") or given.get("location")
    if given.get("class") != "File" or not isinstance(said, str):
        raise BadRequest(f"Input '{name}' is neither a text, a list nor a File with a path.")
    path = plain_path(said)
    if not place.has(path) or place.is_dir(path):
        raise BadRequest(f"The file '{path}' of input '{name}' is not in the workspace.")
    return path
