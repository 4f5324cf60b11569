"""How much of the server its users may take, and how: the store counts, atomically.

The options say it at first; what an administrator set since (``settings.py``)
goes before. It is read anew each time, one range of a small table: every
process knows at once.
"""

from __future__ import annotations

from taverna_server.manager.permissions import Guarded
from taverna_server.manager.settings import policy
from taverna_server.model.policy import Policy


class Quotas(Guarded):
    """The limits in force (protocol dossier 5.4)."""

    def policy(self) -> Policy:
        return policy(self.store, self.config)
