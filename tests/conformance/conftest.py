"""Databases for the store's suite: a new SQLite file, and a new PostgreSQL database."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import quote
from uuid import uuid4

import pytest

from taverna_server.model.run import Run
from taverna_server.store import NewRun, NewWorkflow, Store

T0 = datetime(2026, 11, 21, 12, 0, 0, 123456, tzinfo=UTC)


def _programs() -> Path | None:
    """Where initdb and pg_ctl are; Debian keeps them off the PATH."""
    found = shutil.which("initdb")
    if found:
        return Path(found).parent
    return max(Path("/usr/lib/postgresql").glob("*/bin"), default=None)


@pytest.fixture(scope="session")
def postgres() -> Iterator[str]:
    """A PostgreSQL server on a unix socket, stopped at the end; its URL without a database.

    It will not run as root, so as root it is run as ``postgres``, who may not
    look into pytest's directories: it gets a short-lived directory of its own.
    """
    programs = _programs()
    if programs is None:
        pytest.skip("PostgreSQL is not installed (apt-get install postgresql)")
    user = "postgres" if os.getuid() == 0 else None
    home = Path(tempfile.mkdtemp(prefix="pg-"))
    if user:
        shutil.chown(home, user)

    def run(program: str, *arguments: str) -> None:
        subprocess.run(
            [programs / program, "-D", home / "data", *arguments],
            user=user, cwd=home, check=True, stdout=subprocess.DEVNULL,
        )  # fmt: skip

    try:
        run("initdb", "--auth=trust", "--username=taverna", "--no-sync", "--encoding=UTF8")
        options = f"-c listen_addresses= -c unix_socket_directories={home} -c fsync=off"
        run("pg_ctl", "-w", "-l", str(home / "log"), "-o", options, "start")
        try:
            yield f"postgresql://taverna@/{{}}?host={quote(str(home))}"
        finally:
            run("pg_ctl", "-w", "-m", "immediate", "stop")
    finally:
        shutil.rmtree(home)


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """An empty database."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'store.db'}"
    import psycopg

    url: str = request.getfixturevalue("postgres")
    name = f"t{uuid4().hex}"
    with psycopg.connect(url.format("postgres"), autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name}")
    return url.format(name)


@pytest.fixture
def store(database_url: str) -> Iterator[Store]:
    """A store with the accounts alice and bob."""
    store = Store.open(database_url)
    store.migrate()
    for name in ("alice", "bob"):
        store.add_user(name, f"hash of {name}")
    yield store
    store.close()


@pytest.fixture
def workflow_id(store: Store) -> str:
    return store.put_workflow(b"<workflow/>", NewWorkflow(title="Pass through"))


class RunMaker:
    """Makes runs that differ in what a test says."""

    def __init__(self, store: Store, workflow_id: str) -> None:
        self.store, self.workflow_id = store, workflow_id

    def __call__(
        self,
        owner: str = "alice",
        expires: timedelta = timedelta(1),
        limit: int = 10**6,
        **more: Any,
    ) -> Run:
        new = NewRun(
            id=str(uuid4()), owner=owner, name="a run", workflow_id=self.workflow_id,
            created=T0, expiry=T0 + expires, **more,
        )  # fmt: skip
        return self.store.create_run(new, limit)


@pytest.fixture
def make_run(store: Store, workflow_id: str) -> RunMaker:
    return RunMaker(store, workflow_id)


@pytest.fixture
def run(make_run: RunMaker) -> Run:
    return make_run()
