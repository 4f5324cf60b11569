"""Who is calling, and what a run's owner allowed them."""

from __future__ import annotations

import enum
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class User:
    """An account. ``name`` is ``[A-Za-z0-9]+`` and unique."""

    name: str
    admin: bool = False
    disabled: bool = False


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
