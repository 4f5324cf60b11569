"""When the next retention rule of a REANA workflow is due."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "v0009"
down_revision = "v0008"


def upgrade() -> None:
    op.add_column("reana", sa.Column("retention", sa.Integer))
    op.create_index(
        "reana_with_retention",
        "reana",
        ["run_id"],
        sqlite_where=sa.text("retention IS NOT NULL"),
        postgresql_where=sa.text("retention IS NOT NULL"),
    )


def downgrade() -> None:
    op.drop_index("reana_with_retention", "reana")
    op.drop_column("reana", "retention")
