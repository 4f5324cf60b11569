"""What the owner of a run allows others to do with it (protocol dossier 5.2, 10.3)."""

from __future__ import annotations

from taverna_server.errors import BadRequest, UnknownRun
from taverna_server.manager.permissions import Guarded
from taverna_server.model.identity import Permission, User
from taverna_server.model.run import Run

LONGEST_NAME = 255


class Sharing(Guarded):
    """Only the owner sees or changes any of it, in every state of the run."""

    def permissions(self, caller: User, run_id: str) -> dict[str, Permission]:
        """What others were allowed, sorted by user; those with nothing are not in it."""
        run = self.owned_run(caller, run_id)
        return {
            user: level
            for user, level in self.store.permissions(run.id).items()
            if user != run.owner
        }

    def permission_of(self, caller: User, run_id: str, user: str) -> Permission:
        """What a user, who need not exist, may do by the owner's word."""
        return self._granted(self.owned_run(caller, run_id), user)

    def set_permission(self, caller: User, run_id: str, user: str, level: Permission) -> Permission:
        """Allow a user this much and no more; returns what is in force.

        The owner's own permission stays what it is.

        Raises:
            BadRequest: a name that no account can have.
        """
        run = self.owned_run(caller, run_id)
        if not user.strip() or len(user) > LONGEST_NAME or not user.isprintable() or "/" in user:
            raise BadRequest("a permission needs the name of a user")
        if user == run.owner:
            return Permission.DESTROY
        if not self.store.set_permission(run.id, user, level):
            raise UnknownRun(run_id)
        return level

    def remove_permission(self, caller: User, run_id: str, user: str) -> None:
        """Take back what a user was allowed; also when that was nothing."""
        run = self.owned_run(caller, run_id)
        if not self.store.set_permission(run.id, user, Permission.NONE):
            raise UnknownRun(run_id)

    def set_published(self, caller: User, run_id: str, wanted: bool) -> None:
        """Let everybody look at the run, also without an account; or no longer."""
        run = self.owned_run(caller, run_id)
        if not self.store.set_published(run.id, wanted):
            raise UnknownRun(run_id)

    def _granted(self, run: Run, user: str) -> Permission:
        if user == run.owner:
            return Permission.DESTROY
        return self.store.permissions(run.id).get(user, Permission.NONE)
