"""Records of REANA workflows, the secrets of their users, and workspaces that runs share."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "v0007"
down_revision = "v0006"


def upgrade() -> None:
    op.add_column("runs", sa.Column("workspace", sa.Text))
    op.create_index("usage_by_owner", "usage", ["owner"])
    _create_records()
    op.create_table(
        "secrets",
        sa.Column("owner", sa.Text, nullable=False),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("type", sa.Text, nullable=False),
        sa.Column("content", sa.LargeBinary, nullable=False),
        sa.Column("added", sa.BigInteger, nullable=False),
        sa.PrimaryKeyConstraint("owner", "name", name="secrets_key"),
    )


def _create_records() -> None:
    op.create_table(
        "reana",
        sa.Column("number", sa.Integer, nullable=False),
        *[sa.Column(name, sa.Text, nullable=False) for name in ("run_id", "owner", "name")],
        sa.Column("major", sa.Integer, nullable=False),
        sa.Column("minor", sa.Integer, nullable=False),
        sa.Column("type", sa.Text, nullable=False),
        sa.Column("specification", sa.JSON, nullable=False),
        sa.Column("given", sa.JSON, nullable=False),
        sa.Column("parameters", sa.JSON, nullable=False),
        sa.Column("options", sa.JSON, nullable=False),
        sa.Column("size", sa.BigInteger, nullable=False),
        sa.Column("created", sa.BigInteger, nullable=False),
        sa.Column("deleted", sa.BigInteger),
        sa.Column("started", sa.BigInteger),
        sa.Column("finished", sa.BigInteger),
        sa.PrimaryKeyConstraint("number", name="reana_key"),
        sa.UniqueConstraint("run_id", name="reana_unique_run_id"),
        sa.UniqueConstraint(
            "owner", "name", "major", "minor", name="reana_unique_owner_name_major_minor"
        ),
        sqlite_autoincrement=True,
    )


def downgrade() -> None:
    op.drop_table("secrets")
    op.drop_table("reana")
    op.drop_index("usage_by_owner", "usage")
    op.drop_column("runs", "workspace")
