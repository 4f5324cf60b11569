from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from taverna_server.config import Config
from taverna_server.manager import RunManager, leftovers
from taverna_server.manager.leftovers import sweep
from taverna_server.model.identity import User
from taverna_server.model.run import Run
from taverna_server.store import NewRun, Store
from tests.manager.conftest import WORKFLOW


@pytest.fixture
def directory(config: Config) -> Path:
    return config.runs_directory


@pytest.fixture(autouse=True)
def no_patience(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(leftovers, "STILL_BEING_MADE", timedelta(0))


def test_runs_stay(store: Store, directory: Path, run: Run) -> None:
    for _ in range(2):
        sweep(store, directory)
    assert store.get_run(run.id) is not None
    assert (directory / run.id / "wd").is_dir()


def test_directory_without_row_goes(store: Store, directory: Path, run: Run) -> None:
    sweep(store, directory)
    (directory / "3f2b7c1e-0000-4000-8000-000000000001" / "wd").mkdir(parents=True)
    sweep(store, directory)
    assert sorted(path.name for path in directory.iterdir()) == [".database", run.id]


def test_removal_that_was_cut_off_is_finished(store: Store, directory: Path) -> None:
    sweep(store, directory)
    (directory / ".removed-x" / "wd").mkdir(parents=True)
    sweep(store, directory)
    assert [path.name for path in directory.iterdir()] == [".database"]


def test_row_without_directory_is_deleted(
    store: Store, manager: RunManager, directory: Path, alice: User, run: Run
) -> None:
    now = datetime.now(UTC)
    store.create_run(
        NewRun(
            id="lost",
            owner="alice",
            name="",
            workflow_id=run.workflow_id,
            created=now - timedelta(seconds=1),
            expiry=now + timedelta(days=1),
        ),
        10,
    )
    sweep(store, directory)
    assert [left.id for left in manager.list_runs(alice)] == [run.id]


def test_files_of_another_database_are_left_alone(
    store: Store, manager: RunManager, directory: Path, alice: User, run: Run
) -> None:
    """Somebody mistyped the address of the database: that must not cost them their runs."""
    sweep(store, directory)
    store.set_setting(leftovers.MARK_SETTING, "another")
    (directory / "3f2b7c1e-0000-4000-8000-000000000001").mkdir()
    (directory / run.id).rename(directory / "elsewhere")
    sweep(store, directory)
    assert len(list(directory.iterdir())) == 3
    assert store.get_run(run.id) is not None


def test_rows_are_left_alone_while_the_disk_is_not_mounted(
    store: Store, manager: RunManager, directory: Path, alice: User
) -> None:
    sweep(store, directory)
    run = manager.create_run(alice, WORKFLOW)
    directory.rename(directory.with_name("not mounted"))
    sweep(store, directory)
    assert store.get_run(run.id) is not None


def test_strange_directories_at_the_first_start_are_left_alone(
    store: Store, directory: Path
) -> None:
    (directory / "precious").mkdir(parents=True)
    sweep(store, directory)
    assert (directory / "precious").is_dir()
