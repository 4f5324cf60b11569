"""Sessions of browsers, failed tries to sign in, people's names and e-mail addresses."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "v0006"
down_revision = "v0005"


def upgrade() -> None:
    op.add_column("users", sa.Column("email", sa.Text))
    op.add_column("users", sa.Column("full_name", sa.Text))
    op.create_index("users_unique_email", "users", ["email"], unique=True)
    op.create_table(
        "sessions",
        sa.Column("hash", sa.Text, nullable=False),
        sa.Column("user", sa.Text, nullable=False),
        sa.Column("created", sa.BigInteger, nullable=False),
        sa.Column("expires", sa.BigInteger, nullable=False),
        sa.Column("lifetime", sa.Integer, nullable=False),
        sa.PrimaryKeyConstraint("hash", name="sessions_key"),
        sa.ForeignKeyConstraint(["user"], ["users.name"], name="sessions_user_exists"),
    )
    op.create_index("sessions_by_user", "sessions", ["user"])
    op.create_index("sessions_by_expires", "sessions", ["expires"])
    op.create_table(
        "failures",
        sa.Column("about", sa.Text, nullable=False),
        sa.Column("count", sa.Integer, nullable=False),
        sa.Column("until", sa.BigInteger, nullable=False),
        sa.PrimaryKeyConstraint("about", name="failures_key"),
    )
    op.create_index("failures_by_until", "failures", ["until"])


def downgrade() -> None:
    op.drop_table("failures")
    op.drop_table("sessions")
    op.drop_index("users_unique_email", "users")
    op.drop_column("users", "full_name")
    op.drop_column("users", "email")
