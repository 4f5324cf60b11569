"""Accounts, as an administrator changes them (protocol dossier 11.4)."""

from __future__ import annotations

from dataclasses import dataclass

from taverna_server.auth import check_name, hash_password, new_password
from taverna_server.data.local_users import local_user
from taverna_server.errors import BadRequest, ConfigurationError, NotPermitted, UnknownUser
from taverna_server.manager.profiles import checked_email, checked_full_name
from taverna_server.manager.quotas import Quotas
from taverna_server.model.identity import User


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountChange:
    """What is wanted of an account; None leaves it as it is."""

    password: str | None = None
    local_user: str | None = None
    """The user of this machine its runs execute as; empty: the default."""
    enabled: bool | None = None
    admin: bool | None = None
    email: str | None = None
    """Empty: none."""
    full_name: str | None = None
    """Empty: none."""


class Accounts(Quotas):
    """For administrators alone: all methods raise NotPermitted for others."""

    def check_admin(self, caller: User) -> None:
        if not caller.admin:
            raise NotPermitted("Access is denied")

    def accounts(self, caller: User) -> list[User]:
        self.check_admin(caller)
        return self.store.list_users()

    def account(self, caller: User, name: str) -> User:
        self.check_admin(caller)
        user = self.store.get_user(name)
        if user is None:
            raise UnknownUser(f"there is no account '{name[:80]}'")
        return user

    def add_account(self, caller: User, name: str | None, wanted: AccountChange) -> User:
        """A new account: disabled and no administrator's unless it is said, as ever.

        Without a password it gets one that nobody knows.

        Raises:
            BadRequest: no name, one that cannot be, or one that is taken.
        """
        self.check_admin(caller)
        if not name:
            raise BadRequest("no user name supplied")
        self._check_local_user(wanted.local_user)
        password = hash_password(wanted.password or new_password())
        self.store.add_user(check_name(name), password, bool(wanted.admin))
        self.store.set_disabled(name, not wanted.enabled)
        self.store.set_local_user(name, wanted.local_user or None)
        self._call(name, wanted)
        return self.account(caller, name)

    def change_account(self, caller: User, name: str, wanted: AccountChange) -> User:
        """Change what is given, nothing else.

        Raises:
            BadRequest: nobody would administer the server any more, or no such password.
        """
        user = self.account(caller, name)
        self._check_local_user(wanted.local_user)
        if wanted.enabled is False or wanted.admin is False:
            self._check_others_administer(user)
        if wanted.password is not None:
            self.store.set_password(name, hash_password(wanted.password))
        if wanted.enabled is not None:
            self.store.set_disabled(name, not wanted.enabled)
        if wanted.admin is not None:
            self.store.set_admin(name, wanted.admin)
        if wanted.local_user is not None:
            self.store.set_local_user(name, wanted.local_user or None)
        self._call(name, wanted)
        return self.account(caller, name)

    def remove_account(self, caller: User, name: str) -> None:
        """Forget it, its tokens and its events, and what others allowed it.

        Raises:
            BadRequest: it has runs, or nobody would administer the server any more.
        """
        self._check_others_administer(self.account(caller, name))
        if not self.store.remove_user(name):
            raise BadRequest(f"'{name}' has runs: delete them before, or disable the account")

    def local_user_of(self, user: User) -> str:
        """The user of this machine as whom runs of the account execute; empty: as the server."""
        default = self.config.default_local_user if self.config.local_users else ""
        return user.local_user or default

    def _call(self, name: str, wanted: AccountChange) -> None:
        if wanted.email is not None:
            self.store.set_email(name, checked_email(wanted.email))
        if wanted.full_name is not None:
            self.store.set_full_name(name, checked_full_name(wanted.full_name))

    def _check_others_administer(self, user: User) -> None:
        others = (it for it in self.store.list_users() if it.name != user.name)
        if user.admin and not any(it.admin and not it.disabled for it in others):
            raise BadRequest(f"nobody but '{user.name}' administers the server")

    def _check_local_user(self, name: str | None) -> None:
        if not name:
            return
        if not name.isprintable() or len(name) > 64:
            raise BadRequest("this is no name of a user of this machine")
        if self.config.local_users:
            try:
                local_user(name)
            except ConfigurationError as error:
                raise BadRequest(str(error)) from error
