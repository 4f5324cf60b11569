"""What runs may show to services and whom they trust, sealed with the server's key."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "v0002"
down_revision = "v0001"


def upgrade() -> None:
    op.create_table(
        "sealed",
        sa.Column("run_id", sa.Text, nullable=False),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("id", sa.Text, nullable=False),
        sa.Column("content", sa.LargeBinary, nullable=False),
        sa.Column("added", sa.BigInteger, nullable=False),
        sa.PrimaryKeyConstraint("run_id", "kind", "id", name="sealed_key"),
        sa.ForeignKeyConstraint(
            ["run_id"], ["runs.id"], name="sealed_run_id_exists", ondelete="CASCADE"
        ),
    )


def downgrade() -> None:
    op.drop_table("sealed")
