"""Who is signed in by a browser, and who tried to and failed.

A session is known by the hash of its token, as API tokens are. Failures are
counted in the database, since the next try may come to another web process.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy import bindparam
from sqlalchemy.exc import IntegrityError

from taverna_server.model.identity import User
from taverna_server.store.base import Part, utc_now
from taverna_server.store.rows import Failures, SessionRow
from taverna_server.store.tables import failures, sessions, users
from taverna_server.store.users import COLUMNS

_INSERT = sa.insert(sessions)
_FIND = (
    sa.select(*COLUMNS, sessions.c.hash, sessions.c.expires, sessions.c.lifetime)
    .join(sessions, sessions.c.user == users.c.name)
    .where(sessions.c.hash == bindparam("session"), sessions.c.expires > bindparam("at"))
)
_PROLONG = (
    sa.update(sessions)
    .where(sessions.c.hash == bindparam("session"))
    .values(expires=bindparam("until"))
)
_END = sa.delete(sessions).where(sessions.c.hash == bindparam("session"))
_END_ALL = sa.delete(sessions).where(sessions.c.user == bindparam("of"))
_END_OLD = sa.delete(sessions).where(sessions.c.expires <= bindparam("at"))

_FAILURES = sa.select(failures).where(
    failures.c.about.in_(bindparam("about", expanding=True)), failures.c.until > bindparam("at")
)
_ONE_MORE = (
    sa.update(failures)
    .where(failures.c.about == bindparam("what"), failures.c.until > bindparam("at"))
    .values(count=failures.c.count + 1)
)
_FIRST = sa.insert(failures).values(about=bindparam("what"), count=1, until=bindparam("to"))
_FORGET = sa.delete(failures).where(failures.c.about == bindparam("what"))
_FORGET_OLD = sa.delete(failures).where(failures.c.until <= bindparam("at"))


class Sessions(Part):
    """Sessions of browsers."""

    def add_session(self, session: str, user: str, expires: datetime, lifetime: int) -> None:
        """Begin one; those that are over are forgotten on the way."""
        now = utc_now()
        values = {
            "hash": session,
            "user": user,
            "created": now,
            "expires": expires,
            "lifetime": lifetime,
        }
        with self._database.write() as connection:
            connection.execute(_END_OLD, {"at": now})
            connection.execute(_INSERT, values)

    def session(self, session: str) -> SessionRow | None:
        """One that is not over, with its account, which may be disabled."""
        with self._database.read() as connection:
            row = connection.execute(_FIND, {"session": session, "at": utc_now()}).first()
        return None if row is None else SessionRow(User(*row[:-3]), *row[-3:])

    def prolong_session(self, session: str, until: datetime) -> None:
        with self._database.write() as connection:
            connection.execute(_PROLONG, {"session": session, "until": until})

    def end_session(self, session: str) -> None:
        with self._database.write() as connection:
            connection.execute(_END, {"session": session})

    def end_sessions(self, user: str) -> None:
        """All of an account."""
        with self._database.write() as connection:
            connection.execute(_END_ALL, {"of": user})


class SignIns(Part):
    """Failed tries to sign in, each about an account, an address or both."""

    def failures(self, about: Iterable[str]) -> Mapping[str, Failures]:
        """What failed lately; nothing for what did not."""
        given = {"about": list(about), "at": utc_now()}
        with self._database.read() as connection:
            return {row.about: Failures(*row[1:]) for row in connection.execute(_FAILURES, given)}

    def count_failure(self, about: str, until: datetime) -> None:
        """One more; the first one says until when they count."""
        now = utc_now()
        with self._database.write() as connection:
            connection.execute(_FORGET_OLD, {"at": now})
            if connection.execute(_ONE_MORE, {"what": about, "at": now}).rowcount == 1:
                return
        try:
            with self._database.write() as connection:
                connection.execute(_FIRST, {"what": about, "to": until})
        except IntegrityError:  # another process was first
            with self._database.write() as connection:
                connection.execute(_ONE_MORE, {"what": about, "at": now})

    def forget_failures(self, about: str) -> None:
        with self._database.write() as connection:
            connection.execute(_FORGET, {"what": about})
