"""Several processes of many threads on one database, and one that is killed."""

from __future__ import annotations

import subprocess
import sys
import time
from pathlib import Path

import sqlalchemy as sa

from taverna_server.store import Store
from taverna_server.store.tables import runs

CROWD = Path(__file__).with_name("store_crowd.py")


class Process:
    """One process of the crowd; what it says goes to a file."""

    def __init__(self, says: Path, *arguments: str) -> None:
        self.says = says
        with says.open("w") as stream:
            self.process = subprocess.Popen(
                [sys.executable, CROWD, *arguments],
                stdout=stream,
                stderr=subprocess.PIPE,
                text=True,
            )

    def errors(self) -> str:
        """What it complained about until its end."""
        return self.process.communicate(timeout=60)[1]

    def alive(self) -> set[str]:
        """Runs it said were created and did not say it deletes."""
        said = self.says.read_text().split("\n")[:-1]
        deleted = {line[1:] for line in said if line.startswith("-")}
        return {line for line in said if not line.startswith("-")} - deleted


def assert_counters_tell_the_truth(store: Store) -> None:
    with store._database.read() as connection:
        count = sa.select(sa.func.count()).select_from(runs)
        assert store.run_count() == connection.scalar(count.where(~runs.c.deleting))
        assert store.operating_count() == connection.scalar(count.where(runs.c.holds_slot))
    assert 0 <= store.run_count() <= 100
    assert 0 <= store.operating_count() <= 10


def test_two_web_processes_and_a_reconciler_share_a_database(
    store: Store, database_url: str, workflow_id: str, tmp_path: Path
) -> None:
    client = ("client", database_url, workflow_id, "2", "64")
    crowd = [Process(tmp_path / str(n), *client) for n in range(2)]
    crowd.append(Process(tmp_path / "reconciler", "reconciler", database_url, "3"))
    while crowd[0].process.poll() is None:
        assert store.run_count() <= 100
        assert store.operating_count() <= 10
        time.sleep(0.01)
    assert [process.errors() for process in crowd] == ["", "", ""]
    assert [process.process.returncode for process in crowd] == [0, 0, 0]
    assert store.run_count() == store.operating_count() == 0
    assert_counters_tell_the_truth(store)


def test_killed_process_leaves_what_it_acknowledged(
    store: Store, database_url: str, workflow_id: str, tmp_path: Path
) -> None:
    crowd = Process(tmp_path / "says", "client", database_url, workflow_id, "60", "16")
    until = time.monotonic() + 60
    while not crowd.alive() and time.monotonic() < until:
        time.sleep(0.01)
    time.sleep(0.3)  # in the thick of it
    crowd.process.kill()
    assert crowd.errors() == ""
    assert crowd.alive()
    assert crowd.alive() <= {run.id for run in store.list_runs("alice")}
    assert_counters_tell_the_truth(store)
    if database_url.startswith("sqlite"):
        with store._database.read() as connection:
            assert connection.exec_driver_sql("PRAGMA integrity_check").scalar() == "ok"
