"""The account of the operating system that runs of an account execute as."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "v0003"
down_revision = "v0002"


def upgrade() -> None:
    op.add_column("users", sa.Column("local_user", sa.Text))


def downgrade() -> None:
    op.drop_column("users", "local_user")
