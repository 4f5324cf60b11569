"""Signing in by name or e-mail address and password, not too often in vain.

Theory of operation. Failures are counted for an account from an address, for an
address, and for an account from everywhere, in the database that all web
processes share; the latter two are allowed more. They count for a short while
after the first one, so nobody is locked out for good: a stranger who tries
passwords stops himself, and the owner at another address hardly ever. Refusals
before that while is over do not prolong it. A right password clears the count of
its own address.
"""

from __future__ import annotations

import math
from datetime import UTC, datetime, timedelta

from taverna_server.auth.authenticator import Authenticator
from taverna_server.config import Config
from taverna_server.errors import NotAuthenticated, TooManyAttempts
from taverna_server.model.identity import User
from taverna_server.store import Failures, Store

FROM_ONE_ADDRESS, FROM_EVERYWHERE = 5, 10
"""How many times more failures an address, and an account, may have."""


class SignIn:
    """One per process, for all threads."""

    def __init__(self, store: Store, authenticator: Authenticator, config: Config) -> None:
        self._store = store
        self._authenticator = authenticator
        self._most = config.sign_in_attempts
        self._pause = timedelta(seconds=config.sign_in_pause)

    def sign_in(self, name: str, password: str, address: str) -> User:
        """The account.

        Raises:
            NotAuthenticated: unknown, disabled, or another password: always the same words.
            TooManyAttempts: it failed too often; the password was not looked at.
        """
        name = name.strip()
        limits = self._limits(name.lower(), address)
        self._check(limits)
        user = self._authenticator.check_password(self._name_of(name), password)
        if user is None or user.disabled:
            for about in limits:
                self._store.count_failure(about, datetime.now(UTC) + self._pause)
            raise NotAuthenticated("Invalid name, e-mail address or password.")
        self._store.forget_failures(next(iter(limits)))
        return user

    def check_newcomer(self, address: str) -> None:
        """Counts an account that somebody wants to make. Raises TooManyAttempts."""
        about = f"newcomer from {address}"
        self._check({about: self._most})
        self._store.count_failure(about, datetime.now(UTC) + self._pause)

    def _limits(self, name: str, address: str) -> dict[str, int]:
        return {
            f"account {name[:200]} from {address}": self._most,
            f"address {address}": self._most * FROM_ONE_ADDRESS,
            f"account {name[:200]}": self._most * FROM_EVERYWHERE,
        }

    def _check(self, limits: dict[str, int]) -> None:
        known = self._store.failures(limits)
        over = [it for about, it in known.items() if it.count >= limits[about]]
        if over:
            raise TooManyAttempts(max(map(_seconds_left, over)))

    def _name_of(self, given: str) -> str:
        found = self._store.user_of_email(given.lower()) if "@" in given else None
        return found.name if found else given


def _seconds_left(failures: Failures) -> int:
    return max(1, math.ceil((failures.until - datetime.now(UTC)).total_seconds()))
