from __future__ import annotations

import pytest

from taverna_server.errors import (
    BadRequest,
    MalformedDocument,
    NotAuthenticated,
    NotPermitted,
    UnknownRun,
    UnknownWorkflow,
)
from taverna_server.manager import RunManager
from taverna_server.manager.library import add_to_house
from taverna_server.model.identity import GUEST, Permission, User
from taverna_server.model.library import EntryQuery, RunQuery
from taverna_server.model.run import Run
from taverna_server.store import Store
from tests.manager.conftest import WORKFLOW


def test_entry_is_described_by_its_document(manager: RunManager, alice: User) -> None:
    entry = manager.add_entry(alice, WORKFLOW, "answer.t2flow")
    assert (entry.title, entry.owner, entry.file_name) == ("Answer", "alice", "answer.t2flow")
    assert entry.inputs == (("behaviour", 0), ("words", 0))
    assert manager.entry_document(alice, entry.number) == WORKFLOW


def test_document_that_is_no_workflow_is_refused(manager: RunManager, alice: User) -> None:
    with pytest.raises(MalformedDocument):
        manager.add_entry(alice, b"<html/>")


def test_entry_of_another_is_unknown_until_it_is_shared(
    manager: RunManager, alice: User, bob: User
) -> None:
    number = manager.add_entry(alice, WORKFLOW).number
    with pytest.raises(UnknownWorkflow):
        manager.entry(bob, number)
    with pytest.raises(NotAuthenticated):
        manager.entry(None, number)
    manager.share_entry(alice, number, "bob", Permission.READ)
    assert manager.entry(bob, number).number == number
    with pytest.raises(NotPermitted):
        manager.change_entry(bob, number, title="mine now")


def test_published_entry_is_everybodys_to_see(manager: RunManager, alice: User) -> None:
    number = manager.add_entry(alice, WORKFLOW, published=True).number
    assert manager.entry(None, number).number == number
    assert [it.number for it in manager.list_entries(User(GUEST)).entries] == [number]
    manager.change_entry(alice, number, published=False)
    with pytest.raises(NotAuthenticated):
        manager.entry(None, number)


def test_only_who_may_destroy_publishes(manager: RunManager, alice: User, bob: User) -> None:
    number = manager.add_entry(alice, WORKFLOW).number
    manager.share_entry(alice, number, "bob", Permission.UPDATE)
    assert manager.change_entry(bob, number, title=" New ").title == "New"
    with pytest.raises(NotPermitted):
        manager.change_entry(bob, number, published=True)
    with pytest.raises(BadRequest):
        manager.change_entry(alice, number, title=" ")


def test_removed_entry_is_unknown_and_its_runs_stay(
    manager: RunManager, alice: User, root: User
) -> None:
    entry = manager.add_entry(alice, WORKFLOW)
    run = manager.create_run_of(alice, entry)
    manager.remove_entry(root, entry.number)
    with pytest.raises(UnknownWorkflow):
        manager.entry(alice, entry.number)
    assert manager.get_run(alice, run.id).entry == entry.number


def test_run_through_another_interface_has_an_entry_of_its_owner(
    manager: RunManager, store: Store, alice: User, bob: User
) -> None:
    of_house = add_to_house(store, WORKFLOW, "answer.t2flow")
    assert add_to_house(store, WORKFLOW) == of_house or of_house.number == 1
    first, second, other = (manager.create_run(user, WORKFLOW) for user in (alice, alice, bob))
    assert first.entry == second.entry != other.entry
    assert manager.entry(alice, first.entry).published is False
    assert manager.list_entries(alice, EntryQuery(owner="alice")).total == 1


def test_run_of_an_entry_is_called_as_it_says(manager: RunManager, alice: User) -> None:
    entry = manager.add_entry(alice, WORKFLOW)
    parent = manager.create_run_of(alice, entry, "n" * 300)
    child = manager.create_run_of(alice, entry, parent=parent, embedded=True)
    assert (len(parent.name), child.name, child.parent) == (255, "Answer", parent.number)
    assert [it.number for it in manager.find_runs(alice, RunQuery()).runs] == [parent.number]


def test_run_is_found_by_its_number_by_those_who_may(
    manager: RunManager, alice: User, bob: User, run: Run
) -> None:
    assert manager.run_by_number(alice, run.number) == run
    with pytest.raises(UnknownRun):
        manager.run_by_number(bob, run.number)
    for number in (run.number, 999):
        with pytest.raises(NotAuthenticated):
            manager.run_by_number(None, number)


def test_published_run_is_everybodys_to_see(manager: RunManager, alice: User, bob: User) -> None:
    entry = manager.add_entry(alice, WORKFLOW)
    run = manager.create_run_of(alice, entry, published=True)
    assert manager.run_by_number(None, run.number) == run
    assert manager.get_run(bob, run.id) == run
    with pytest.raises(NotPermitted):
        manager.run_by_number(bob, run.number, Permission.UPDATE)
    with pytest.raises(NotAuthenticated):
        manager.run_by_number(None, run.number, Permission.UPDATE)
    assert manager.find_runs(User(GUEST), RunQuery()).runs == ()


def test_key_opens_an_embedded_run(manager: RunManager, alice: User) -> None:
    entry = manager.add_entry(alice, WORKFLOW)
    embedded = manager.create_run_of(alice, entry, embedded=True)
    ordinary = manager.create_run_of(alice, entry)
    shown = User(GUEST, key_of=embedded.id)
    assert manager.permission(shown, embedded) is Permission.UPDATE
    assert manager.permission(shown, ordinary) is Permission.NONE
    assert manager.permission(User(GUEST, key_of=ordinary.id), ordinary) is Permission.NONE
