"""What a run leaves to read: its working directory, streams and logs."""

from __future__ import annotations

from pathlib import Path

from taverna_server.data.paths import WorkDirectory
from taverna_server.manager.permissions import Guarded
from taverna_server.model.identity import Permission, User

OLDER_LOGS = (4, 3, 2, 1)


class Files(Guarded):
    """Everything here is served the same while the run works and when it has ended."""

    def working_directory(
        self, caller: User, run_id: str, for_writing: bool = False
    ) -> WorkDirectory:
        """``wd``, behind the guard of its paths."""
        needed = Permission.UPDATE if for_writing else Permission.READ
        return WorkDirectory(self.directory(self.run_for(caller, run_id, needed)).wd)

    def stdout(self, caller: User, run_id: str) -> Path:
        """The engine's standard output so far; the file is there once it was started."""
        return self.directory(self.run_for(caller, run_id, Permission.READ)).stdout

    def stderr(self, caller: User, run_id: str) -> Path:
        return self.directory(self.run_for(caller, run_id, Permission.READ)).stderr

    def log(self, caller: User, run_id: str) -> list[str]:
        """The parts of the detailed log that hold something, oldest first (4.6).

        Paths below ``wd``: what a workflow can write is opened through
        ``working_directory`` only.
        """
        place = self.working_directory(caller, run_id)
        names = [*(f"detail.log.{number}" for number in OLDER_LOGS), "detail.log"]
        if not place.is_dir("logs"):
            return []
        sizes = {entry.name: entry.size for entry in place.list("logs") if not entry.is_dir}
        return [f"logs/{name}" for name in names if sizes.get(name)]
