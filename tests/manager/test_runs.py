import uuid
from datetime import UTC, datetime, timedelta
from itertools import count
from pathlib import Path

import pytest

from taverna_server.config import Config
from taverna_server.data.rundir import WORKING_SUBDIRECTORIES
from taverna_server.errors import NotPermitted, TooManyRuns, UnknownRun
from taverna_server.manager import RunManager, runs
from taverna_server.manager.names import default_name
from taverna_server.model.identity import User
from taverna_server.model.run import Run, RunStatus
from taverna_server.store import Store
from tests.manager.conftest import WORKFLOW

JULY = datetime(2026, 7, 5, 9, 30, 0, tzinfo=UTC)


def test_new_run_is_initialized_and_the_callers_own(
    manager: RunManager, alice: User, run: Run
) -> None:
    assert manager.get_run(alice, run.id) == run
    assert run.status == RunStatus.INITIALIZED
    assert run.owner == "alice"
    assert uuid.UUID(run.id).version == 4
    assert run.expiry - run.created == timedelta(minutes=1440)
    assert (run.started, run.finished, run.exit_code) == (None, None, None)


def test_new_run_has_the_directories_clients_know(
    manager: RunManager, alice: User, run: Run
) -> None:
    names = [entry.name for entry in manager.working_directory(alice, run.id).list()]
    assert names == sorted(WORKING_SUBDIRECTORIES)


def test_workflow_reads_back_byte_for_byte(manager: RunManager, alice: User, run: Run) -> None:
    assert manager.workflow_document(alice, run.id) == WORKFLOW


@pytest.mark.parametrize(
    ("document", "words"),
    [
        (b"<workflow/>", "invalid T2flow document; bad root element"),
        (b"not xml", "invalid T2flow document; not well-formed XML"),
        (b"<!DOCTYPE a [<!ENTITY b 'c'>]><a/>", "document type"),
    ],
)
def test_other_documents_are_refused_with_a_sentence(
    manager: RunManager, alice: User, document: bytes, words: str
) -> None:
    with pytest.raises(NotPermitted, match=words):
        manager.create_run(alice, document)


def test_limit_of_runs_counts_those_of_all_users(
    store: Store, config: Config, alice: User, bob: User
) -> None:
    manager = RunManager(store, Config(data=config.data, run_limit=2))
    manager.create_run(alice, WORKFLOW)
    manager.create_run(bob, WORKFLOW)
    with pytest.raises(TooManyRuns, match="server load exceeded; please wait"):
        manager.create_run(alice, WORKFLOW)
    manager.delete_run(bob, next(manager.list_runs(bob)).id)
    manager.create_run(alice, WORKFLOW)


def test_run_whose_directory_cannot_be_made_is_not_kept(
    manager: RunManager, store: Store, config: Config, alice: User
) -> None:
    config.runs_directory.write_text("a file where the directory should be")
    with pytest.raises(OSError, match="runs"):
        manager.create_run(alice, WORKFLOW)
    assert list(manager.list_runs(alice)) == []
    assert store.run_count() == 0


def test_deleted_run_is_unknown_at_once(manager: RunManager, alice: User, run: Run) -> None:
    manager.delete_run(alice, run.id)
    with pytest.raises(UnknownRun, match="unknown run UUID"):
        manager.get_run(alice, run.id)
    with pytest.raises(UnknownRun):
        manager.delete_run(alice, run.id)
    assert list(manager.list_runs(alice)) == []


def test_name_is_kept_to_48_characters(manager: RunManager, alice: User, run: Run) -> None:
    assert manager.set_name(alice, run.id, "x" * 60) == "x" * 48
    assert manager.get_run(alice, run.id).name == "x" * 48


def test_provenance_is_a_switch_of_every_state(manager: RunManager, alice: User, run: Run) -> None:
    assert manager.generate_provenance(alice, run.id) is False
    manager.set_status(alice, run.id, RunStatus.FINISHED)
    assert manager.set_generate_provenance(alice, run.id, True)
    assert manager.generate_provenance(alice, run.id) is True


@pytest.mark.parametrize(
    ("workflow", "name"),
    [
        ("Reverse", "Reverse Sun Jul 05 09:30:00 UTC 2026"),
        ("A name of nineteen.", "A name of nineteen. Sun Jul 05 09:30:00 UTC 2026"),
        ("A name of more than that", "A name of more t... Sun Jul 05 09:30:00 UTC 2026"),
        ("", ""),
    ],
)
def test_default_name_keeps_the_time_whole(workflow: str, name: str) -> None:
    assert default_name(workflow, JULY) == name
    assert len(name) <= 48


def test_creation_survives_ids_of_directories_that_are_there(
    manager: RunManager, alice: User, monkeypatch: pytest.MonkeyPatch, config: Config
) -> None:
    """A directory of that id cannot be somebody's: it is refused, not shared."""
    numbers = count(1)
    monkeypatch.setattr(runs.uuid, "uuid4", lambda: uuid.UUID(int=next(numbers)))
    Path(config.runs_directory / str(uuid.UUID(int=1))).mkdir(parents=True)
    with pytest.raises(FileExistsError):
        manager.create_run(alice, WORKFLOW)
