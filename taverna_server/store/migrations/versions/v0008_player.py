"""Lists among the inputs of runs, answers to interactions, service credentials of users."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "v0008"
down_revision = "v0007"


def upgrade() -> None:
    op.add_column("inputs", sa.Column("depth", sa.Integer, nullable=False, server_default="0"))
    op.create_table(
        "answers",
        sa.Column("run_id", sa.Text, nullable=False),
        sa.Column("serial", sa.Text, nullable=False),
        sa.Column("status", sa.Text, nullable=False),
        sa.Column("content", sa.Text, nullable=False),
        sa.Column("given", sa.BigInteger, nullable=False),
        sa.PrimaryKeyConstraint("run_id", "serial", name="answers_key"),
        sa.ForeignKeyConstraint(
            ["run_id"], ["runs.id"], name="answers_run_id_exists", ondelete="CASCADE"
        ),
    )
    op.create_table(
        "service_credentials",
        sa.Column("number", sa.Integer, nullable=False),
        sa.Column("owner", sa.Text),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("description", sa.Text, nullable=False),
        sa.Column("uri", sa.Text, nullable=False),
        sa.Column("login", sa.Text, nullable=False),
        sa.Column("password", sa.LargeBinary, nullable=False),
        sa.Column("created", sa.BigInteger, nullable=False),
        sa.Column("updated", sa.BigInteger, nullable=False),
        sa.PrimaryKeyConstraint("number", name="service_credentials_key"),
        sa.ForeignKeyConstraint(["owner"], ["users.name"], name="service_credentials_owner_exists"),
        sqlite_autoincrement=True,
    )
    op.create_index(
        "service_credentials_by_owner_number", "service_credentials", ["owner", "number"]
    )


def downgrade() -> None:
    op.drop_table("service_credentials")
    op.drop_table("answers")
    op.drop_column("inputs", "depth")
