"""Who asks in the Player interface: an account, or a guest, perhaps with the key of a run.

The key stands in the address (``?key=``) of an embedded run, or of one that was
made without an account, and opens this run alone (Player dossier 1.14).
"""

from __future__ import annotations

from dataclasses import replace

from flask import request

from taverna_server.errors import NotAuthenticated
from taverna_server.model.identity import GUEST, Permission, User
from taverna_server.model.run import Run
from taverna_server.serving.context import caller_or_none, config, manager

KEY = "key"
ANYBODY = User(GUEST)


def viewer() -> User:
    """The account that asks, or a guest."""
    return caller_or_none() or ANYBODY


def run_of(number: int, needed: Permission = Permission.READ) -> tuple[User, Run]:
    """The run of a number, and the one who may do that much with it.

    Raises:
        NotAuthenticated: a guest who may not, whether there is such a run or not.
        UnknownRun: none that the account may read.
        NotPermitted: the account may read it, and not more.
    """
    user = viewer()
    if key := request.args.get(KEY):
        user = replace(user, key_of=manager().run_of_key(number, key))
    return user, manager().run_by_number(user, number, needed)


def creator() -> User:
    """Who makes runs: an account, or a guest where the server has guests.

    Raises:
        NotAuthenticated: a guest where it has none.
    """
    user = viewer()
    if user.guest and config().guests != "on":
        raise NotAuthenticated("say who you are")
    return manager().guest() if user.guest else user
