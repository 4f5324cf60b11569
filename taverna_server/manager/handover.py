"""What the engine gets at the start that nobody else may have (protocol dossier 14.6).

The run's credentials and trusts and an account of its own go into ``security/``
of the run directory (``data/credentials.py``). They are erased from the
database once the engine has been started, and the files go when the run ends.
Killed in between, the next reconciler writes the same files again.
"""

from __future__ import annotations

from collections.abc import Iterator

from taverna_server.config import Config
from taverna_server.data.certificates import as_pem, read_certificates
from taverna_server.data.credentials import (
    TRUSTS,
    EngineCredential,
    write_credentials,
    write_private,
)
from taverna_server.data.local_users import LocalUser, local_user
from taverna_server.data.rundir import RunDirectory
from taverna_server.data.vault import Vault
from taverna_server.errors import ConfigurationError, InvalidCredential, RunRefused
from taverna_server.manager.sealing import Sealing
from taverna_server.manager.services import logins_for
from taverna_server.manager.user_secrets import secrets_document
from taverna_server.model.credentials import USERPASS, Credential, Trust, UserPass
from taverna_server.model.identity import GUEST, run_account
from taverna_server.model.run import TAVERNA, Run
from taverna_server.store import Store

SECRETS = "reana-secrets.json"


class Handover:
    """Gives runs what is theirs."""

    def __init__(self, store: Store, config: Config) -> None:
        self._store = store
        self._config = config
        self._vault = Vault.open(config.data)
        self._sealing = Sealing(store, self._vault)

    def give(self, run: Run, directory: RunDirectory) -> None:
        """Write ``security/``; may be repeated until ``erase``.

        Raises:
            RunRefused: the credentials cannot be opened any more.
        """
        try:
            credentials = [*self._sealing.credentials(run.id), *self._of_services(run)]
            trusts = self._sealing.trusts(run.id)
            files = {**dict(_key_files(credentials)), **_trust_file(trusts)}
        except (ConfigurationError, InvalidCredential) as error:
            raise RunRefused(f"its credentials cannot be used: {error}") from error
        listed = [_listed(number, given) for number, given in enumerate(credentials, 1)]
        write_credentials(directory, [*self._own_account(run), *listed], files)
        self._give_secrets(run, directory)

    def _give_secrets(self, run: Run, directory: RunDirectory) -> None:
        """Those of the user, for the steps of a REANA workflow (``engines/base.py``)."""
        if run.workflow_type == TAVERNA:
            return
        try:
            content = secrets_document(self._store, self._vault, run.owner)
        except ConfigurationError as error:
            raise RunRefused(f"the user's secrets cannot be used: {error}") from error
        if content is not None:
            write_private(directory.security / SECRETS, content)

    def _of_services(self, run: Run) -> Iterator[Credential]:
        """What its owner has the server keep for all runs (Player dossier 1.11)."""
        if run.owner != GUEST:
            for uri, login, password in logins_for(self._store, self._vault, run.owner):
                yield UserPass("", uri, login, password)

    def user_for(self, run: Run) -> LocalUser | None:
        """As whom the run executes; None: as the server itself.

        Raises:
            RunRefused: the owner's account names nobody who could.
        """
        if not self._config.local_users:
            return None
        owner = self._store.get_user(run.owner)
        name = (owner and owner.local_user) or self._config.default_local_user
        if not name:
            raise RunRefused(f"the account '{run.owner}' has no user on this machine")
        try:
            return local_user(name)
        except ConfigurationError as error:
            raise RunRefused(str(error)) from error

    def erase(self, run_id: str) -> None:
        """The engine has them, or never will: the run has none."""
        self._store.erase_sealed(run_id)

    def _own_account(self, run: Run) -> Iterator[EngineCredential]:
        """For the addresses under which the engine may know its own run."""
        bases = dict.fromkeys([self._config.public_url, self._config.internal_url])
        for base in filter(None, bases):
            yield EngineCredential(
                USERPASS,
                f"{base}/rest/runs/{run.id}/#{self._config.realm}",
                run_account(run.id),
                self._vault.run_token(run.id),
            )


def _listed(number: int, given: Credential) -> EngineCredential:
    if isinstance(given, UserPass):
        return EngineCredential(given.kind, given.service_uri, given.username, given.password)
    return EngineCredential(
        given.kind,
        given.service_uri,
        name=given.credential_name,
        file_type=given.file_type,
        unlock_password=given.unlock_password,
        store=f"{number}.store" if given.credential_bytes else "",
        pem=f"{number}.pem" if given.pem else "",
    )


def _key_files(credentials: list[Credential]) -> Iterator[tuple[str, bytes]]:
    for number, given in enumerate(credentials, 1):
        if isinstance(given, UserPass):
            continue
        if given.credential_bytes:
            yield f"{number}.store", given.credential_bytes
        if given.pem:
            yield f"{number}.pem", given.pem


def _trust_file(trusts: list[Trust]) -> dict[str, bytes]:
    found = [it for trust in trusts for it in read_certificates(trust.certificate_bytes)]
    return {TRUSTS: as_pem(found)} if found else {}
