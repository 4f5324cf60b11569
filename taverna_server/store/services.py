"""Logins of services that users have the server keep for their runs; passwords are sealed."""

from __future__ import annotations

from dataclasses import fields
from typing import Any

import sqlalchemy as sa
from sqlalchemy import bindparam

from taverna_server.model.credentials import ServiceCredential
from taverna_server.store.base import Part, utc_now
from taverna_server.store.tables import service_credentials as table

_COLUMNS = [table.c[item.name] for item in fields(ServiceCredential)]
_THIS = table.c.number == bindparam("which")
_INSERT = sa.insert(table).returning(table.c.number)
_GET = sa.select(*_COLUMNS).where(_THIS)
_OF_OWNER = (
    sa.select(*_COLUMNS)
    .where(table.c.owner.is_not_distinct_from(bindparam("of", type_=sa.Text)))
    .order_by(table.c.number)
)
_PASSWORD = sa.select(table.c.password).where(_THIS)
_CHANGE = sa.update(table).where(_THIS)
_REMOVE = sa.delete(table).where(_THIS)


class Services(Part):
    """By number; None as the owner means everybody."""

    def add_service_credential(
        self, owner: str | None, name: str, description: str, uri: str, login: str
    ) -> int:
        """Its number, with which the password is to be sealed; it has none yet."""
        now = utc_now()
        values = {
            "owner": owner, "name": name, "description": description, "uri": uri, "login": login,
            "password": b"", "created": now, "updated": now,
        }  # fmt: skip
        with self._database.write() as connection:
            number: int = connection.execute(_INSERT, values).scalar_one()
            return number

    def service_credential(self, number: int) -> ServiceCredential | None:
        with self._database.read() as connection:
            row = connection.execute(_GET, {"which": number}).first()
        return None if row is None else ServiceCredential(*row)

    def service_credentials(self, owner: str | None) -> list[ServiceCredential]:
        """Oldest first."""
        with self._database.read() as connection:
            rows = connection.execute(_OF_OWNER, {"of": owner}).all()
        return [ServiceCredential(*row) for row in rows]

    def sealed_password(self, number: int) -> bytes:
        """Empty where there is none."""
        with self._database.read() as connection:
            content: bytes | None = connection.scalar(_PASSWORD, {"which": number})
            return content or b""

    def change_service_credential(self, number: int, **values: Any) -> bool:
        """Give columns other values; False when there is none."""
        with self._database.write() as connection:
            changed = _CHANGE.values({**values, "updated": utc_now()})
            return connection.execute(changed, {"which": number}).rowcount == 1

    def remove_service_credential(self, number: int) -> bool:
        with self._database.write() as connection:
            return connection.execute(_REMOVE, {"which": number}).rowcount == 1
