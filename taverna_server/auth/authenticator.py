"""From an ``Authorization`` header to an account."""

from __future__ import annotations

import base64
import binascii

from taverna_server.auth.page_keys import PREFIX as PAGE_KEY
from taverna_server.auth.page_keys import PageKeys
from taverna_server.auth.passwords import PasswordChecker
from taverna_server.auth.run_accounts import RunAccounts
from taverna_server.auth.tokens import hash_token
from taverna_server.config import Config
from taverna_server.errors import NotAuthenticated
from taverna_server.model.identity import RUN_ACCOUNT, User
from taverna_server.store import Store

_NO = "wrong user name, password or token"


class Authenticator:
    """Basic (name and password) and Bearer (API token). One per process, for all threads."""

    def __init__(self, store: Store, config: Config) -> None:
        self._store = store
        self._passwords = PasswordChecker(config.login_memory)
        self._runs = RunAccounts(store, config)
        self.pages = PageKeys(store, config)

    def authenticate(
        self, authorization: str | None, is_local: bool = False, run_id: str | None = None
    ) -> User | None:
        """Who sent this header; None when there is none.

        Accounts of runs are known only where the request ``is_local``, keys of
        pages only where it is about the interactions of the run ``run_id``.

        Raises:
            NotAuthenticated: whatever else is wrong, always with the same words.
                A disabled account is a wrong password (protocol dossier 2.2).
        """
        if authorization is None:
            return None
        scheme, _, credentials = authorization.strip().partition(" ")
        match scheme.lower():
            case "basic":
                user = self._by_password(credentials, is_local)
            case "bearer" if credentials.strip().startswith(PAGE_KEY):
                user = self.pages.check(credentials.strip(), run_id) if run_id else None
            case "bearer":
                user = self._store.user_of_token(hash_token(credentials.strip()))
            case _:
                user = None
        if user is None or user.disabled:
            raise NotAuthenticated(_NO)
        return user

    def check_password(self, name: str, password: str) -> User | None:
        """The account, also a disabled one, if that is its password."""
        login = self._store.login(name)
        user, stored = login or (None, None)
        return user if self._passwords.is_right(name, password, stored) else None

    def _by_password(self, credentials: str, is_local: bool) -> User | None:
        decoded = _decode_basic(credentials)
        if decoded is None:
            return None
        if decoded[0].startswith(RUN_ACCOUNT):
            return self._runs.check(*decoded) if is_local else None
        return self.check_password(*decoded)


def _decode_basic(credentials: str) -> tuple[str, str] | None:
    try:
        raw = base64.b64decode(credentials.strip(), validate=True)
    except (binascii.Error, ValueError):
        return None
    try:
        text = raw.decode("utf-8")
    except UnicodeDecodeError:  # older clients send Latin-1
        text = raw.decode("latin-1")
    name, colon, password = text.partition(":")
    return (name, password) if colon and "\0" not in name else None
