"""Accounts that are made with an e-mail address and a token, as REANA's are."""

from __future__ import annotations

import re
import secrets

from taverna_server.auth import hash_password, hash_token, new_password
from taverna_server.errors import BadRequest, NotPermitted, UnknownUser
from taverna_server.manager.accounts import Accounts
from taverna_server.model.identity import User

TOKEN_NAME = "reana"  # noqa: S105  (what it is called)
SHORTEST_TOKEN = 8


class ReanaAccounts(Accounts):
    """For administrators alone."""

    def account_of_token(self, caller: User, token: str) -> User | None:
        self.check_admin(caller)
        return self.store.user_of_token(hash_token(token))

    def add_reana_account(self, caller: User, email: str, token: str | None) -> tuple[User, str]:
        """The account, and its token, which nobody can tell later.

        Raises:
            NotPermitted: the address or the token is taken.
            BadRequest: the token is too short to be one.
        """
        self.check_admin(caller)
        token = token or secrets.token_urlsafe(16)
        if len(token) < SHORTEST_TOKEN:
            raise BadRequest(f"A token has at least {SHORTEST_TOKEN} characters.")
        if self.store.user_of_email(email) or self.account_of_token(caller, token):
            raise NotPermitted("Action not permitted.")
        name = self._free_name(email)
        self.store.add_user(name, hash_password(new_password()))
        self.store.set_email(name, email)
        self.store.add_token(name, hash_token(token), TOKEN_NAME)
        user = self.store.get_user(name)
        if user is None:
            raise UnknownUser(name)
        return user, token

    def _free_name(self, email: str) -> str:
        """Of the letters before the ``@``; with a number where somebody is called so."""
        words = re.sub("[^A-Za-z0-9]", "", email.partition("@")[0])[:40] or "user"
        name, number = words, 1
        while self.store.get_user(name) is not None:
            number += 1
            name = f"{words}{number}"
        return name
