"""Entries of the library; what the Player interface knows of runs.

What was listed of the workflows becomes entries of the same numbers. A run whose
owner has no entry of its workflow gets one of theirs.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "v0005"
down_revision = "v0004"

_ENTRIES = """INSERT INTO entries (number, workflow_id, owner, title, author,
 description, category, published, created, updated, deleted)
 SELECT number, id, owner, coalesce(nullif(title, ''), 'Untitled workflow'), author, description,
 category, published, created, created, :no FROM workflows ORDER BY number"""
_OWN_ENTRIES = """INSERT INTO entries (workflow_id, owner, title, author, description,
 category, published, created, updated, deleted)
 SELECT w.id, r.owner, coalesce(nullif(w.title, ''), 'Untitled workflow'), w.author,
 w.description, w.category, :no, min(r.created), min(r.created), :no
 FROM runs r JOIN workflows w ON w.id = r.workflow_id
 WHERE w.owner IS NULL OR w.owner <> r.owner
 GROUP BY w.id, r.owner, w.title, w.author, w.description, w.category"""
_ENTRIES_OF_RUNS = """UPDATE runs SET entry = (SELECT min(entries.number) FROM entries
 WHERE entries.workflow_id = runs.workflow_id AND entries.owner = runs.owner)"""
_NEXT_NUMBER = """SELECT setval(pg_get_serial_sequence('entries', 'number'),
 (SELECT coalesce(max(number), 0) + 1 FROM entries), false)"""


def upgrade() -> None:
    _create_entries()
    _extend_runs()
    connection = op.get_bind()
    connection.execute(sa.text(_ENTRIES), {"no": False})
    if connection.dialect.name == "postgresql":
        connection.execute(sa.text(_NEXT_NUMBER))
    connection.execute(sa.text(_OWN_ENTRIES), {"no": False})
    connection.execute(sa.text(_ENTRIES_OF_RUNS))
    op.drop_index("workflows_published", "workflows")
    op.drop_column("workflows", "published")


def _create_entries() -> None:
    op.create_table(
        "entries",
        sa.Column("number", sa.Integer, nullable=False),
        sa.Column("workflow_id", sa.Text, nullable=False),
        sa.Column("owner", sa.Text),
        sa.Column("title", sa.Text, nullable=False),
        sa.Column("author", sa.Text),
        sa.Column("description", sa.Text),
        sa.Column("category", sa.Text),
        sa.Column("published", sa.Boolean, nullable=False),
        sa.Column("file_name", sa.Text),
        sa.Column("created", sa.BigInteger, nullable=False),
        sa.Column("updated", sa.BigInteger, nullable=False),
        sa.Column("deleted", sa.Boolean, nullable=False),
        sa.PrimaryKeyConstraint("number", name="entries_key"),
        sa.ForeignKeyConstraint(
            ["workflow_id"], ["workflows.id"], name="entries_workflow_id_exists"
        ),
        sa.ForeignKeyConstraint(["owner"], ["users.name"], name="entries_owner_exists"),
        sqlite_autoincrement=True,
    )
    op.create_index("entries_by_owner_workflow_id", "entries", ["owner", "workflow_id"])
    _create_partial_index("entries_published", "entries", "number", "published")
    op.create_table(
        "entry_permissions",
        sa.Column("entry", sa.Integer, nullable=False),
        sa.Column("user", sa.Text, nullable=False),
        sa.Column("level", sa.SmallInteger, nullable=False),
        sa.PrimaryKeyConstraint("entry", "user", name="entry_permissions_key"),
        sa.ForeignKeyConstraint(
            ["entry"], ["entries.number"], name="entry_permissions_entry_exists", ondelete="CASCADE"
        ),
    )
    op.create_index("entry_permissions_by_user", "entry_permissions", ["user"])


def _extend_runs() -> None:
    for column in (
        sa.Column("entry", sa.Integer, nullable=False, server_default="0"),
        sa.Column("parent", sa.Integer),
        sa.Column("embedded", sa.Boolean, nullable=False, server_default=sa.false()),
        sa.Column("published", sa.Boolean, nullable=False, server_default=sa.false()),
        sa.Column("queued", sa.BigInteger),
        sa.Column("stopped_by", sa.Text),
    ):
        op.add_column("runs", column)
    op.create_index("runs_by_entry_number", "runs", ["entry", "number"])
    op.create_index("runs_by_parent", "runs", ["parent"])
    _create_partial_index("runs_queued", "runs", "queued", "queued IS NOT NULL")


def _create_partial_index(name: str, table: str, column: str, condition: str) -> None:
    op.create_index(
        name,
        table,
        [column],
        sqlite_where=sa.text(condition if " " in condition else f"{condition} = 1"),
        postgresql_where=sa.text(condition),
    )


def downgrade() -> None:
    op.add_column(
        "workflows", sa.Column("published", sa.Boolean, nullable=False, server_default=sa.false())
    )
    _create_partial_index("workflows_published", "workflows", "number", "published")
    for index in ("runs_queued", "runs_by_parent", "runs_by_entry_number"):
        op.drop_index(index, "runs")
    for column in ("stopped_by", "queued", "published", "embedded", "parent", "entry"):
        op.drop_column("runs", column)
    op.drop_table("entry_permissions")
    op.drop_table("entries")
