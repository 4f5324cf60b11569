"""Accounts and their API tokens. Only hashes are kept, of passwords and of tokens."""

from __future__ import annotations

from collections.abc import Collection

import sqlalchemy as sa
from sqlalchemy import bindparam
from sqlalchemy.exc import IntegrityError

from taverna_server.errors import BadRequest
from taverna_server.model.identity import GUEST, User
from taverna_server.store.base import Part, utc_now
from taverna_server.store.database import Database
from taverna_server.store.rows import Token
from taverna_server.store.tables import (
    entries,
    entry_permissions,
    events,
    messages,
    permissions,
    reana,
    runs,
    secrets,
    service_credentials,
    sessions,
    tokens,
    users,
    workflows,
)

COLUMNS = [
    users.c.name,
    users.c.admin,
    users.c.disabled,
    users.c.local_user,
    users.c.email,
    users.c.full_name,
]
"""What a ``User`` is made of, in its order."""
_THIS = users.c.name == bindparam("user")

_INSERT = sa.insert(users)
_GET = sa.select(*COLUMNS).where(_THIS)
_LOGIN = sa.select(*COLUMNS, users.c.password_hash).where(_THIS)
_NAME = sa.select(users.c.name).where(users.c.number == bindparam("which"))
_OF_A_PERSON = users.c.name != GUEST
_ALL = sa.select(*COLUMNS).where(_OF_A_PERSON).order_by(users.c.name)
_SET_DISABLED = sa.update(users).where(_THIS).values(disabled=bindparam("to"))
_SET_ADMIN = sa.update(users).where(_THIS).values(admin=bindparam("to"))
_SET_LOCAL_USER = sa.update(users).where(_THIS).values(local_user=bindparam("to"))
_SET_EMAIL = sa.update(users).where(_THIS).values(email=bindparam("to"))
_SET_FULL_NAME = sa.update(users).where(_THIS).values(full_name=bindparam("to"))
_OF_EMAIL = sa.select(*COLUMNS).where(users.c.email == bindparam("address"))
_ANY = sa.select(users.c.number).where(_OF_A_PERSON).limit(1)
_SET_PASSWORD = sa.update(users).where(_THIS).values(password_hash=bindparam("to"))

_INSERT_TOKEN = sa.insert(tokens)
_OF_TOKEN = (
    sa.select(*COLUMNS)
    .join(tokens, tokens.c.user == users.c.name)
    .where(tokens.c.hash == bindparam("token"))
)
_TOKENS = (
    sa.select(tokens.c.user, tokens.c.name, tokens.c.created)
    .where(tokens.c.user == bindparam("of"))
    .order_by(tokens.c.created, tokens.c.name)
)
_DELETE_TOKENS = sa.delete(tokens).where(
    tokens.c.user == bindparam("of"), tokens.c.name == bindparam("called")
)
_HAS_RUNS = sa.select(runs.c.number).where(runs.c.owner == bindparam("of")).limit(1)
_END_SESSIONS = sa.delete(sessions).where(sessions.c.user == bindparam("of"))
_DETACH = (
    _END_SESSIONS,
    sa.update(workflows).where(workflows.c.owner == bindparam("of")).values(owner=sa.null()),
    sa.update(entries)
    .where(entries.c.owner == bindparam("of"))
    .values(owner=sa.null(), deleted=sa.not_(entries.c.published)),
    sa.delete(entry_permissions).where(entry_permissions.c.user == bindparam("of")),
    sa.delete(service_credentials).where(service_credentials.c.owner == bindparam("of")),
    sa.delete(tokens).where(tokens.c.user == bindparam("of")),
    sa.delete(permissions).where(permissions.c.user == bindparam("of")),
    sa.delete(events).where(events.c.owner == bindparam("of")),
    sa.delete(messages).where(messages.c.owner == bindparam("of")),
    sa.delete(reana).where(reana.c.owner == bindparam("of")),
    sa.delete(secrets).where(secrets.c.owner == bindparam("of")),
)
_REMOVE = sa.delete(users).where(users.c.name == bindparam("of"))


class Users(Part):
    """Setters return False when there is no account of that name."""

    def add_user(self, name: str, password_hash: str, admin: bool = False) -> User:
        """Add an account.

        Raises:
            BadRequest: there is one of this name.
        """
        values = {"name": name, "password_hash": password_hash, "admin": admin}
        try:
            with self._database.write() as connection:
                connection.execute(_INSERT, values | {"disabled": False, "created": utc_now()})
        except IntegrityError:
            raise BadRequest(f"there is already an account '{name}'") from None
        return User(name, admin)

    def get_user(self, name: str) -> User | None:
        with self._database.read() as connection:
            row = connection.execute(_GET, {"user": name}).first()
        return None if row is None else User(*row)

    def password_hash(self, name: str) -> str | None:
        login = self.login(name)
        return login and login[1]

    def login(self, name: str) -> tuple[User, str] | None:
        """An account and its password hash, in one look."""
        with self._database.read() as connection:
            row = connection.execute(_LOGIN, {"user": name}).first()
        return None if row is None else (User(*row[:-1]), row.password_hash)

    def list_users(self) -> list[User]:
        """The accounts of people, sorted by name."""
        with self._database.read() as connection:
            return [User(*row) for row in connection.execute(_ALL)]

    def user_numbers(self, names: Collection[str]) -> dict[str, int]:
        """The small integers of the Player interface, by name."""
        wanted = sa.select(users.c.name, users.c.number).where(users.c.name.in_(names))
        with self._database.read() as connection:
            return {row.name: row.number for row in connection.execute(wanted)}

    def user_name(self, number: int) -> str | None:
        """Whose number it is."""
        with self._database.read() as connection:
            found: str | None = connection.scalar(_NAME, {"which": number})
            return found

    def set_disabled(self, name: str, disabled: bool) -> bool:
        return _set(self._database, _SET_DISABLED, name, disabled)

    def set_admin(self, name: str, admin: bool) -> bool:
        return _set(self._database, _SET_ADMIN, name, admin)

    def set_local_user(self, name: str, local_user: str | None) -> bool:
        return _set(self._database, _SET_LOCAL_USER, name, local_user)

    def set_full_name(self, name: str, full_name: str | None) -> bool:
        return _set(self._database, _SET_FULL_NAME, name, full_name)

    def set_email(self, name: str, email: str | None) -> bool:
        """Raises BadRequest for an address that another account has."""
        try:
            return _set(self._database, _SET_EMAIL, name, email)
        except IntegrityError:
            raise BadRequest("another account has this e-mail address") from None

    def user_of_email(self, email: str) -> User | None:
        """The account with this address, also a disabled one."""
        with self._database.read() as connection:
            row = connection.execute(_OF_EMAIL, {"address": email}).first()
        return None if row is None else User(*row)

    def has_users(self) -> bool:
        """Whether there is any account of a person."""
        with self._database.read() as connection:
            return connection.execute(_ANY).first() is not None

    def set_password(self, name: str, password_hash: str) -> bool:
        """The sessions that the old one began are over."""
        with self._database.write() as connection:
            connection.execute(_END_SESSIONS, {"of": name})
            changed = connection.execute(_SET_PASSWORD, {"user": name, "to": password_hash})
            return changed.rowcount == 1

    def remove_user(self, name: str) -> bool:
        """Remove an account with all that is only its own; False when it has runs.

        Workflows it published stay in the library. Whoever gets the name later
        inherits nothing.
        """
        with self._database.write() as connection:
            if connection.execute(_HAS_RUNS, {"of": name}).first() is not None:
                return False
            for statement in _DETACH:
                connection.execute(statement, {"of": name})
            return connection.execute(_REMOVE, {"of": name}).rowcount == 1

    def add_token(self, user: str, token_hash: str, name: str) -> None:
        """Keep a token's hash for an account that is there."""
        values = {"hash": token_hash, "user": user, "name": name, "created": utc_now()}
        with self._database.write() as connection:
            connection.execute(_INSERT_TOKEN, values)

    def user_of_token(self, token_hash: str) -> User | None:
        """The account, also a disabled one; None for a token that nobody has."""
        with self._database.read() as connection:
            row = connection.execute(_OF_TOKEN, {"token": token_hash}).first()
        return None if row is None else User(*row)

    def tokens(self, user: str) -> list[Token]:
        """A user's tokens, oldest first."""
        with self._database.read() as connection:
            return [Token(*row) for row in connection.execute(_TOKENS, {"of": user})]

    def remove_tokens(self, user: str, name: str) -> int:
        """Take back the user's tokens of this name; how many there were."""
        with self._database.write() as connection:
            return connection.execute(_DELETE_TOKENS, {"of": user, "called": name}).rowcount


def _set(database: Database, statement: sa.Update, name: str, value: object) -> bool:
    with database.write() as connection:
        return connection.execute(statement, {"user": name, "to": value}).rowcount == 1
