"""Keys for interaction pages: what a page may do in the name of who opened it.

Pages come from workflows and are not trusted, so browsers give them an origin of
their own, with which the user's login is of no use (``serving/pages.py``). Instead
the page gets a key, worth something while the run is at work, for the
interactions of this run, and for no more than the user may do. No rows: the key
says whose it is and follows from the server's key.
"""

from __future__ import annotations

import hmac
import re
from dataclasses import replace
from functools import cached_property

from taverna_server.config import Config
from taverna_server.data.vault import Vault
from taverna_server.model.identity import GUEST, User
from taverna_server.model.run import RunStatus
from taverna_server.store import Store

PREFIX = "tvi_"
_KEY = re.compile(rf"{PREFIX}([0-9A-Za-z]+_?)_([0-9a-f]{{64}})")
_AT_WORK = (RunStatus.OPERATING, RunStatus.STOPPED)


class PageKeys:
    """One per process, for all threads."""

    def __init__(self, store: Store, config: Config) -> None:
        self._store = store
        self._config = config

    def key(self, name: str, run_id: str) -> str | None:
        """The key of a user for a run; None while it would open nothing."""
        return self._of(name, run_id) if self._is_at_work(run_id) else None

    def check(self, key: str, run_id: str) -> User | None:
        """Whose key it is, bound to the pages of the run; None if it is none of this run."""
        found = _KEY.fullmatch(key)
        if found is None or not hmac.compare_digest(self._of(found[1], run_id), key):
            return None
        user = User(GUEST) if found[1] == GUEST else self._store.get_user(found[1])
        if user is None or user.disabled or not self._is_at_work(run_id):
            return None
        return replace(user, page_of=run_id)

    def _of(self, name: str, run_id: str) -> str:
        return f"{PREFIX}{name}_{self._vault.page_token(run_id, name)}"

    def _is_at_work(self, run_id: str) -> bool:
        run = self._store.get_run(run_id)
        return run is not None and run.status in _AT_WORK

    @cached_property
    def _vault(self) -> Vault:
        return Vault.open(self._config.data)
