"""What people keep of themselves: names, passwords, API tokens; and making an account."""

from __future__ import annotations

from collections.abc import Sequence

from taverna_server.auth import check_name, hash_password, hash_token, new_token
from taverna_server.errors import BadRequest, NotPermitted, Unknown
from taverna_server.manager.quotas import Quotas
from taverna_server.model.identity import User
from taverna_server.notify import is_mailbox
from taverna_server.store import Token

SHORTEST_PASSWORD = 8
LONGEST = 200
MOST_TOKENS = 100


class Profiles(Quotas):
    """For the caller's own account."""

    def register(self, name: str, password: str, email: str = "", full_name: str = "") -> User:
        """A new account; the first one of the server administers it (Player dossier 1.12).

        Raises:
            NotPermitted: the server takes no registrations.
            BadRequest: a name or address that cannot be or is taken, or a short password.
        """
        if not self.config.registration:
            raise NotPermitted("accounts are made by the administrator of this server")
        address, called = checked_email(email), checked_full_name(full_name)
        stored = hash_password(checked_password(password))
        if address and self.store.user_of_email(address):
            raise BadRequest("another account has this e-mail address")
        is_first = not self.store.has_users()
        self.store.add_user(check_name(name), stored, admin=is_first)
        self.store.set_email(name, address)
        self.store.set_full_name(name, called)
        return User(name, is_first, email=address, full_name=called)

    def change_profile(self, caller: User, email: str, full_name: str) -> None:
        """Raises BadRequest for what cannot be."""
        address, called = checked_email(email), checked_full_name(full_name)
        self.store.set_email(caller.name, address)
        self.store.set_full_name(caller.name, called)

    def change_password(self, caller: User, password: str) -> None:
        """Who asks has shown the old one. All sessions of the account are over.

        Raises BadRequest for a short one.
        """
        self.store.set_password(caller.name, hash_password(checked_password(password)))

    def tokens(self, caller: User) -> Sequence[Token]:
        """Their names, oldest first; nobody can tell the tokens themselves."""
        return self.store.tokens(caller.name)

    def add_token(self, caller: User, name: str) -> str:
        """A new token, told this once.

        Raises:
            BadRequest: no name, one that there is, or too many tokens.
        """
        wanted = checked_line(name, "the name of a token")
        if not wanted:
            raise BadRequest("give the token a name, to know it by")
        known = self.tokens(caller)
        if any(it.name == wanted for it in known):
            raise BadRequest(f"there is already a token '{wanted}'")
        if len(known) >= MOST_TOKENS:
            raise BadRequest(f"an account has at most {MOST_TOKENS} tokens: revoke some")
        token = new_token()
        self.store.add_token(caller.name, hash_token(token), wanted)
        return token

    def revoke_token(self, caller: User, name: str) -> None:
        """Raises Unknown where there is none of this name."""
        if not self.store.remove_tokens(caller.name, name):
            raise Unknown("there is no such token")


def checked_password(password: str) -> str:
    """Raises BadRequest for a short one (Player dossier 1.12)."""
    if len(password) < SHORTEST_PASSWORD:
        raise BadRequest(f"a password has at least {SHORTEST_PASSWORD} characters")
    return password


def checked_email(email: str) -> str | None:
    """In small letters, as it is looked for; None for none. Raises BadRequest."""
    address = email.strip().lower()
    if address and not (len(address) <= LONGEST and is_mailbox(address)):
        raise BadRequest("this is no e-mail address")
    return address or None


def checked_full_name(name: str) -> str | None:
    """None for none. Raises BadRequest for more than a line."""
    return checked_line(name, "a name") or None


def checked_line(text: str, what: str) -> str:
    """Without blanks around it. Raises BadRequest."""
    line = text.strip()
    if len(line) > LONGEST or not line.isprintable():
        raise BadRequest(f"{what} is one line of at most {LONGEST} characters")
    return line
