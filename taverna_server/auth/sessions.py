"""Sessions of browsers: begun by signing in, known by a cookie, over after a while.

The cookie holds 256 random bits and the database their hash, so a copy of the
database signs nobody in. A session lasts some time after its last use; the row
is written again only when half of that has passed. Each signing in begins a new
one, and a changed password ends all of an account (``Store.set_password``).
"""

from __future__ import annotations

import hmac
import secrets
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cached_property

from taverna_server.auth.tokens import hash_token
from taverna_server.config import Config
from taverna_server.data.vault import Vault
from taverna_server.model.identity import User
from taverna_server.store import Store


@dataclass(frozen=True, slots=True)
class Session:
    """One that goes on."""

    user: User
    id: str
    """The hash of its token."""


class Sessions:
    """One per process, for all threads."""

    def __init__(self, store: Store, config: Config) -> None:
        self._store = store
        self._config = config
        self._short = config.session_lifetime * 60
        self._long = config.remembered_lifetime * 24 * 60 * 60

    def begin(self, user: User, remember: bool = False) -> str:
        """The token for the cookie."""
        token = secrets.token_urlsafe(32)
        lifetime = self._long if remember else self._short
        self._store.add_session(hash_token(token), user.name, _after(lifetime), lifetime)
        return token

    def find(self, token: str) -> Session | None:
        """The session of a token; None when it is over, or its account may not log in."""
        row = self._store.session(hash_token(token))
        if row is None or row.user.disabled:
            return None
        if row.expires < _after(row.lifetime // 2):
            self._store.prolong_session(row.hash, _after(row.lifetime))
        return Session(row.user, row.hash)

    def end(self, token: str) -> None:
        self._store.end_session(hash_token(token))

    def end_all(self, user: User) -> None:
        self._store.end_sessions(user.name)

    def form_token(self, user: User, session: Session | None) -> str:
        """What our forms carry, and those of other sites cannot know."""
        return self.vault.form_token(f"{user.name} {session.id}" if session else user.name)

    @cached_property
    def vault(self) -> Vault:
        return Vault.open(self._config.data)

    def is_form_token(self, token: str, user: User, session: Session | None) -> bool:
        expected = self.form_token(user, session)
        return hmac.compare_digest(expected.encode(), token.encode("utf-8", "surrogatepass"))


def _after(seconds: int) -> datetime:
    return datetime.now(UTC) + timedelta(seconds=seconds)
