"""Brings a database to the newest tables, in one transaction.

The migrations are modules in ``migrations/versions``, run by Alembic without an
``alembic.ini``. Several processes may come at once: the transaction's lock lets
one through and the others find nothing left to do.
"""

from __future__ import annotations

from pathlib import Path

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from taverna_server.store.database import Database

SCRIPTS = Path(__file__).with_name("migrations")
_ADVISORY_LOCK = 0x74_6176_6572_6E61  # "taverna": any number that nobody else locks


def migrate(database: Database) -> None:
    """Apply the migrations that are missing."""
    with database.write() as connection:
        if connection.dialect.name == "postgresql":
            connection.execute(sa.select(sa.func.pg_advisory_xact_lock(_ADVISORY_LOCK)))
        _upgrade(connection)


def _upgrade(connection: Connection) -> None:
    # Alembic takes a fifth of a second to import, and only this function needs it.
    from alembic import command
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(SCRIPTS).replace("%", "%%"))
    config.attributes["connection"] = connection
    command.upgrade(config, "head")
