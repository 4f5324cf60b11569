"""Rows: what clients asked for, and an index of what was observed.

SQLAlchemy Core over SQLite (WAL) or PostgreSQL. Every change of a run's state
is a guarded update (``where status in ...``). The room keeps facts and enforces
no rules: who may do what is the manager's business. It does not know HTTP,
files of runs, or processes.

``Store`` is one object with a part per family of rows, a file each. It is safe
to use from any number of threads, and any number of processes may each open
their own on the same database; a forked process opens its own, too.
"""

from __future__ import annotations

from taverna_server.config import Config
from taverna_server.store.access import Access
from taverna_server.store.answers import Answers
from taverna_server.store.changes import Changes
from taverna_server.store.counters import Counters
from taverna_server.store.database import connect
from taverna_server.store.entries import Entries
from taverna_server.store.events import Events
from taverna_server.store.finding import Finding
from taverna_server.store.inputs import Inputs
from taverna_server.store.leases import Leases, Settings
from taverna_server.store.messages import Messages
from taverna_server.store.migrate import migrate
from taverna_server.store.reana import Analyses
from taverna_server.store.rows import (
    Failures,
    Lease,
    NewEntry,
    NewRun,
    NewWorkflow,
    Ports,
    SessionRow,
    Token,
    UnsettledRun,
    WorkflowRow,
)
from taverna_server.store.runs import Runs
from taverna_server.store.sealed import Sealed
from taverna_server.store.secrets import Secrets
from taverna_server.store.services import Services
from taverna_server.store.sessions import Sessions, SignIns
from taverna_server.store.users import Users
from taverna_server.store.workflows import Workflows

__all__ = [
    "Failures",
    "Lease",
    "NewEntry",
    "NewRun",
    "NewWorkflow",
    "Ports",
    "SessionRow",
    "Store",
    "Token",
    "UnsettledRun",
    "WorkflowRow",
]


class Store(
    Users,
    Sessions,
    SignIns,
    Workflows,
    Entries,
    Runs,
    Finding,
    Changes,
    Inputs,
    Access,
    Answers,
    Services,
    Sealed,
    Secrets,
    Analyses,
    Events,
    Messages,
    Counters,
    Leases,
    Settings,
):
    """Everything that is kept in the database."""

    @classmethod
    def open(cls, where: Config | str) -> Store:
        """The store of a configuration or a database URL; its tables may be missing yet."""
        return cls(connect(where.database if isinstance(where, Config) else where))

    def migrate(self) -> None:
        """Make the tables what this version needs; nothing happens when they are."""
        migrate(self._database)

    def close(self) -> None:
        """Let go of the connections."""
        self._database.close()
