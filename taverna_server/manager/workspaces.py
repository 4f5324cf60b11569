"""The files of REANA's workflows: brought, moved, removed, measured (REANA dossier 5.2)."""

from __future__ import annotations

from collections.abc import Iterable

from taverna_server.data.workspace import Workspace, plain_path
from taverna_server.errors import BadPath, Conflict, UnknownEntry
from taverna_server.manager.permissions import Guarded
from taverna_server.model.analysis import Analysis
from taverna_server.model.identity import Permission, User
from taverna_server.workflow.reana import read_specification


class Workspaces(Guarded):
    """Everything that changes files says how much is there then: quotas count it."""

    def workspace(self, caller: User, found: Analysis, changing: bool = False) -> Workspace:
        """The files of a workflow that is there."""
        needed = Permission.UPDATE if changing else Permission.READ
        return Workspace(self.directory(self.run_for(caller, found.run_id, needed)).wd)

    def put_file(self, caller: User, found: Analysis, path: str, chunks: Iterable[bytes]) -> None:
        """Write a file, with the directories it lies in; one that is there is replaced.

        Raises:
            BadPath: not a path in the workspace.
        """
        place, name = self.workspace(caller, found, changing=True), plain_path(path)
        if not name:
            raise BadPath("The file has no name.")
        before = place.entry(name).size if place.has(name) else 0
        place.put(name, chunks)
        more = place.entry(name).size - before
        self.store.add_workspace_size(more, found.run_id, found.workspace)

    def remove_files(
        self, caller: User, found: Analysis, pattern: str
    ) -> tuple[dict[str, int], dict[str, str]]:
        """Remove what a pattern means, directories with all that is in them.

        Returns the sizes of what went, and why something did not.
        """
        place = self.workspace(caller, found, changing=True)
        removed: dict[str, int] = {}
        failed: dict[str, str] = {}
        for path, entry in place.matching(pattern):
            size = place.size(path) if place.is_dir(path) else entry.size
            try:
                place.delete(path)
                removed[path] = size
            except UnknownEntry:  # it went with the directory it lay in
                continue
            except BadPath as error:
                failed[path] = str(error)
        self.measure(found, place)
        return removed, failed

    def move_files(self, caller: User, found: Analysis, source: str, target: str) -> None:
        """Move a file or directory, into the target where that is a directory.

        Raises:
            Conflict: not there, or not possible.
        """
        place = self.workspace(caller, found, changing=True)
        try:
            old, new = plain_path(source), plain_path(target)
            if place.is_dir(new):
                new = f"{new}/{old.rpartition('/')[2]}".lstrip("/")
            place.move(old, new)
        except UnknownEntry as error:
            raise Conflict(f"'{source[:100]}' cannot be moved: there is no such file.") from error
        except BadPath as error:
            raise Conflict(str(error)) from error

    def prune(self, caller: User, found: Analysis, keep: Iterable[str]) -> int:
        """Remove every file that no path or pattern of ``keep`` means; how many went."""
        place = self.workspace(caller, found, changing=True)
        kept = {path for pattern in keep for path, _ in place.files(pattern)}
        doomed = [path for path, _ in place.files() if path not in kept]
        for path in doomed:
            place.delete(path)
        self._remove_empty(place)
        self.measure(found, place)
        return len(doomed)

    def sizes(self, caller: User, found: Analysis) -> dict[str, int]:
        """Files and directories with what is in them, as ``du -a`` has it; the whole is ``""``.

        Names begin with a slash.
        """
        sizes: dict[str, int] = {"": 0}
        for path, entry in sorted(self.workspace(caller, found).everything()):
            sizes[f"/{path}"] = 0 if entry.is_dir else entry.size
            parent = f"/{path}"
            while parent and not entry.is_dir:
                parent = parent.rpartition("/")[0]
                sizes[parent] = sizes.get(parent, 0) + entry.size
        return dict(sorted(sizes.items()))

    def declared_files(self, found: Analysis, inputs: bool, outputs: bool) -> list[str]:
        """What the specification names as its inputs and outputs; the workflow is one of them."""
        record = self.store.record(found.run_id)
        if record is None:
            return ["**"]  # nobody said what is what
        specification = read_specification(record.specification)
        kept = specification.declared("inputs") if inputs else []
        kept += specification.declared("outputs") if outputs else []
        return [*kept, *filter(None, [specification.file if inputs else None])]

    def measure(self, found: Analysis, place: Workspace) -> None:
        self.store.set_workspace_size(place.size(), found.run_id, found.workspace)

    def _remove_empty(self, place: Workspace) -> None:
        directories = [path for path, entry in place.everything() if entry.is_dir]
        for path in sorted(directories, reverse=True):
            if not place.list(path):
                place.delete(path)
