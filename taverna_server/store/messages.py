"""Messages on their way: kept until they were sent or given up, so that a restart loses none.

An address that was sent something has to be left alone for a while; until when
is kept here, too.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import asdict, fields
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy import bindparam
from sqlalchemy.engine import Connection

from taverna_server.model.events import Message
from taverna_server.store.base import Part
from taverna_server.store.tables import cooldowns, messages

_COLUMNS = [messages.c[item.name] for item in fields(Message)]
_MOMENT = messages.c.due.type

_INSERT = sa.insert(messages)
_DUE = sa.select(*_COLUMNS).where(messages.c.due <= bindparam("now")).order_by(messages.c.number)
_NEXT = sa.select(sa.func.min(messages.c.due, type_=_MOMENT))
_THESE = messages.c.number.in_(bindparam("numbers", expanding=True))
_DELETE = sa.delete(messages).where(_THESE)
_PUT_OFF = (
    sa.update(messages)
    .where(_THESE)
    .values(due=bindparam("until"), attempts=messages.c.attempts + bindparam("more"))
)

_COOLDOWN = sa.select(cooldowns.c.until).where(cooldowns.c.address == bindparam("to"))
_END_COOLDOWN = sa.delete(cooldowns).where(
    (cooldowns.c.address == bindparam("to")) | (cooldowns.c.until < bindparam("now"))
)
_COOL_DOWN = sa.insert(cooldowns)


class Messages(Part):
    """The outbox; one process works through it."""

    def put_message(self, message: Message) -> None:
        """Add one that belongs to no change of a run."""
        with self._database.write() as connection:
            add_message(connection, message)

    def due_messages(self, now: datetime) -> list[Message]:
        """Those that may be sent, oldest first."""
        with self._database.read() as connection:
            return [Message(*row) for row in connection.execute(_DUE, {"now": now})]

    def next_message(self) -> datetime | None:
        """When the next one may be sent; None when there is none."""
        with self._database.read() as connection:
            found: datetime | None = connection.scalar(_NEXT)
            return found

    def sent_messages(
        self, numbers: Collection[int], address: str, now: datetime, until: datetime
    ) -> None:
        """They are gone, and the address is to be left alone ``until`` then."""
        with self._database.write() as connection:
            connection.execute(_DELETE, {"numbers": list(numbers)})
            connection.execute(_END_COOLDOWN, {"to": address, "now": now})
            connection.execute(_COOL_DOWN, {"address": address, "until": until})

    def give_up_messages(self, numbers: Collection[int]) -> None:
        with self._database.write() as connection:
            connection.execute(_DELETE, {"numbers": list(numbers)})

    def put_off_messages(
        self, numbers: Collection[int], until: datetime, *, failed: bool = False
    ) -> None:
        """Not before ``until``; ``failed`` counts as an attempt."""
        values = {"numbers": list(numbers), "until": until, "more": int(failed)}
        with self._database.write() as connection:
            connection.execute(_PUT_OFF, values)

    def cooldown(self, address: str) -> datetime | None:
        """Until when the address is to be left alone; may lie in the past."""
        with self._database.read() as connection:
            found: datetime | None = connection.scalar(_COOLDOWN, {"to": address})
            return found


def add_message(connection: Connection, message: Message) -> None:
    """Add one in the transaction of what it tells of."""
    values = asdict(message)
    del values["number"]
    connection.execute(_INSERT, values)
