"""Runs of people without an account, and the keys that open runs to them (1.14)."""

from __future__ import annotations

import contextlib
import hmac
from functools import cached_property

from taverna_server.data.vault import Vault
from taverna_server.errors import BadRequest
from taverna_server.manager.permissions import Guarded
from taverna_server.model.identity import GUEST, User
from taverna_server.model.run import Run

NO_PASSWORD = "-"  # noqa: S105  (no hash looks like this: nobody can log in)


class Viewing(Guarded):
    """A key follows from the server's own and the run: there is nothing to store."""

    def view_key(self, run: Run) -> str:
        """What opens an embedded run, or one of a guest, to whoever has been given it."""
        return self._views.view_key(run.id)

    def run_of_key(self, number: int, key: str) -> str | None:
        """The id of the run, if the key is its own."""
        run = self.store.get_run_by_number(number)
        if run is None or not hmac.compare_digest(self.view_key(run).encode(), key.encode()):
            return None
        return run.id

    def guest(self) -> User:
        """The owner of runs that are made without an account, of which nobody knows a password."""
        if self.store.get_user(GUEST) is None:
            with contextlib.suppress(BadRequest):  # somebody else at the same moment
                self.store.add_user(GUEST, NO_PASSWORD)
        return User(GUEST)

    @cached_property
    def _views(self) -> Vault:
        return Vault.open(self.config.data)
