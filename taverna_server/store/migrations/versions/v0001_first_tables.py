"""The first tables: accounts, the library of workflows, runs, leases and settings."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "v0001"
down_revision = None

_UNSETTLED = "deleting OR target <> observed OR observed IN (1, 2)"


def upgrade() -> None:
    _accounts()
    _library()
    _runs()
    _hanging_on_runs()
    _server()


def _accounts() -> None:
    op.create_table(
        "users",
        sa.Column("number", sa.Integer, nullable=False),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("password_hash", sa.Text, nullable=False),
        sa.Column("admin", sa.Boolean, nullable=False),
        sa.Column("disabled", sa.Boolean, nullable=False),
        sa.Column("created", sa.BigInteger, nullable=False),
        sa.PrimaryKeyConstraint("number", name="users_key"),
        sa.UniqueConstraint("name", name="users_unique_name"),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "tokens",
        sa.Column("hash", sa.Text, nullable=False),
        sa.Column("user", sa.Text, nullable=False),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("created", sa.BigInteger, nullable=False),
        sa.PrimaryKeyConstraint("hash", name="tokens_key"),
        sa.ForeignKeyConstraint(["user"], ["users.name"], name="tokens_user_exists"),
    )
    op.create_index("tokens_by_user", "tokens", ["user"])


def _library() -> None:
    op.create_table(
        "workflows",
        sa.Column("number", sa.Integer, nullable=False),
        sa.Column("id", sa.Text, nullable=False),
        sa.Column("type", sa.Text, nullable=False),
        sa.Column("title", sa.Text, nullable=False),
        sa.Column("author", sa.Text),
        sa.Column("description", sa.Text),
        sa.Column("category", sa.Text),
        sa.Column("inputs", sa.JSON, nullable=False),
        sa.Column("outputs", sa.JSON, nullable=False),
        sa.Column("details", sa.JSON, nullable=False),
        sa.Column("owner", sa.Text),
        sa.Column("published", sa.Boolean, nullable=False),
        sa.Column("created", sa.BigInteger, nullable=False),
        sa.PrimaryKeyConstraint("number", name="workflows_key"),
        sa.UniqueConstraint("id", name="workflows_unique_id"),
        sa.ForeignKeyConstraint(["owner"], ["users.name"], name="workflows_owner_exists"),
        sqlite_autoincrement=True,
    )
    op.create_index(
        "workflows_published",
        "workflows",
        ["number"],
        sqlite_where=sa.text("published = 1"),
        postgresql_where=sa.text("published"),
    )
    op.create_table(
        "documents",
        sa.Column("workflow_id", sa.Text, nullable=False),
        sa.Column("content", sa.LargeBinary, nullable=False),
        sa.PrimaryKeyConstraint("workflow_id", name="documents_key"),
        sa.ForeignKeyConstraint(
            ["workflow_id"], ["workflows.id"], name="documents_workflow_id_exists"
        ),
    )


def _runs() -> None:
    op.create_table(
        "runs",
        sa.Column("number", sa.Integer, nullable=False),
        sa.Column("id", sa.Text, nullable=False),
        sa.Column("owner", sa.Text, nullable=False),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("workflow_id", sa.Text, nullable=False),
        sa.Column("workflow_type", sa.Text, nullable=False),
        sa.Column("target", sa.SmallInteger, nullable=False),
        sa.Column("observed", sa.SmallInteger, nullable=False),
        sa.Column("created", sa.BigInteger, nullable=False),
        sa.Column("expiry", sa.BigInteger, nullable=False),
        sa.Column("started", sa.BigInteger),
        sa.Column("finished", sa.BigInteger),
        sa.Column("exit_code", sa.Integer),
        sa.Column("generate_provenance", sa.Boolean, nullable=False),
        sa.Column("baclava_input", sa.Text),
        sa.Column("baclava_output", sa.Text),
        sa.Column("start_seen", sa.Boolean, nullable=False),
        sa.Column("holds_slot", sa.Boolean, nullable=False),
        sa.Column("deleting", sa.Boolean, nullable=False),
        sa.Column("runner_state", sa.JSON),
        sa.Column("unsettled", sa.Boolean, sa.Computed(_UNSETTLED, persisted=True)),
        sa.PrimaryKeyConstraint("number", name="runs_key"),
        sa.UniqueConstraint("id", name="runs_unique_id"),
        sa.ForeignKeyConstraint(["owner"], ["users.name"], name="runs_owner_exists"),
        sa.ForeignKeyConstraint(["workflow_id"], ["workflows.id"], name="runs_workflow_id_exists"),
        sqlite_autoincrement=True,
    )
    op.create_index("runs_by_expiry", "runs", ["expiry"])
    op.create_index("runs_by_owner_number", "runs", ["owner", "number"])
    op.create_index(
        "runs_unsettled",
        "runs",
        ["number"],
        sqlite_where=sa.text("unsettled = 1"),
        postgresql_where=sa.text("unsettled"),
    )


def _hanging_on_runs() -> None:
    op.create_table(
        "inputs",
        *_of_run("inputs", "port"),
        sa.Column("value", sa.Text),
        sa.Column("file", sa.Text),
        sa.Column("delimiter", sa.Text),
    )
    op.create_table(
        "permissions",
        *_of_run("permissions", "user"),
        sa.Column("level", sa.SmallInteger, nullable=False),
    )
    op.create_index("permissions_by_user", "permissions", ["user"])
    op.create_table(
        "properties",
        *_of_run("properties", "listener", "name"),
        sa.Column("value", sa.Text, nullable=False),
    )


def _of_run(table: str, *keys: str) -> list[sa.schema.SchemaItem]:
    """The columns by which a row hangs on a run, and is removed with it."""
    return [
        sa.Column("run_id", sa.Text, nullable=False),
        *[sa.Column(key, sa.Text, nullable=False) for key in keys],
        sa.PrimaryKeyConstraint("run_id", *keys, name=f"{table}_key"),
        sa.ForeignKeyConstraint(
            ["run_id"], ["runs.id"], name=f"{table}_run_id_exists", ondelete="CASCADE"
        ),
    ]


def _server() -> None:
    counters = op.create_table(
        "counters",
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("value", sa.Integer, nullable=False),
        sa.PrimaryKeyConstraint("name", name="counters_key"),
    )
    op.bulk_insert(counters, [{"name": "runs", "value": 0}, {"name": "operating", "value": 0}])
    op.create_table(
        "leases",
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("holder", sa.Text, nullable=False),
        sa.Column("expires", sa.BigInteger, nullable=False),
        sa.PrimaryKeyConstraint("name", name="leases_key"),
    )
    op.create_table(
        "settings",
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("value", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("name", name="settings_key"),
    )


def downgrade() -> None:
    for table in (
        "settings", "leases", "counters", "properties", "permissions", "inputs",
        "runs", "documents", "workflows", "tokens", "users",
    ):  # fmt: skip
        op.drop_table(table)
