"""What engines and steps wrote, as far as it goes into an answer (REANA dossier 7)."""

from __future__ import annotations

import contextlib
from collections.abc import Collection
from pathlib import Path

from taverna_server.data.paths import WorkDirectory
from taverna_server.errors import BadPath, UnknownEntry
from taverna_server.manager.permissions import Guarded
from taverna_server.model.analysis import Analysis
from taverna_server.model.identity import Permission, User
from taverna_server.model.run import TAVERNA

LONGEST = 2**20
"""Bytes of one log; of a longer one its end is shown."""
MOST = 2**25
"""Bytes of the logs of all jobs in one answer."""


class AnalysisLogs(Guarded):
    """Nothing of a deleted workflow; a link that the run's user laid there is not followed."""

    def engine_log(self, caller: User, found: Analysis) -> str:
        """What the engine says, while it says it."""
        if found.status == "deleted":
            return ""
        run = self.run_for(caller, found.run_id, Permission.READ)
        directory = self.directory(run)
        text = _end_of(directory.root, "stderr")
        if run.workflow_type == TAVERNA:
            text = _end_of(directory.wd, "logs/detail.log") + text
        return text

    def job_logs(self, caller: User, found: Analysis, names: Collection[str]) -> dict[str, str]:
        """What jobs wrote so far; the more of them, the less of each."""
        if found.status == "deleted":
            return {}
        root = self.directory(self.run_for(caller, found.run_id, Permission.READ)).root
        most = min(LONGEST, MOST // max(len(names), 1))
        return {name: _end_of(root, f"jobs/{name}", most) for name in names}


def _end_of(root: Path, path: str, most: int = LONGEST) -> str:
    with contextlib.suppress(UnknownEntry, BadPath):
        stream, found = WorkDirectory(root).open_file(path)
        with stream:
            stream.seek(max(found.st_size - most, 0))
            content: bytes = stream.read(most)
            return content.decode(errors="replace")
    return ""
