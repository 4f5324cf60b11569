"""Retention rules: files of ended workflows that go before the workflow does (REANA dossier 6.1).

``workspace.retention_days`` of a specification has patterns and days from the end of
the run. The reconciler looks once in a while. Declared inputs and outputs stay,
whatever a pattern says: they go with the run.
"""

from __future__ import annotations

import logging
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from taverna_server.data.rundir import RunDirectory
from taverna_server.data.workspace import Workspace
from taverna_server.errors import ClientMistake
from taverna_server.model.run import Run
from taverna_server.workflow.reana import Specification, read_specification

if TYPE_CHECKING:
    from taverna_server.config import Config
    from taverna_server.store import Store

log = logging.getLogger("taverna_server.reconciler")


def apply_rules(store: Store, config: Config) -> int:
    """Apply those that are due; how many files went."""
    removed = 0
    now = datetime.now(UTC)
    for run_id in store.retention_due(now):
        run, record = store.get_run(run_id), store.record(run_id)
        if run is not None and record is not None and run.finished is not None:
            specification = read_specification(record.specification)
            days = (now - run.finished).days
            removed += _apply(store, config, run, specification, days)
            store.set_retention(run_id, next_rule(specification, days))
    return removed


def next_rule(specification: Specification, days: int = -1) -> int | None:
    """The days of the first rule after so many; None where there is none."""
    return min((it for it in specification.retention.values() if it > days), default=None)


def _apply(store: Store, config: Config, run: Run, specification: Specification, days: int) -> int:
    place = Workspace(RunDirectory(config.runs_directory / run.id, run.workspace).wd)
    try:
        doomed = _doomed(place, specification, days)
        for path in doomed:
            place.delete(path)
    except (ClientMistake, OSError) as error:  # the workflow made something unreadable
        log.warning("retention rules of run %s cannot be applied: %s", run.id, error)
        return 0
    log.info("retention rules of run %s: %d files removed", run.id, len(doomed))
    store.set_workspace_size(place.size(), run.id, run.workspace or run.id)
    return len(doomed)


def _doomed(place: Workspace, specification: Specification, days: int) -> set[str]:
    rules = [pattern for pattern, after in specification.retention.items() if after <= days]
    declared = [*specification.declared("inputs"), *specification.declared("outputs")]
    kept = {path for name in declared for path, _ in place.files(name)}
    return {path for pattern in rules for path, _ in place.files(pattern)} - kept
