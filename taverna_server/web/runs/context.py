"""Whose run it is and who looks: what every page about a run begins with."""

from __future__ import annotations

from dataclasses import dataclass

from flask import request

from taverna_server.manager import RunManager
from taverna_server.model.identity import Permission, User
from taverna_server.model.run import COMPLETE, Run
from taverna_server.player.callers import KEY, run_of, viewer
from taverna_server.serving.context import manager
from taverna_server.web.page import url

__all__ = ["Viewed", "read_number", "url_with_key", "viewed", "viewer"]


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


def viewed(number: int, needed: Permission = Permission.READ) -> Viewed:
    """The run of a number, for whoever calls, perhaps with the key of the run.

    Raises:
        NotAuthenticated, UnknownRun, NotPermitted: as ``run_by_number``.
    """
    user, run = run_of(number, needed)
    return Viewed(run, user, manager().permission(user, run))


def read_number(text: str | None) -> int | None:
    """A number as addresses and forms have it; None for anything else."""
    is_number = text is not None and text.isascii() and text.isdigit() and len(text) < 10
    return int(text) if text is not None and is_number else None


def url_with_key(path: str, **query: object) -> str:
    """``url`` for the pages of a run: whoever came with its key goes on with it."""
    return url(path, **query, **({KEY: request.args[KEY]} if KEY in request.args else {}))
