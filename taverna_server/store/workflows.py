"""Every document that was ever submitted, once, by its SHA-256; ``entries.py`` is the library."""

from __future__ import annotations

import hashlib
from dataclasses import asdict, fields
from typing import Any

import sqlalchemy as sa
from sqlalchemy import bindparam
from sqlalchemy.exc import IntegrityError

from taverna_server.store.base import Part, utc_now
from taverna_server.store.database import Database
from taverna_server.store.rows import NewWorkflow, WorkflowRow
from taverna_server.store.tables import documents, workflows

_COLUMNS = [workflows.c[item.name] for item in fields(WorkflowRow)]
_THIS = workflows.c.id == bindparam("workflow")

_INSERT = sa.insert(workflows)
_INSERT_DOCUMENT = sa.insert(documents)
_KNOWN = sa.select(workflows.c.number).where(_THIS)
_GET = sa.select(*_COLUMNS).where(_THIS)
_DOCUMENT = sa.select(documents.c.content).where(documents.c.workflow_id == bindparam("workflow"))


class Workflows(Part):
    """Workflows by id, the hash."""

    def put_workflow(self, document: bytes, about: NewWorkflow) -> str:
        """Keep a document and return its id. What is known of it already stays."""
        workflow_id = hashlib.sha256(document).hexdigest()
        if _is_known(self._database, workflow_id):
            return workflow_id
        values = asdict(about) | {"id": workflow_id, "created": utc_now()}
        try:
            with self._database.write() as connection:
                connection.execute(_INSERT, values)
                content = {"workflow_id": workflow_id, "content": document}
                connection.execute(_INSERT_DOCUMENT, content)
        except IntegrityError:
            if not _is_known(
                self._database, workflow_id
            ):  # not just somebody else at the same moment
                raise
        return workflow_id

    def get_workflow(self, workflow_id: str) -> WorkflowRow | None:
        return _one(self._database, _GET, {"workflow": workflow_id})

    def workflow_document(self, workflow_id: str) -> bytes | None:
        """The bytes as they were submitted."""
        with self._database.read() as connection:
            content: bytes | None = connection.scalar(_DOCUMENT, {"workflow": workflow_id})
            return content


def _is_known(database: Database, workflow_id: str) -> bool:
    with database.read() as connection:
        return connection.execute(_KNOWN, {"workflow": workflow_id}).first() is not None


def _one(
    database: Database, statement: sa.Select[Any], values: dict[str, Any]
) -> WorkflowRow | None:
    with database.read() as connection:
        row = connection.execute(statement, values).first()
    return None if row is None else _workflow(row)


def _workflow(row: sa.Row[Any]) -> WorkflowRow:
    values = row._asdict()
    for ports in ("inputs", "outputs"):
        values[ports] = tuple((name, depth) for name, depth in values[ports])
    return WorkflowRow(**values)
