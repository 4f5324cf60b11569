"""Who is calling, and what a run's owner allowed them."""

from __future__ import annotations

import enum
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class User:
    """An account. ``name`` is ``[A-Za-z0-9]+`` and unique, except of a run's own account."""

    name: str
    admin: bool = False
    disabled: bool = False
    local_user: str | None = None
    """The account of the operating system that runs execute as, where the server does that."""
    email: str | None = None
    full_name: str | None = None
    """As people call them; pages show it beside the name."""
    run_id: str | None = None
    """The run that this is the own account of: its engine, calling back. None for people."""
    page_of: str | None = None
    """The run whose interaction page asks in this user's name; it may do little else."""

    key_of: str | None = None
    """The run whose key somebody without an account has shown."""

    @property
    def guest(self) -> bool:
        """Somebody without an account."""
        return self.name == GUEST


GUEST = "guest_"
"""Owns the runs of those without an account; no person's name can be this."""

RUN_ACCOUNT = "wfrun_"
"""Begins the names of accounts of runs; no person's name can (protocol dossier 2.3)."""


def run_account(run_id: str) -> str:
    """The name of a run's own account."""
    return RUN_ACCOUNT + run_id


class Permission(enum.IntEnum):
    """What one user may do with another's run; each includes those before it."""

    NONE = 0
    READ = 1
    UPDATE = 2
    DESTROY = 3

    @property
    def word(self) -> str:
        """As it stands on the wire."""
        return self.name.lower()
