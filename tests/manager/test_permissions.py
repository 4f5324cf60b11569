from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest

from taverna_server.errors import NotPermitted, UnknownRun
from taverna_server.manager import RunManager
from taverna_server.model.identity import Permission, User
from taverna_server.model.run import Run, RunInput, RunStatus
from taverna_server.store import Store

LATER = datetime.now(UTC) + timedelta(days=2)
Call = Callable[[RunManager, User, str], object]

READS: list[Call] = [
    lambda m, u, r: m.get_run(u, r),
    lambda m, u, r: m.read_status(u, r),
    lambda m, u, r: m.workflow_document(u, r),
    lambda m, u, r: m.expected_inputs(u, r),
    lambda m, u, r: m.inputs(u, r),
    lambda m, u, r: m.baclava_input(u, r),
    lambda m, u, r: m.baclava_output(u, r),
    lambda m, u, r: m.working_directory(u, r),
    lambda m, u, r: m.stdout(u, r),
    lambda m, u, r: m.stderr(u, r),
    lambda m, u, r: m.log(u, r),
    lambda m, u, r: m.listeners(u, r),
    lambda m, u, r: m.listener_property(u, r, "io", "exitcode"),
    lambda m, u, r: m.generate_provenance(u, r),
]
UPDATES: list[Call] = [
    lambda m, u, r: m.set_name(u, r, "mine now"),
    lambda m, u, r: m.set_status(u, r, RunStatus.FINISHED),
    lambda m, u, r: m.set_input(u, r, RunInput("words", value="x")),
    lambda m, u, r: m.set_input_reference(u, r, "words", r, "x"),
    lambda m, u, r: m.set_baclava_input(u, r, "x"),
    lambda m, u, r: m.set_baclava_output(u, r, "x"),
    lambda m, u, r: m.working_directory(u, r, for_writing=True),
    lambda m, u, r: m.set_listener_property(u, r, "io", "notificationAddress", "x"),
    lambda m, u, r: m.add_listener(u, r, "io"),
    lambda m, u, r: m.set_generate_provenance(u, r, True),
]
DESTROYS: list[Call] = [
    lambda m, u, r: m.delete_run(u, r),
    lambda m, u, r: m.set_expiry(u, r, LATER),
]


@pytest.mark.parametrize("call", [*READS, *UPDATES, *DESTROYS])
def test_run_of_another_does_not_exist_for_the_caller(
    manager: RunManager, bob: User, run: Run, call: Call
) -> None:
    with pytest.raises(UnknownRun, match="unknown run UUID"):
        call(manager, bob, run.id)


@pytest.mark.parametrize("run_id", ["", "..", "no-uuid", "3f2b7c1e-0000-4000-8000-000000000001"])
def test_malformed_and_unknown_ids_are_the_same(
    manager: RunManager, alice: User, run_id: str
) -> None:
    with pytest.raises(UnknownRun, match="unknown run UUID"):
        manager.get_run(alice, run_id)


@pytest.mark.parametrize("call", READS)
def test_readers_may_read(
    manager: RunManager, store: Store, bob: User, run: Run, call: Call
) -> None:
    store.set_permission(run.id, "bob", Permission.READ)
    call(manager, bob, run.id)


@pytest.mark.parametrize("call", UPDATES)
def test_readers_may_not_update(
    manager: RunManager, store: Store, bob: User, run: Run, call: Call
) -> None:
    store.set_permission(run.id, "bob", Permission.READ)
    with pytest.raises(NotPermitted, match="not owned by you and you're not granted access"):
        call(manager, bob, run.id)


@pytest.mark.parametrize("call", DESTROYS)
def test_updaters_may_not_destroy(
    manager: RunManager, store: Store, bob: User, run: Run, call: Call
) -> None:
    store.set_permission(run.id, "bob", Permission.UPDATE)
    with pytest.raises(NotPermitted, match="not permitted to destroy"):
        call(manager, bob, run.id)


@pytest.mark.parametrize("call", DESTROYS)
def test_superusers_may_destroy_every_run(
    manager: RunManager, root: User, run: Run, call: Call
) -> None:
    call(manager, root, run.id)


def test_superusers_list_only_their_own(manager: RunManager, root: User, run: Run) -> None:
    assert manager.get_run(root, run.id) == run
    assert list(manager.list_runs(root)) == []


def test_shared_runs_are_listed(
    manager: RunManager, store: Store, alice: User, bob: User, run: Run
) -> None:
    assert list(manager.list_runs(bob)) == []
    store.set_permission(run.id, "bob", Permission.READ)
    assert list(manager.list_runs(bob)) == list(manager.list_runs(alice)) == [run]


def test_security_belongs_to_the_owner_alone(
    manager: RunManager, store: Store, alice: User, bob: User, root: User, run: Run
) -> None:
    store.set_permission(run.id, "bob", Permission.DESTROY)
    assert manager.owned_run(alice, run.id) == run
    for other in (bob, root):
        with pytest.raises(NotPermitted, match="not permitted; not the owner"):
            manager.owned_run(other, run.id)
