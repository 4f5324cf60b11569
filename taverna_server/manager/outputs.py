"""What came out at each output port (protocol dossier 7.2)."""

from __future__ import annotations

from typing import TypeAlias

from taverna_server.data.outputs import (
    OutputAbsent,
    OutputError,
    OutputList,
    OutputValue,
    describe_output,
)
from taverna_server.errors import BadStateChange
from taverna_server.manager.permissions import Guarded
from taverna_server.model.identity import Permission, User
from taverna_server.model.run import TAVERNA, RunStatus

Output: TypeAlias = OutputValue | OutputError | OutputList | OutputAbsent


class Outputs(Guarded):
    """Descriptions of values; the values are files below ``wd``."""

    def describe_outputs(self, caller: User, run_id: str) -> list[tuple[str, Output]]:
        """Each output port and what there is for it (protocol dossier 7.2).

        Empty where the outputs go to a Baclava document or lie elsewhere in the workspace.

        Raises:
            BadStateChange: the run has not been started.
        """
        run = self.run_for(caller, run_id, Permission.READ)
        if run.status == RunStatus.INITIALIZED:
            raise BadStateChange("may not get output description in initial state")
        if run.baclava_output is not None or run.workflow_type != TAVERNA:
            return []
        out = self.directory(run).out
        return [(name, describe_output(out, name)) for name, _ in self.workflow_of(run).outputs]

    def failure(self, caller: User, run_id: str) -> str | None:
        """Why the run failed, in the words of its engine; None where it left none."""
        run = self.run_for(caller, run_id, Permission.READ)
        try:
            outcome = self.directory(run).read_outcome()
        except (ValueError, TypeError, OSError):  # a workflow can write it, too
            return None
        return (outcome.message or None) if outcome else None
