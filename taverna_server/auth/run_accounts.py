"""The account that a run has for itself (protocol dossier 2.3, 14.6).

Its engine gets the password with the run's credentials, to speak to the run's
own files and interaction feed. It is worth something while the engine may be at
work, and only on this machine.
"""

from __future__ import annotations

import hmac
from functools import cached_property

from taverna_server.config import Config
from taverna_server.data.vault import Vault
from taverna_server.model.identity import RUN_ACCOUNT, User
from taverna_server.model.run import RunStatus
from taverna_server.store import Store

_AT_WORK = (RunStatus.OPERATING, RunStatus.STOPPED)


class RunAccounts:
    """No rows: the password follows from the server's key and the run's id."""

    def __init__(self, store: Store, config: Config) -> None:
        self._store = store
        self._config = config

    def check(self, name: str, token: str) -> User | None:
        """The account, if that is its password and its run is at work."""
        run_id = name.removeprefix(RUN_ACCOUNT)
        expected = self._vault.run_token(run_id)
        if not hmac.compare_digest(expected.encode(), token.encode("utf-8", "surrogatepass")):
            return None
        run = self._store.get_run(run_id)
        return User(name, run_id=run_id) if run and run.status in _AT_WORK else None

    @cached_property
    def _vault(self) -> Vault:
        return Vault.open(self._config.data)
