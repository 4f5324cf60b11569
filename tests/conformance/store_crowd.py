"""A process of many threads on one store, as a web worker or the reconciler is.

``python store_crowd.py client URL WORKFLOW SECONDS THREADS``: each thread makes,
starts, cancels and deletes runs of alice, and prints the id of a run once its
creation is acknowledged, and again with a minus sign before it is deleted.
``python store_crowd.py reconciler URL SECONDS``: carries out what is wanted.
Any exception ends the process with a traceback.
"""

from __future__ import annotations

import random
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from uuid import uuid4

from taverna_server.errors import TooManyOperating, TooManyRuns
from taverna_server.model.run import RunInput, RunStatus
from taverna_server.store import NewRun, Store

RUN_LIMIT = 100
OPERATING_LIMIT = 10
INITIALIZED, OPERATING, STOPPED, FINISHED = RunStatus


def client(url: str, workflow_id: str, seconds: str, threads: str) -> None:
    store, end = Store.open(url), time.monotonic() + float(seconds)
    with ThreadPoolExecutor(int(threads)) as pool:
        for done in [pool.submit(_lives, store, workflow_id, end) for _ in range(int(threads))]:
            done.result()


def _lives(store: Store, workflow_id: str, end: float) -> None:
    while time.monotonic() < end:
        with suppress(TooManyRuns):
            _one_life(store, workflow_id)


def _one_life(store: Store, workflow_id: str) -> None:
    now = datetime.now(UTC)
    new = NewRun(
        id=str(uuid4()), owner="alice", name="r", workflow_id=workflow_id,
        created=now, expiry=now + timedelta(days=1),
    )  # fmt: skip
    run = store.create_run(new, RUN_LIMIT)
    say(run.id)
    assert store.set_input(run.id, RunInput("port", "value"))
    with suppress(TooManyOperating):
        assert store.request_start(run.id, now, OPERATING_LIMIT)
        assert not store.set_input(run.id, RunInput("port", "late"))
    time.sleep(random.random() / 100)
    if random.random() < 0.5:
        store.request_status(run.id, FINISHED, {INITIALIZED, OPERATING}, now)
    assert store.get_run(run.id)
    say("-" + run.id)
    assert store.request_delete(run.id)


def reconciler(url: str, seconds: str) -> None:
    store, end = Store.open(url), time.monotonic() + float(seconds)
    while time.monotonic() < end:
        for item in store.to_reconcile():
            if item.deleting:
                assert store.forget_run(item.run.id)
            elif item.run.observed == INITIALIZED and item.run.target == OPERATING:
                store.set_runner_state(item.run.id, {"pid": 1})
                store.observe(item.run.id, OPERATING)
            else:
                store.observe(item.run.id, FINISHED, 0, datetime.now(UTC))


def say(line: str) -> None:
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    {"client": client, "reconciler": reconciler}[sys.argv[1]](*sys.argv[2:])
