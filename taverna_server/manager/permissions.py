"""Who may do what to a run: the one place that decides.

The owner may do everything. A superuser may read, update and destroy every run
(protocol dossier 2.3), but its security belongs to the owner alone. Others have
what the owner granted them (5.2), and everybody may read a published run. The
key of a run opens it to those without an account: an embedded one, and one that
somebody like them made (Player dossier 1.14). A run that the caller may not read does not
exist for them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from taverna_server.data.rundir import RunDirectory
from taverna_server.errors import NotAuthenticated, NotPermitted, UnknownRun, UnknownWorkflow
from taverna_server.manager.wake import ring
from taverna_server.model.identity import GUEST, Permission, User
from taverna_server.model.run import Run

if TYPE_CHECKING:
    from taverna_server.config import Config
    from taverna_server.store import Store, WorkflowRow

_REFUSALS = {
    Permission.READ: "unknown run UUID",
    Permission.UPDATE: "workflow run not owned by you and you're not granted access",
    Permission.DESTROY: "not permitted to destroy",
}


class Guarded:
    """What every subject of the manager stands on: the store, and runs behind a guard."""

    def __init__(self, store: Store, config: Config) -> None:
        self.store = store
        self.config = config

    def permission(self, caller: User, run: Run) -> Permission:
        """What the caller may do with the run; a run's own account, with its own files only."""
        return max(self._held(caller, run), _shown(caller, run))

    def _held(self, caller: User, run: Run) -> Permission:
        """By name."""
        if caller.guest:
            return Permission.NONE
        if caller.run_id is not None:
            return Permission.UPDATE if caller.run_id == run.id else Permission.NONE
        if caller.admin or caller.name == run.owner:
            return Permission.DESTROY
        return self.store.permission(run.id, caller.name)

    def run_for(self, caller: User, run_id: str, needed: Permission) -> Run:
        """The run, if the caller may do that much with it.

        Raises:
            UnknownRun: there is none that the caller may read.
            NotPermitted: the caller may read it, and not more.
        """
        run = self.store.get_run(run_id)
        if run is None:
            raise UnknownRun(run_id)
        held = self.permission(caller, run)
        if held < Permission.READ:
            raise UnknownRun(run_id)
        if held < needed and caller.guest:
            raise NotAuthenticated("say who you are")
        if held < needed:
            raise NotPermitted(_REFUSALS[needed])
        return run

    def run_by_number(
        self, caller: User | None, number: int, needed: Permission = Permission.READ
    ) -> Run:
        """The same for the run of a number; nobody is asked for their name first.

        Raises:
            NotAuthenticated: nobody calls, and everybody may not do that.
        """
        run = self.store.get_run_by_number(number)
        user = caller or User(GUEST)
        held = Permission.NONE if run is None else self.permission(user, run)
        if run is not None and held >= needed:
            return run
        if user.guest:  # whether there is one or not
            raise NotAuthenticated("say who you are")
        if held < Permission.READ:
            raise UnknownRun(str(number))
        raise NotPermitted(_REFUSALS[needed])

    def may(self, caller: User, run_id: str, needed: Permission) -> bool:
        """Whether the caller may do that much with the run; False where there is none."""
        run = self.store.get_run(run_id)
        return run is not None and self.permission(caller, run) >= needed

    def owned_run(self, caller: User, run_id: str) -> Run:
        """The run, if it is the caller's own: for everything about its security."""
        run = self.run_for(caller, run_id, Permission.READ)
        if run.owner != caller.name:
            raise NotPermitted("not permitted; not the owner")
        return run

    def workflow_of(self, run: Run) -> WorkflowRow:
        """What the library knows of the run's workflow."""
        row = self.store.get_workflow(run.workflow_id)
        if row is None:
            raise UnknownWorkflow(run.workflow_id)
        return row

    def directory(self, run: Run) -> RunDirectory:
        return RunDirectory(self.config.runs_directory / run.id, run.workspace)

    def wake_reconciler(self) -> None:
        """Something is wanted that is not yet so."""
        ring(self.config.data)


def _shown(caller: User, run: Run) -> Permission:
    """By the key of the run, that of its page for a guest, or because everybody may."""
    has_key = run.id in (caller.key_of, caller.page_of if caller.guest else None)
    if has_key and run.owner == GUEST:
        return Permission.DESTROY
    if has_key and run.embedded:
        return Permission.UPDATE
    own_account_of_another = caller.run_id is not None
    return Permission.READ if run.published and not own_account_of_another else Permission.NONE
