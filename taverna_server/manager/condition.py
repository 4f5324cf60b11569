"""How the server is doing: what monitoring asks for, without an account."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime

from taverna_server.manager.lease import NAME, is_dead
from taverna_server.manager.permissions import Guarded


@dataclass(frozen=True, slots=True)
class Condition:
    """Read from counters: it costs the same however many runs there are."""

    runs: int
    operating: int
    reconciling: bool
    """Whether somebody does what is asked for: starts runs, ends and removes them."""


class Conditions(Guarded):
    """Looking at the whole."""

    def condition(self) -> Condition:
        """The condition; raises what the database raises when it cannot be asked."""
        return Condition(self.store.run_count(), self.store.operating_count(), self._reconciling())

    def _reconciling(self) -> bool:
        held = self.store.lease(NAME)
        return held is not None and held.expires > datetime.now(UTC) and not is_dead(held.holder)
