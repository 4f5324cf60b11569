"""Logins of services, kept once and given to every run (Player dossier 1.11).

Each user has their own; those of superusers for everybody go to the runs of all
accounts. Passwords are sealed with the server's key before they reach the database
and are never given out; nobody but superusers learns of those for everybody.
Runs made without an account get none.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cached_property
from urllib.parse import urlsplit

from taverna_server.data.vault import Vault
from taverna_server.errors import Invalid, UnknownCredential
from taverna_server.manager.permissions import Guarded
from taverna_server.model.credentials import ServiceCredential
from taverna_server.model.identity import User
from taverna_server.store import Store

FIELDS = ("name", "description", "uri", "login", "password", "password_confirmation")
BLANK = "can't be blank"
LONGEST = 2000
_ABOUT = "service credential"


class ServiceCredentials(Guarded):
    """Methods that take a number raise UnknownCredential for one the caller may not change."""

    def service_credentials(self, caller: User) -> list[ServiceCredential]:
        """The caller's own, then, for superusers, those for everybody."""
        own = self.store.service_credentials(caller.name)
        return own + (self.store.service_credentials(None) if caller.admin else [])

    def service_credential(self, caller: User, number: int) -> ServiceCredential:
        found = self.store.service_credential(number)
        allowed = found and (found.owner == caller.name or (found.owner is None and caller.admin))
        if found is None or not allowed:
            raise UnknownCredential(str(number))
        return found

    def add_service_credential(
        self, caller: User, given: Mapping[str, str], for_everybody: bool = False
    ) -> ServiceCredential:
        """Keep one, by the names in ``FIELDS``.

        Raises:
            Invalid: what is missing or does not fit, by field.
        """
        check(given, for_everybody and not caller.admin)
        owner = None if for_everybody else caller.name
        texts = (given.get(name, "").strip() for name in FIELDS[:4])
        number = self.store.add_service_credential(owner, *texts)
        self._keep_password(number, given["password"])
        return self.service_credential(caller, number)

    def change_service_credential(
        self, caller: User, number: int, given: Mapping[str, str]
    ) -> ServiceCredential:
        """Change what is given; without a password the old one stays.

        Raises:
            Invalid: as above.
        """
        found = self.service_credential(caller, number)
        before = {name: getattr(found, name) for name in FIELDS[:4]}
        kept = {"password": "*", **({} if given.get("password") else {"password_confirmation": ""})}
        merged = {**before, **{name: it for name, it in given.items() if name in FIELDS}}
        check({**merged, **({} if given.get("password") else kept)})
        texts = {name: merged[name].strip() for name in FIELDS[:4]}
        self.store.change_service_credential(number, **texts)
        if given.get("password"):
            self._keep_password(number, given["password"])
        return self.service_credential(caller, number)

    def remove_service_credential(self, caller: User, number: int) -> None:
        self.service_credential(caller, number)
        if not self.store.remove_service_credential(number):
            raise UnknownCredential(str(number))

    def _keep_password(self, number: int, password: str) -> None:
        sealed = self._services_vault.seal(
            password.encode("utf-8", "surrogatepass"), _ABOUT, str(number)
        )
        self.store.change_service_credential(number, password=sealed)

    @cached_property
    def _services_vault(self) -> Vault:
        return Vault.open(self.config.data)


def logins_for(store: Store, vault: Vault, owner: str) -> Iterator[tuple[str, str, str]]:
    """Address, name and password of each that a run of the owner gets, the owner's first.

    Raises:
        ConfigurationError: the server's key is another one.
    """
    for found in [*store.service_credentials(owner), *store.service_credentials(None)]:
        if sealed := store.sealed_password(found.number):
            password = vault.unseal(sealed, _ABOUT, str(found.number))
            yield found.uri, found.login, password.decode("utf-8", "surrogatepass")


def check(given: Mapping[str, str], not_for_everybody: bool = False) -> None:
    """Raises Invalid with all that is wrong, by field (Player dossier 1.6, check K1)."""
    wrong = {
        name: [BLANK]
        for name in ("uri", "login", "password")
        if not (given.get(name) or "").strip()
    }
    confirmation = given.get("password_confirmation")
    if "password" not in wrong and confirmation and confirmation != given["password"]:
        wrong["password"] = ["doesn't match confirmation"]
    if "uri" not in wrong and not _is_address(given["uri"].strip()):
        wrong["uri"] = ["is no address of a service"]
    for name in FIELDS:
        if len(given.get(name) or "") > LONGEST:
            wrong[name] = [f"is longer than {LONGEST} characters"]
    if not_for_everybody:
        wrong["global"] = ["is for administrators"]
    if wrong:
        raise Invalid(wrong)


def _is_address(uri: str) -> bool:
    try:
        parts = urlsplit(uri)
        return bool(parts.scheme and (parts.netloc or parts.path)) and parts.port is not False
    except ValueError:
        return False
