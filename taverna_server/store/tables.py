"""The tables, as the newest migration leaves them.

Times are microseconds since 1970 in UTC: exact, comparable and the same in both
databases. ``tests/conformance/test_store.py`` compares this file with what the
migrations make.
"""

from __future__ import annotations

import sqlalchemy as sa

from taverna_server.model.run import Stopper
from taverna_server.store.columns import Level, Moment, Status, Word

metadata = sa.MetaData(
    naming_convention={
        "ix": "%(table_name)s_by_%(column_0_N_name)s",
        "uq": "%(table_name)s_unique_%(column_0_N_name)s",
        "fk": "%(table_name)s_%(column_0_N_name)s_exists",
        "pk": "%(table_name)s_key",
    }
)

users = sa.Table(
    "users",
    metadata,
    sa.Column("number", sa.Integer, primary_key=True),
    sa.Column("name", sa.Text, nullable=False, unique=True),
    sa.Column("password_hash", sa.Text, nullable=False),
    sa.Column("admin", sa.Boolean, nullable=False),
    sa.Column("disabled", sa.Boolean, nullable=False),
    sa.Column("created", Moment, nullable=False),
    sa.Column("local_user", sa.Text),
    sa.Column("email", sa.Text),
    sa.Column("full_name", sa.Text),
    sqlite_autoincrement=True,
)
sa.Index("users_unique_email", users.c.email, unique=True)

tokens = sa.Table(
    "tokens",
    metadata,
    sa.Column("hash", sa.Text, primary_key=True),
    sa.Column("user", sa.ForeignKey("users.name"), nullable=False, index=True),
    sa.Column("name", sa.Text, nullable=False),
    sa.Column("created", Moment, nullable=False),
)

sessions = sa.Table(
    "sessions",
    metadata,
    sa.Column("hash", sa.Text, primary_key=True),
    sa.Column("user", sa.ForeignKey("users.name"), nullable=False, index=True),
    sa.Column("created", Moment, nullable=False),
    sa.Column("expires", Moment, nullable=False, index=True),
    # Seconds after the last use; the end moves with use.
    sa.Column("lifetime", sa.Integer, nullable=False),
)

failures = sa.Table(
    "failures",
    metadata,
    sa.Column("about", sa.Text, primary_key=True),
    sa.Column("count", sa.Integer, nullable=False),
    sa.Column("until", Moment, nullable=False, index=True),
)

workflows = sa.Table(
    "workflows",
    metadata,
    sa.Column("number", sa.Integer, primary_key=True),
    sa.Column("id", sa.Text, nullable=False, unique=True),
    sa.Column("type", sa.Text, nullable=False),
    sa.Column("title", sa.Text, nullable=False),
    sa.Column("author", sa.Text),
    sa.Column("description", sa.Text),
    sa.Column("category", sa.Text),
    sa.Column("inputs", sa.JSON, nullable=False),
    sa.Column("outputs", sa.JSON, nullable=False),
    sa.Column("details", sa.JSON, nullable=False),
    sa.Column("owner", sa.ForeignKey("users.name")),
    sa.Column("created", Moment, nullable=False),
    sqlite_autoincrement=True,
)

# Apart from the workflows, so that lists of those do not read the documents.
documents = sa.Table(
    "documents",
    metadata,
    sa.Column("workflow_id", sa.ForeignKey("workflows.id"), primary_key=True),
    sa.Column("content", sa.LargeBinary, nullable=False),
)

entries = sa.Table(
    "entries",
    metadata,
    sa.Column("number", sa.Integer, primary_key=True),
    sa.Column("workflow_id", sa.ForeignKey("workflows.id"), nullable=False),
    sa.Column("owner", sa.ForeignKey("users.name")),
    sa.Column("title", sa.Text, nullable=False),
    sa.Column("author", sa.Text),
    sa.Column("description", sa.Text),
    sa.Column("category", sa.Text),
    sa.Column("published", sa.Boolean, nullable=False),
    sa.Column("file_name", sa.Text),
    sa.Column("created", Moment, nullable=False),
    sa.Column("updated", Moment, nullable=False),
    # In no list any more; runs still tell of it.
    sa.Column("deleted", sa.Boolean, nullable=False),
    sa.Index(None, "owner", "workflow_id"),
    sqlite_autoincrement=True,
)
sa.Index(
    "entries_published",
    entries.c.number,
    sqlite_where=sa.text("published = 1"),
    postgresql_where=sa.text("published"),
)

entry_permissions = sa.Table(
    "entry_permissions",
    metadata,
    sa.Column("entry", sa.ForeignKey("entries.number", ondelete="CASCADE"), primary_key=True),
    sa.Column("user", sa.Text, primary_key=True),
    sa.Column("level", Level, nullable=False),
    sa.Index(None, "user"),
)

UNSETTLED = "deleting OR target <> observed OR observed IN (1, 2)"
"""The reconciler has something to do or to watch."""

runs = sa.Table(
    "runs",
    metadata,
    sa.Column("number", sa.Integer, primary_key=True),
    sa.Column("id", sa.Text, nullable=False, unique=True),
    sa.Column("owner", sa.ForeignKey("users.name"), nullable=False),
    sa.Column("name", sa.Text, nullable=False),
    sa.Column("workflow_id", sa.ForeignKey("workflows.id"), nullable=False),
    sa.Column("workflow_type", sa.Text, nullable=False),
    sa.Column("target", Status, nullable=False),
    sa.Column("observed", Status, nullable=False),
    sa.Column("created", Moment, nullable=False),
    sa.Column("expiry", Moment, nullable=False, index=True),
    sa.Column("started", Moment),
    sa.Column("finished", Moment),
    sa.Column("exit_code", sa.Integer),
    sa.Column("generate_provenance", sa.Boolean, nullable=False),
    sa.Column("baclava_input", sa.Text),
    sa.Column("baclava_output", sa.Text),
    sa.Column("start_seen", sa.Boolean, nullable=False),
    # Counted in the counter "operating"; given back exactly once.
    sa.Column("holds_slot", sa.Boolean, nullable=False),
    # Invisible to clients; the reconciler removes it.
    sa.Column("deleting", sa.Boolean, nullable=False),
    sa.Column("runner_state", sa.JSON(none_as_null=True)),
    # The run whose wd this one works in; null: its own.
    sa.Column("workspace", sa.Text),
    sa.Column("unsettled", sa.Boolean, sa.Computed(UNSETTLED, persisted=True)),
    sa.Column("entry", sa.Integer, nullable=False, server_default="0"),
    sa.Column("parent", sa.Integer),
    sa.Column("embedded", sa.Boolean, nullable=False, server_default=sa.false()),
    sa.Column("published", sa.Boolean, nullable=False, server_default=sa.false()),
    # Waits for a place among the operating runs.
    sa.Column("queued", Moment),
    sa.Column("stopped_by", Word(Stopper)),
    sa.Index(None, "owner", "number"),
    sa.Index(None, "entry", "number"),
    sa.Index(None, "parent"),
    sqlite_autoincrement=True,
)
sa.Index(
    "runs_unsettled",
    runs.c.number,
    sqlite_where=sa.text("unsettled = 1"),
    postgresql_where=sa.text("unsettled"),
)
sa.Index(
    "runs_queued",
    runs.c.queued,
    sqlite_where=sa.text("queued IS NOT NULL"),
    postgresql_where=sa.text("queued IS NOT NULL"),
)

inputs = sa.Table(
    "inputs",
    metadata,
    sa.Column("run_id", sa.ForeignKey("runs.id", ondelete="CASCADE"), primary_key=True),
    sa.Column("port", sa.Text, primary_key=True),
    sa.Column("value", sa.Text),
    sa.Column("file", sa.Text),
    sa.Column("delimiter", sa.Text),
    sa.Column("depth", sa.Integer, nullable=False, server_default="0"),
)

answers = sa.Table(
    "answers",
    metadata,
    sa.Column("run_id", sa.ForeignKey("runs.id", ondelete="CASCADE"), primary_key=True),
    sa.Column("serial", sa.Text, primary_key=True),
    sa.Column("status", sa.Text, nullable=False),
    sa.Column("content", sa.Text, nullable=False),
    sa.Column("given", Moment, nullable=False),
)

permissions = sa.Table(
    "permissions",
    metadata,
    sa.Column("run_id", sa.ForeignKey("runs.id", ondelete="CASCADE"), primary_key=True),
    sa.Column("user", sa.Text, primary_key=True),
    sa.Column("level", Level, nullable=False),
    sa.Index(None, "user"),
)

properties = sa.Table(
    "properties",
    metadata,
    sa.Column("run_id", sa.ForeignKey("runs.id", ondelete="CASCADE"), primary_key=True),
    sa.Column("listener", sa.Text, primary_key=True),
    sa.Column("name", sa.Text, primary_key=True),
    sa.Column("value", sa.Text, nullable=False),
)

sealed = sa.Table(
    "sealed",
    metadata,
    sa.Column("run_id", sa.ForeignKey("runs.id", ondelete="CASCADE"), primary_key=True),
    sa.Column("kind", sa.Text, primary_key=True),
    sa.Column("id", sa.Text, primary_key=True),
    sa.Column("content", sa.LargeBinary, nullable=False),
    sa.Column("added", Moment, nullable=False),
)

service_credentials = sa.Table(
    "service_credentials",
    metadata,
    sa.Column("number", sa.Integer, primary_key=True),
    sa.Column("owner", sa.ForeignKey("users.name")),
    sa.Column("name", sa.Text, nullable=False),
    sa.Column("description", sa.Text, nullable=False),
    sa.Column("uri", sa.Text, nullable=False),
    sa.Column("login", sa.Text, nullable=False),
    # Sealed.
    sa.Column("password", sa.LargeBinary, nullable=False),
    sa.Column("created", Moment, nullable=False),
    sa.Column("updated", Moment, nullable=False),
    sa.Index(None, "owner", "number"),
    sqlite_autoincrement=True,
)

# Events, messages and usage records outlive their runs: no foreign keys.
events = sa.Table(
    "events",
    metadata,
    sa.Column("number", sa.Integer, primary_key=True),
    sa.Column("id", sa.Text, nullable=False, unique=True),
    sa.Column("owner", sa.Text, nullable=False),
    sa.Column("run_id", sa.Text, nullable=False),
    sa.Column("title", sa.Text, nullable=False),
    sa.Column("content", sa.Text, nullable=False),
    sa.Column("published", Moment, nullable=False, index=True),
    sa.Index(None, "owner", "number"),
    sqlite_autoincrement=True,
)

messages = sa.Table(
    "messages",
    metadata,
    sa.Column("number", sa.Integer, primary_key=True),
    sa.Column("owner", sa.Text, nullable=False),
    sa.Column("address", sa.Text, nullable=False),
    sa.Column("event_id", sa.Text, nullable=False),
    sa.Column("run_id", sa.Text, nullable=False),
    sa.Column("run_name", sa.Text, nullable=False),
    sa.Column("exit_code", sa.Integer),
    sa.Column("subject", sa.Text, nullable=False),
    sa.Column("body", sa.Text, nullable=False),
    sa.Column("created", Moment, nullable=False),
    sa.Column("due", Moment, nullable=False, index=True),
    sa.Column("attempts", sa.Integer, nullable=False),
    sqlite_autoincrement=True,
)

cooldowns = sa.Table(
    "cooldowns",
    metadata,
    sa.Column("address", sa.Text, primary_key=True),
    sa.Column("until", Moment, nullable=False),
)

usage = sa.Table(
    "usage",
    metadata,
    sa.Column("run_id", sa.Text, primary_key=True),
    sa.Column("owner", sa.Text, nullable=False, index=True),
    sa.Column("created", Moment, nullable=False, index=True),
    sa.Column("status", sa.Text, nullable=False),
    sa.Column("local_user", sa.Text, nullable=False),
    sa.Column("host", sa.Text, nullable=False),
    sa.Column("disk", sa.BigInteger, nullable=False),
    sa.Column("cpu_user", sa.Float),
    sa.Column("cpu_system", sa.Float),
    sa.Column("started", Moment),
    sa.Column("finished", Moment),
    sa.Column("exit_code", sa.Integer),
)

# Records of what REANA calls workflows. They outlive their runs: no foreign keys.
reana = sa.Table(
    "reana",
    metadata,
    sa.Column("number", sa.Integer, primary_key=True),
    sa.Column("run_id", sa.Text, nullable=False, unique=True),
    sa.Column("owner", sa.Text, nullable=False),
    sa.Column("name", sa.Text, nullable=False),
    sa.Column("major", sa.Integer, nullable=False),
    sa.Column("minor", sa.Integer, nullable=False),
    sa.Column("type", sa.Text, nullable=False),
    sa.Column("specification", sa.JSON, nullable=False),
    # What the start was given, and what counts for the run in the end.
    sa.Column("given", sa.JSON, nullable=False),
    sa.Column("parameters", sa.JSON, nullable=False),
    sa.Column("options", sa.JSON, nullable=False),
    # Bytes in the workspace when it was last measured.
    sa.Column("size", sa.BigInteger, nullable=False),
    sa.Column("created", Moment, nullable=False),
    # When the run went, and what was last seen of it.
    sa.Column("deleted", Moment),
    sa.Column("started", Moment),
    sa.Column("finished", Moment),
    # Days from the end until the next of its retention rules is due; null: none is.
    sa.Column("retention", sa.Integer),
    sa.UniqueConstraint("owner", "name", "major", "minor"),
    sqlite_autoincrement=True,
)

sa.Index(
    "reana_with_retention",
    reana.c.run_id,
    sqlite_where=sa.text("retention IS NOT NULL"),
    postgresql_where=sa.text("retention IS NOT NULL"),
)

# What a user's workflows get to see; sealed with the server's key.
secrets = sa.Table(
    "secrets",
    metadata,
    sa.Column("owner", sa.Text, primary_key=True),
    sa.Column("name", sa.Text, primary_key=True),
    sa.Column("type", sa.Text, nullable=False),
    sa.Column("content", sa.LargeBinary, nullable=False),
    sa.Column("added", Moment, nullable=False),
)

counters = sa.Table(
    "counters",
    metadata,
    sa.Column("name", sa.Text, primary_key=True),
    sa.Column("value", sa.Integer, nullable=False),
)

leases = sa.Table(
    "leases",
    metadata,
    sa.Column("name", sa.Text, primary_key=True),
    sa.Column("holder", sa.Text, nullable=False),
    sa.Column("expires", Moment, nullable=False),
)

settings = sa.Table(
    "settings",
    metadata,
    sa.Column("name", sa.Text, primary_key=True),
    sa.Column("value", sa.Text, nullable=False),
)
