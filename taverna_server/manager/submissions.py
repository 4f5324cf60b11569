"""REANA's workflows of the library, run: made, given files and parameters, and started.

What comes of it is a workflow like those that clients of REANA make, of the same name
and number in their lists, and a run of the library's entry at once.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any

from taverna_server.data.workspace import Workspace, plain_path
from taverna_server.errors import BadPath, MalformedDocument, UnknownEntry
from taverna_server.manager.analysis_moves import AnalysisMoves, Start
from taverna_server.manager.names import LONGEST_IN_PLAYER
from taverna_server.manager.workspaces import Workspaces
from taverna_server.model.analysis import Analysis
from taverna_server.model.identity import Permission, User
from taverna_server.model.library import Entry
from taverna_server.model.run import Run
from taverna_server.workflow.reanapack import PIECE, Pack, read_pack

LONGEST_NAME = 60


class Submissions(AnalysisMoves, Workspaces):
    """For faces that know the library."""

    def pack_of(self, entry: Entry) -> Pack:
        """What was brought. Raises MalformedDocument where it is no longer taken."""
        return read_pack(self.document_of(entry))

    def create_run_of_pack(
        self, caller: User, entry: Entry, pack: Pack, name: str | None, **about: Any
    ) -> Run:
        """A run of it, created, with the files that came with it in its workspace.

        ``about``: parent, embedded, published.

        Raises:
            NotPermitted: the quota is used up.
            TooManyRuns, CreationOff: as for any run.
        """
        prefix = _prefix(entry.title)
        made = self.create_analysis(caller, pack.specification, prefix, entry=entry.number, **about)
        run = self.store.get_run(made.run_id)
        if run is None:
            raise MalformedDocument("the run is gone")
        try:
            place = Workspace(self.directory(run).wd)
            for path in pack.files:
                place.put(path, pack.pieces(path))
            self.measure(made, place)
        except (MalformedDocument, BadPath):
            self.discard_run(run)
            raise
        if name:
            self.store.set_name(run.id, name[:LONGEST_IN_PLAYER])
        return run

    def put_inherited(self, caller: User, run: Run, source: Run, pack: Pack) -> None:
        """Copy declared inputs from the workspace of another run: what is there and not here."""
        there = Workspace(self.directory(self.run_for(caller, source.id, Permission.READ)).wd)
        found = self.analysis(caller, run.id)
        here = self.workspace(caller, found)
        for path in _declared(pack, there):
            if here.has(path):
                continue
            try:
                stream, _ = there.open_file(path)
            except (UnknownEntry, BadPath):  # a link, or gone: then it is missing
                continue
            with stream:
                self.put_file(caller, found, path, iter(lambda: stream.read(PIECE), b""))  # noqa: B023

    def start_pack(self, caller: User, run: Run, parameters: Mapping[str, Any]) -> Analysis:
        """Have it executed. Raises BadRequest for parameters that cannot be."""
        return self.start_analysis(caller, self.analysis(caller, run.id), Start(parameters))

    def declared_outputs(self, run: Run) -> list[str]:
        """Paths of the files that a REANA workflow says it makes, each once.

        ``run`` is one that the caller may read.
        """
        record = self.store.record(run.id)
        found = (record.specification.get("outputs") or {}) if record else {}
        return list(dict.fromkeys(map(plain_path, found.get("files") or ())))


def _declared(pack: Pack, place: Workspace) -> Iterator[str]:
    """Paths of files."""
    said = pack.specification
    for name in map(plain_path, filter(None, [*said.declared("inputs"), said.file])):
        if place.has(name) and place.is_dir(name):
            yield from (path for path, entry in place.everything(name) if not entry.is_dir)
        elif place.has(name):
            yield name


def parameter_of(text: str, original: Any) -> Any:
    """A parameter as somebody typed it, of the type of what it replaces.

    Raises:
        ValueError: the rest of a sentence about it.
    """
    if isinstance(original, list | dict):
        kind = "list" if isinstance(original, list) else "object"
        try:
            found = json.loads(text)
        except (ValueError, RecursionError):
            found = None
        if not isinstance(found, type(original)):
            raise ValueError(f"is no JSON {kind}: check brackets, commas and quotes")
        return found
    return None if original is None and text in ("", "null") else text


def _prefix(title: str) -> str:
    """A title as REANA's clients may call a workflow."""
    return re.sub(r"[^A-Za-z0-9_]+", "-", title)[:LONGEST_NAME].strip("-").lower() or "workflow"
