"""What people answered to the questions of runs, each once."""

from __future__ import annotations

from collections.abc import Sequence

import sqlalchemy as sa
from sqlalchemy import bindparam
from sqlalchemy.exc import IntegrityError

from taverna_server.model.run import Run, RunStatus
from taverna_server.store.base import Part, utc_now
from taverna_server.store.runs import RUN_COLUMNS, VISIBLE
from taverna_server.store.tables import answers, runs

_OF_RUN = answers.c.run_id == bindparam("run")
_ALL = sa.select(answers.c.serial, answers.c.status, answers.c.content).where(_OF_RUN)
_SERIALS = sa.select(answers.c.serial).where(_OF_RUN)
_ONE = _ALL.where(answers.c.serial == bindparam("which"))
_INSERT = sa.insert(answers)
_CHILDREN = sa.select(*RUN_COLUMNS).where(
    runs.c.unsettled,
    VISIBLE,
    runs.c.parent.is_not(None),
    runs.c.observed == RunStatus.OPERATING,
    runs.c.target == RunStatus.OPERATING,
)


class Answers(Part):
    """By run and serial."""

    def keep_answer(self, run_id: str, serial: str, status: str, content: str) -> bool:
        """False when there is one already, or no such run."""
        values = {
            "run_id": run_id, "serial": serial, "status": status, "content": content,
            "given": utc_now(),
        }  # fmt: skip
        try:
            with self._database.write() as connection:
                connection.execute(_INSERT, values)
        except IntegrityError:
            return False
        return True

    def answer(self, run_id: str, serial: str) -> tuple[str, str] | None:
        """Status and content."""
        with self._database.read() as connection:
            row = connection.execute(_ONE, {"run": run_id, "which": serial}).first()
        return None if row is None else (row.status, row.content)

    def answered(self, run_id: str) -> Sequence[str]:
        """The serials."""
        with self._database.read() as connection:
            return list(connection.scalars(_SERIALS, {"run": run_id}))

    def answers(self, run_id: str) -> dict[str, tuple[str, str]]:
        """Status and content by serial."""
        with self._database.read() as connection:
            rows = connection.execute(_ALL, {"run": run_id}).all()
        return {row.serial: (row.status, row.content) for row in rows}

    def operating_children(self) -> list[Run]:
        """Runs at work that repeat others; found in the index of what is not settled."""
        with self._database.read() as connection:
            return [Run(*row) for row in connection.execute(_CHILDREN)]
