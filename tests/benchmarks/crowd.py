"""Other people's runs, put into the store beside the server: seconds for thousands."""

from __future__ import annotations

import contextlib
import uuid
from datetime import UTC, datetime, timedelta
from pathlib import Path

from taverna_server.config import load_config
from taverna_server.store import NewRun, NewWorkflow, Store


def add_runs(data: Path, owner: str, count: int) -> None:
    """Initialized runs of an account, without directories."""
    with contextlib.closing(Store.open(load_config({"data": str(data)}))) as store:
        workflow_id = store.put_workflow(b"<workflow/>", NewWorkflow(title="of others"))
        now = datetime.now(UTC)
        for _ in range(count):
            new = NewRun(
                id=str(uuid.uuid4()),
                owner=owner,
                name="of others",
                workflow_id=workflow_id,
                created=now,
                expiry=now + timedelta(days=1),
            )
            store.create_run(new, run_limit=1_000_000)
