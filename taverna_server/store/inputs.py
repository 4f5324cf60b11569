"""What a run is given: values, files, Baclava documents; only while it is Initialized.

The guarded update of the run comes first in each transaction. It says whether
the change is allowed and holds off a start until the change is complete, so an
engine never sees half of it.
"""

from __future__ import annotations

from dataclasses import asdict, fields

import sqlalchemy as sa
from sqlalchemy import bindparam
from sqlalchemy.engine import Connection

from taverna_server.model.run import RunInput, RunStatus
from taverna_server.store.base import Part
from taverna_server.store.runs import VISIBLE
from taverna_server.store.tables import inputs, runs

_INITIALIZED = sa.update(runs).where(
    runs.c.id == bindparam("run"), VISIBLE, runs.c.target == RunStatus.INITIALIZED
)
_SET_BACLAVA_INPUT = _INITIALIZED.values(baclava_input=bindparam("to"))
_SET_BACLAVA_OUTPUT = _INITIALIZED.values(baclava_output=bindparam("to"))
_SET_WORKFLOW = _INITIALIZED.values(workflow_id=bindparam("to"))
_ALL = (
    sa.select(*(inputs.c[item.name] for item in fields(RunInput)))
    .where(inputs.c.run_id == bindparam("run"))
    .order_by(inputs.c.port)
)
_CLEAR = sa.delete(inputs).where(inputs.c.run_id == bindparam("run"))
_CLEAR_ONE = _CLEAR.where(inputs.c.port == bindparam("port"))
_INSERT = sa.insert(inputs)


class Inputs(Part):
    """The setters return False when the run is gone or no longer Initialized."""

    def inputs(self, run_id: str) -> list[RunInput]:
        """What was set, sorted by port."""
        with self._database.read() as connection:
            return [RunInput(*row) for row in connection.execute(_ALL, {"run": run_id})]

    def set_workflow(self, run_id: str, workflow_id: str) -> bool:
        """Another document, where it was not known when the run was made."""
        with self._database.write() as connection:
            return _set(connection, _SET_WORKFLOW, run_id, workflow_id)

    def set_input(self, run_id: str, given: RunInput) -> bool:
        """Set one port; a Baclava input is forgotten (protocol dossier 6.3, 2)."""
        with self._database.write() as connection:
            if not _set(connection, _SET_BACLAVA_INPUT, run_id, None):
                return False
            connection.execute(_CLEAR_ONE, {"run": run_id, "port": given.port})
            connection.execute(_INSERT, asdict(given) | {"run_id": run_id})
            return True

    def clear_inputs(self, run_id: str) -> bool:
        """Forget all that was set, the Baclava input too."""
        return self.set_baclava_input(run_id, None)

    def set_baclava_input(self, run_id: str, path: str | None) -> bool:
        """Take all inputs from one document; the single ones are forgotten (6.4)."""
        with self._database.write() as connection:
            if not _set(connection, _SET_BACLAVA_INPUT, run_id, path):
                return False
            connection.execute(_CLEAR, {"run": run_id})
            return True

    def set_baclava_output(self, run_id: str, path: str | None) -> bool:
        """Write all outputs into one document; None: single files again."""
        with self._database.write() as connection:
            return _set(connection, _SET_BACLAVA_OUTPUT, run_id, path)


def _set(connection: Connection, statement: sa.Update, run_id: str, value: str | None) -> bool:
    return connection.execute(statement, {"run": run_id, "to": value}).rowcount == 1
