"""How much of the server its users may take; the store counts, atomically."""

from __future__ import annotations

from taverna_server.manager.permissions import Guarded
from taverna_server.model.policy import Policy


class Quotas(Guarded):
    """The limits in force (protocol dossier 5.4)."""

    def policy(self) -> Policy:
        return Policy(
            run_limit=self.config.run_limit,
            operating_limit=self.config.operating_limit,
            default_lifetime=self.config.lifetime,
        )
