"""When runs go by themselves (protocol dossier 4.2, 5.3)."""

from __future__ import annotations

from datetime import UTC, datetime

from taverna_server.errors import UnknownRun
from taverna_server.manager.permissions import Guarded
from taverna_server.model.identity import Permission, User


class Expiry(Guarded):
    """A run lives until its expiry, whatever its status then."""

    def set_expiry(self, caller: User, run_id: str, expiry: datetime) -> datetime:
        """Set when the run goes and return what is in force.

        A time in the past changes nothing: a client that wants the run gone
        deletes it. A time without a zone is UTC.
        """
        run = self.run_for(caller, run_id, Permission.DESTROY)
        wanted = expiry if expiry.tzinfo else expiry.replace(tzinfo=UTC)
        if wanted <= datetime.now(UTC):
            return run.expiry
        if not self.store.set_expiry(run_id, wanted):
            raise UnknownRun(run_id)
        return wanted.astimezone(UTC)
