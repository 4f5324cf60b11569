"""Whose run it is and who looks: what every page about a run begins with."""

from __future__ import annotations

from dataclasses import dataclass

from taverna_server.manager import RunManager
from taverna_server.model.identity import GUEST, Permission, User
from taverna_server.model.run import COMPLETE, Run
from taverna_server.serving.context import caller_or_none, manager


@dataclass(frozen=True, slots=True)
class Viewed:
    """A run, and somebody who may look at it."""

    run: Run
    user: User
    may: Permission

    @property
    def manager(self) -> RunManager:
        return manager()

    @property
    def may_change(self) -> bool:
        return self.may >= Permission.UPDATE

    @property
    def may_remove(self) -> bool:
        return self.may >= Permission.DESTROY

    @property
    def is_owner(self) -> bool:
        return self.user.name == self.run.owner and not self.user.guest

    @property
    def is_over(self) -> bool:
        return self.run.state in COMPLETE

    @property
    def path(self) -> str:
        """Of its page."""
        return f"/runs/{self.run.number}"


def viewer() -> User:
    """Who calls; somebody without an account is a guest."""
    return caller_or_none() or User(GUEST)


def viewed(number: int, needed: Permission = Permission.READ) -> Viewed:
    """The run of a number, for whoever calls.

    Raises:
        NotAuthenticated, UnknownRun, NotPermitted: as ``run_by_number``.
    """
    user = viewer()
    run = manager().run_by_number(caller_or_none(), number, needed)
    return Viewed(run, user, manager().permission(user, run))
