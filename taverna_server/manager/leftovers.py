"""What a server that was killed may have left, found when the next one starts.

* directories whose removal had begun;
* run directories without a row: killed while the run was made and deleted at once;
* rows without a directory: killed between the row and the directory of a new
  run, which no client was told of.

Files and database are told apart from others by a mark that both carry. A
server that was given another database, or whose disk is not mounted, finds
nothing of the two in the other: it must not take that for leftovers.
"""

from __future__ import annotations

import logging
import secrets
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

from taverna_server.data.removal import remove_tree
from taverna_server.manager.steps import REMOVED, remove_run_directory
from taverna_server.store import Store

log = logging.getLogger("taverna_server.reconciler")

MARK_FILE = ".database"
MARK_SETTING = "runs directory"
STILL_BEING_MADE = timedelta(seconds=10)


def sweep(store: Store, directory: Path) -> None:
    """Remove the leftovers; only whoever holds the reconciler's lease may."""
    directory.mkdir(parents=True, exist_ok=True)
    if not _belong_together(store, directory):
        log.error("%s holds runs of another database: nothing is cleared away", directory)
        return
    for path in _removals(store, directory):
        remove_tree(path)
    for path in _without_row(store, directory):
        log.warning("removing %s: there is no such run", path)
        remove_run_directory(path)
    for run_id in _without_directory(store, directory):
        log.warning("removing run %s: it has no directory", run_id)
        store.request_delete(run_id)


def _belong_together(store: Store, directory: Path) -> bool:
    mark, file = store.get_setting(MARK_SETTING), directory / MARK_FILE
    if file.exists():
        return file.read_text().strip() == mark
    if mark is None and next(_without_row(store, directory), None) is None:
        mark = secrets.token_hex(16)
        file.write_text(f"{mark}\n")
        store.set_setting(MARK_SETTING, mark)
        return True
    return False


def _removals(store: Store, directory: Path) -> Iterator[Path]:
    """Those that nobody is about to finish: a row is forgotten last."""
    for path in list(directory.glob(f"{REMOVED}*")):
        if not store.is_known(path.name.removeprefix(REMOVED)):
            yield path


def _without_row(store: Store, directory: Path) -> Iterator[Path]:
    """A row is made before its directory, so a directory seen first and then no row is stray."""
    for path in list(directory.iterdir()):
        if not path.name.startswith(".") and path.is_dir() and not store.is_known(path.name):
            yield path


def _without_directory(store: Store, directory: Path) -> Iterator[str]:
    long_enough = datetime.now(UTC) - STILL_BEING_MADE
    for run in store.list_runs():
        if run.created < long_enough and not (directory / run.id).is_dir():
            yield run.id
