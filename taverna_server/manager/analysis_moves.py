"""What becomes of REANA's workflows: started, restarted, stopped, deleted (REANA dossier 4).

A restart is a new run in the workspace of the first one, with a number below its
own (``name.N.M``). The workspace belongs to the first run and goes with it; so
that run lives as long as the last restart of it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from taverna_server.data.workspace import Workspace, plain_path
from taverna_server.errors import BadRequest, BadStateChange, Conflict
from taverna_server.manager.analyses import Analyses
from taverna_server.manager.consumption import Consumption
from taverna_server.manager.packs import example_of
from taverna_server.manager.ports import Ports
from taverna_server.manager.status import Status
from taverna_server.model.analysis import Analysis, AnalysisQuery
from taverna_server.model.identity import Permission, User
from taverna_server.model.run import TAVERNA, RunInput, RunStatus
from taverna_server.workflow.reana import Specification, read_specification

OVER = ("finished", "failed")
WORKING = ("queued", "running")


@dataclass(frozen=True, slots=True)
class Start:
    """What a start request says."""

    parameters: Mapping[str, Any] = field(default_factory=dict)
    options: Mapping[str, Any] = field(default_factory=dict)
    restart: bool = False
    specification: Specification | None = None
    """Another one, for a restart."""


class AnalysisMoves(Analyses, Status, Consumption, Ports):
    """Every method raises NotPermitted for workflows of others that may only be looked at."""

    def start_analysis(self, caller: User, found: Analysis, start: Start) -> Analysis:
        """Have it executed, or a restart of it; returns what was started.

        Raises:
            Conflict: it is not in a state that allows this.
            BadRequest: parameters or options that the workflow does not have.
            NotPermitted: the quota is used up.
        """
        if found.status != "deleted":
            self.run_for(caller, found.run_id, Permission.UPDATE)
        if start.restart:
            return self._restart(caller, found, start)
        if found.status != "created":
            raise Conflict(_REFUSED.format(found.run_id, _STARTED.get(found.status, _RUNNING)))
        self.check_quota(found.owner)
        if found.recorded:
            self._start_with(caller, found, start, read_specification(self._said(found)))
        elif start.parameters or start.options:
            raise BadRequest("This workflow was given what it needs where it was made.")
        else:
            self._start(caller, found)
        return self.analysis(caller, found.run_id)

    def _said(self, found: Analysis) -> Mapping[str, Any]:
        return self.record_of(found).specification

    def _restart(self, caller: User, found: Analysis, start: Start) -> Analysis:
        if found.status not in OVER:
            raise Conflict(
                f"Workflow {found.run_id} cannot be restarted: it is {found.status}, "
                "and only finished and failed workflows can."
            )
        if not found.recorded:
            raise Conflict("Only workflows that were made here can be restarted.")
        if self.store.get_run(found.workspace) is None:
            raise Conflict(f"The workspace of workflow {found.full_name} has been deleted.")
        for other in self.store.analyses(AnalysisQuery(user=found.owner, name=found.name))[0]:
            if other.workspace == found.workspace and other.status in WORKING:
                raise Conflict(f"Workflow {other.full_name} is running in the same workspace.")
        owner = self.store.get_user(found.owner) or caller
        self.check_quota(owner.name)
        specification = start.specification or read_specification(self._said(found))
        run = self._add_run(owner, specification, found.name, workspace=found.workspace)
        self._record(run, found.name, specification, found.major)
        self._keep_workspace(found.workspace, run.expiry)
        made = self.analysis(caller if caller.name == owner.name else owner, run.id)
        try:
            self._start_with(owner, made, start, specification)
        except Exception:
            self.delete_run(owner, run.id)
            raise
        return self.analysis(owner, run.id)

    def _keep_workspace(self, run_id: str, until: datetime) -> None:
        owner = self.store.get_run(run_id)
        if owner is not None and owner.expiry < until:
            self.store.set_expiry(run_id, until)

    def _start_with(
        self, caller: User, made: Analysis, start: Start, specification: Specification
    ) -> None:
        """Start with what the start says, on top of the specification; of two starts one does."""
        parameters = specification.effective_parameters(start.parameters)
        options = specification.effective_options(start.options)
        run_id, now = made.run_id, datetime.now(UTC)
        if not self.store.claim_start(run_id, now, start.parameters, parameters, options):
            raise Conflict(_REFUSED.format(run_id, _RUNNING))
        try:
            if specification.type == TAVERNA:
                self.set_ports(caller, made, specification, parameters)
            else:
                self._show_inputs(made, specification, parameters)
            self._start(caller, made)
        except Exception:
            self.store.unclaim_start(run_id)
            raise

    def _show_inputs(
        self, made: Analysis, specification: Specification, parameters: Mapping[str, Any]
    ) -> None:
        """Parameters and declared files, as every page of runs shows what a run was given."""
        run = self.store.get_run(made.run_id)
        place = Workspace(self.directory(run).wd) if run else None
        self.store.clear_inputs(made.run_id)
        for name in specification.document["inputs"].get("files") or ():
            if place is not None and place.has(plain_path(name)):
                self.store.set_input(made.run_id, RunInput(name, file=plain_path(name)))
        for name, value in parameters.items():
            self.store.set_input(made.run_id, RunInput(name, example_of(value)))

    def _start(self, caller: User, made: Analysis) -> None:
        try:
            self.start_or_queue(caller, made.run_id)
        except BadStateChange as error:
            raise Conflict(str(error)) from error

    def stop_analysis(self, caller: User, found: Analysis) -> Analysis:
        """End it. Raises Conflict where it does not work."""
        if found.status not in WORKING:
            raise Conflict(f"Workflow {found.run_id} is not running.")
        self.set_status(caller, found.run_id, RunStatus.FINISHED)
        return self.analysis(caller, found.run_id)

    def delete_analysis(self, caller: User, found: Analysis, all_runs: bool = False) -> Analysis:
        """Delete it and its workspace; ``all_runs``: every one of the name that does not run.

        Deleting what was deleted does nothing.

        Raises:
            Conflict: it runs, or a restart of it does in its workspace.
        """
        if found.status != "deleted":
            self.run_for(caller, found.run_id, Permission.DESTROY)
        named = AnalysisQuery(user=found.owner, name=found.name)
        others = [it for it in self.store.analyses(named)[0] if it.status != "deleted"]
        if found.status != "deleted":
            self._check_deletion(found, others)
            self.delete_run(caller, found.run_id)
        for other in others if all_runs else ():
            if other.run_id != found.run_id and not _is_busy(other, others):
                self.delete_run(caller, other.run_id)
        return self.analysis(caller, found.run_id) if found.recorded else found

    def _check_deletion(self, found: Analysis, others: list[Analysis]) -> None:
        if found.status == "running":
            raise Conflict(f"Workflow {found.run_id} cannot be deleted as it is currently running.")
        if _is_busy(found, others):
            raise Conflict(f"A restart of workflow {found.run_id} is running in its workspace.")


_REFUSED = "Workflow {} could not be started because it {}"
_RUNNING = "is already running."
_STARTED = {
    "finished": "has already finished.",
    "failed": "has already failed.",
    "stopped": "has been stopped.",
    "deleted": "has been deleted.",
}


def _is_busy(found: Analysis, others: list[Analysis]) -> bool:
    """Whether it runs, or another one does in its workspace."""
    sharing = (it for it in others if found.run_id in (it.run_id, it.workspace))
    return any(it.status == "running" or _waits(it, found) for it in sharing)


def _waits(other: Analysis, found: Analysis) -> bool:
    """A queued restart needs the workspace; what waits itself may go."""
    return other.status == "queued" and other.run_id != found.run_id
