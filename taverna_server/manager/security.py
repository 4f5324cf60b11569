"""Credentials and trusts of a run, for its owner alone (protocol dossier 10.4, 10.5).

They are checked when they come in, sealed with the server's key before they
reach the database, and never given out in clear: what the owner reads back has
no passwords and no key stores. They can be changed until the run starts; then
the engine gets them (``handover.py``) and the run has none.
"""

from __future__ import annotations

from dataclasses import replace
from functools import cached_property
from typing import TypeVar

from taverna_server.data.paths import WorkDirectory
from taverna_server.data.vault import Vault
from taverna_server.errors import BadStateChange, UnknownCredential
from taverna_server.manager.credentials import check_credential, check_trust
from taverna_server.manager.permissions import Guarded
from taverna_server.manager.sealing import Sealing
from taverna_server.model.credentials import Credential, KeyPair, Trust, UserPass
from taverna_server.model.identity import User
from taverna_server.model.run import Run, RunStatus
from taverna_server.store.sealed import CREDENTIAL, TRUST

Item = TypeVar("Item", UserPass | KeyPair, Trust)


class Security(Guarded):
    """Every change raises BadStateChange once the run has been started."""

    @cached_property
    def _sealing(self) -> Sealing:
        return Sealing(self.store, Vault.open(self.config.data))

    def credentials(self, caller: User, run_id: str) -> list[Credential]:
        """Without their secrets, oldest first; none once the run has been started."""
        run = self.owned_run(caller, run_id)
        if run.status != RunStatus.INITIALIZED:
            return []
        return [_without_secrets(item) for item in self._sealing.credentials(run.id)]

    def credential(self, caller: User, run_id: str, id: str) -> Credential:
        """Raises UnknownCredential."""
        return _called(id, self.credentials(caller, run_id))

    def set_credential(self, caller: User, run_id: str, given: Credential) -> Credential:
        """Keep a credential under its id, in place of the one that was there.

        Raises:
            InvalidCredential: something is missing, or the key store cannot be opened.
        """
        run = self._changeable(caller, run_id)
        kept = check_credential(given, WorkDirectory(self.directory(run).wd))
        self._keep(run, kept)
        return _without_secrets(kept)

    def remove_credentials(self, caller: User, run_id: str, id: str | None = None) -> None:
        """Forget one, or all; also when there is none."""
        self._remove(caller, run_id, CREDENTIAL, id)

    def trusts(self, caller: User, run_id: str) -> list[Trust]:
        """Oldest first; none once the run has been started."""
        run = self.owned_run(caller, run_id)
        return self._sealing.trusts(run.id) if run.status == RunStatus.INITIALIZED else []

    def trust(self, caller: User, run_id: str, id: str) -> Trust:
        """Raises UnknownCredential."""
        return _called(id, self.trusts(caller, run_id))

    def set_trust(self, caller: User, run_id: str, given: Trust) -> Trust:
        """Keep certificates under an id, in place of those that were there.

        Raises:
            InvalidCredential: they cannot be read.
        """
        run = self._changeable(caller, run_id)
        kept = check_trust(given, WorkDirectory(self.directory(run).wd))
        self._keep(run, kept)
        return kept

    def remove_trusts(self, caller: User, run_id: str, id: str | None = None) -> None:
        """Forget one, or all; also when there is none."""
        self._remove(caller, run_id, TRUST, id)

    def _changeable(self, caller: User, run_id: str) -> Run:
        run = self.owned_run(caller, run_id)
        if run.status != RunStatus.INITIALIZED:
            raise _too_late()
        return run

    def _keep(self, run: Run, item: Credential | Trust) -> None:
        if not self._sealing.keep(run.id, item):
            raise _too_late()

    def _remove(self, caller: User, run_id: str, kind: str, id: str | None) -> None:
        run = self._changeable(caller, run_id)
        if not self.store.remove_sealed(run.id, kind, id):
            raise _too_late()


def _too_late() -> BadStateChange:
    return BadStateChange("cannot do that state change")


def _without_secrets(item: Credential) -> Credential:
    if isinstance(item, UserPass):
        return replace(item, password="")
    return replace(item, unlock_password="", credential_bytes=b"", pem=b"")


def _called(id: str, items: list[Item]) -> Item:
    for item in items:
        if item.id == id:
            return item
    raise UnknownCredential(id)
