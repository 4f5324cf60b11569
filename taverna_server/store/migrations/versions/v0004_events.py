"""Events of the feed, messages on their way, usage records, and a count of requests."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "v0004"
down_revision = "v0003"


def upgrade() -> None:
    _create_events()
    _create_messages()
    _create_usage()
    counters = sa.table("counters", sa.column("name"), sa.column("value"))
    op.bulk_insert(counters, [{"name": "requests", "value": 0}])


def _create_events() -> None:
    op.create_table(
        "events",
        sa.Column("number", sa.Integer, nullable=False),
        sa.Column("id", sa.Text, nullable=False),
        sa.Column("owner", sa.Text, nullable=False),
        sa.Column("run_id", sa.Text, nullable=False),
        sa.Column("title", sa.Text, nullable=False),
        sa.Column("content", sa.Text, nullable=False),
        sa.Column("published", sa.BigInteger, nullable=False),
        sa.PrimaryKeyConstraint("number", name="events_key"),
        sa.UniqueConstraint("id", name="events_unique_id"),
        sqlite_autoincrement=True,
    )
    op.create_index("events_by_owner_number", "events", ["owner", "number"])
    op.create_index("events_by_published", "events", ["published"])


def _create_messages() -> None:
    op.create_table(
        "messages",
        sa.Column("number", sa.Integer, nullable=False),
        sa.Column("owner", sa.Text, nullable=False),
        sa.Column("address", sa.Text, nullable=False),
        sa.Column("event_id", sa.Text, nullable=False),
        sa.Column("run_id", sa.Text, nullable=False),
        sa.Column("run_name", sa.Text, nullable=False),
        sa.Column("exit_code", sa.Integer),
        sa.Column("subject", sa.Text, nullable=False),
        sa.Column("body", sa.Text, nullable=False),
        sa.Column("created", sa.BigInteger, nullable=False),
        sa.Column("due", sa.BigInteger, nullable=False),
        sa.Column("attempts", sa.Integer, nullable=False),
        sa.PrimaryKeyConstraint("number", name="messages_key"),
        sqlite_autoincrement=True,
    )
    op.create_index("messages_by_due", "messages", ["due"])
    op.create_table(
        "cooldowns",
        sa.Column("address", sa.Text, nullable=False),
        sa.Column("until", sa.BigInteger, nullable=False),
        sa.PrimaryKeyConstraint("address", name="cooldowns_key"),
    )


def _create_usage() -> None:
    op.create_table(
        "usage",
        sa.Column("run_id", sa.Text, nullable=False),
        sa.Column("owner", sa.Text, nullable=False),
        sa.Column("created", sa.BigInteger, nullable=False),
        sa.Column("status", sa.Text, nullable=False),
        sa.Column("local_user", sa.Text, nullable=False),
        sa.Column("host", sa.Text, nullable=False),
        sa.Column("disk", sa.BigInteger, nullable=False),
        sa.Column("cpu_user", sa.Float),
        sa.Column("cpu_system", sa.Float),
        sa.Column("started", sa.BigInteger),
        sa.Column("finished", sa.BigInteger),
        sa.Column("exit_code", sa.Integer),
        sa.PrimaryKeyConstraint("run_id", name="usage_key"),
    )
    op.create_index("usage_by_created", "usage", ["created"])


def downgrade() -> None:
    for table in ("usage", "cooldowns", "messages", "events"):
        op.drop_table(table)
    op.execute("DELETE FROM counters WHERE name = 'requests'")
