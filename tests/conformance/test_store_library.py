"""Entries of the library and lists of runs in the store, on every database."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from itertools import product
from uuid import uuid4

import pytest
import sqlalchemy as sa
from alembic import command
from alembic.config import Config as AlembicConfig

from taverna_server.model.identity import Permission, User
from taverna_server.model.library import EntryQuery, RunOrder, RunQuery, Whose
from taverna_server.model.run import Run, RunState, RunStatus, Stopper
from taverna_server.store import NewEntry, Store, finding
from taverna_server.store.migrate import SCRIPTS
from taverna_server.store.runs import RUN_COLUMNS, VISIBLE
from taverna_server.store.tables import runs

ALICE, BOB, ROOT = User("alice"), User("bob"), User("root", admin=True)
T1 = datetime(2026, 11, 22, 3, 0, tzinfo=UTC)
MakeRun = Callable[..., Run]


@pytest.fixture
def add(store: Store, workflow_id: str) -> Callable[..., int]:
    def add(title: str, owner: str | None = "alice", **about: object) -> int:
        return store.add_entry(NewEntry(workflow_id=workflow_id, owner=owner, title=title, **about))

    return add


def titles(store: Store, viewer: User | None, **asked: object) -> list[str]:
    return [it.title for it in store.find_entries(viewer, EntryQuery(**asked)).entries]


def test_entry_reads_back_with_what_is_known_of_its_document(
    store: Store, add: Callable[..., int], workflow_id: str
) -> None:
    entry = store.get_entry(add("Pass", category="Tests", file_name="pass.t2flow"))
    assert entry is not None
    assert (entry.title, entry.category, entry.file_name) == ("Pass", "Tests", "pass.t2flow")
    assert (entry.workflow_id, entry.type, entry.owner) == (workflow_id, "taverna", "alice")
    assert entry.created == entry.updated


def test_entries_are_listed_to_those_who_may_see_them(
    store: Store, add: Callable[..., int]
) -> None:
    add("mine"), add("of the house", None, published=True), add("of bob", "bob")
    store.set_entry_permission(add("shared", "bob"), "alice", Permission.READ)
    assert titles(store, ALICE) == ["mine", "of the house", "shared"]
    assert titles(store, None) == ["of the house"]
    assert len(titles(store, ROOT)) == 4


def test_list_of_entries_is_searched_and_paged(store: Store, add: Callable[..., int]) -> None:
    for number in range(5):
        add(f"100% of {number}")
    add("other", description="about 100% OF it")
    page = store.find_entries(ALICE, EntryQuery(text="100% of", page=2, per_page=4))
    assert [it.title for it in page.entries] == ["100% of 4", "other"]
    assert page.total == 6
    assert titles(store, ALICE, text="1%0") == []


def test_own_entry_is_made_once(store: Store, workflow_id: str) -> None:
    new = NewEntry(workflow_id=workflow_id, owner="alice", title="x")
    first = store.own_entry(new)
    assert store.own_entry(new) == first
    assert store.own_entry(NewEntry(workflow_id=workflow_id, owner=None, title="x")) != first
    store.remove_entry(first)
    assert store.own_entry(new) > first


def test_removed_entry_is_in_no_list_and_keeps_its_title(
    store: Store, add: Callable[..., int]
) -> None:
    number = add("gone", published=True)
    assert store.remove_entry(number)
    assert not store.remove_entry(number)
    assert store.get_entry(number) is None
    assert titles(store, ALICE) == titles(store, None) == []
    assert store.entry_titles([number]) == {number: "gone"}


def test_permission_of_an_entry_is_set_and_taken_back(
    store: Store, add: Callable[..., int]
) -> None:
    number = add("x")
    assert store.set_entry_permission(number, "bob", Permission.UPDATE)
    assert store.entry_permission(number, "bob") is Permission.UPDATE
    assert store.entry_permissions(number) == {"bob": Permission.UPDATE}
    assert store.set_entry_permission(number, "bob", Permission.NONE)
    assert store.entry_permissions(number) == {}
    assert not store.set_entry_permission(99, "bob", Permission.READ)


def test_removed_account_leaves_its_published_entries(
    store: Store, add: Callable[..., int]
) -> None:
    add("public", "bob", published=True), add("private", "bob")
    assert store.remove_user("bob")
    assert titles(store, ROOT) == ["public"]


STATES = list(
    product(
        (RunStatus.INITIALIZED, RunStatus.OPERATING, RunStatus.STOPPED, RunStatus.FINISHED),
        (RunStatus.INITIALIZED, RunStatus.OPERATING, RunStatus.STOPPED, RunStatus.FINISHED),
        (None, 0, 1, 137, 143),
        (None, Stopper.CLIENT, Stopper.LIMIT),
        (None, T1),
    )
)


def test_state_in_lists_is_that_of_the_run(store: Store, workflow_id: str) -> None:
    names = ("target", "observed", "exit_code", "stopped_by", "queued")
    with store._database.write() as connection:
        for values in STATES:
            insert_run(connection, workflow_id, **dict(zip(names, values, strict=True)))
    found = store.find_runs(ALICE, RunQuery(per_page=1000)).runs
    assert len(found) == len(STATES)
    for state in RunState:
        listed = store.find_runs(ALICE, RunQuery(states=frozenset({state}), per_page=1000)).runs
        assert {run.number for run in listed} == {run.number for run in found if run.state == state}
        assert listed


def insert_run(connection: sa.Connection, workflow_id: str, **changes: object) -> None:
    """A row alone, in a state that no run may ever be in."""
    columns = {
        "id": str(uuid4()), "owner": "alice", "name": "a run", "workflow_type": "taverna",
        "workflow_id": workflow_id, "created": T1, "expiry": T1, "generate_provenance": False,
        "start_seen": True, "holds_slot": False, "deleting": False,
    }  # fmt: skip
    connection.execute(sa.insert(runs).values(columns | changes))


def numbers(store: Store, viewer: User, **asked: object) -> list[int]:
    return [run.number for run in store.find_runs(viewer, RunQuery(**asked)).runs]


def test_runs_are_listed_to_those_they_are_shared_with(store: Store, make_run: MakeRun) -> None:
    mine, theirs, _ = make_run(), make_run("bob"), make_run("bob")
    store.set_permission(theirs.id, "alice", Permission.READ)
    assert numbers(store, ALICE) == [theirs.number, mine.number]
    assert numbers(store, ALICE, whose=Whose.OWN) == [mine.number]
    assert numbers(store, ALICE, whose=Whose.SHARED) == [theirs.number]
    assert numbers(store, ALICE, whose=Whose.ALL, owner="bob") == [theirs.number]
    assert len(numbers(store, ROOT, whose=Whose.ALL)) == 3


def test_runs_are_sorted_and_what_has_no_end_comes_last(store: Store, make_run: MakeRun) -> None:
    first, second, third = make_run(), make_run(), make_run()
    store.set_name(first.id, "b"), store.set_name(second.id, "A"), store.set_name(third.id, "c")
    store.request_start(second.id, T1, 9)
    store.observe(second.id, RunStatus.FINISHED, 0, T1)
    by_name = numbers(store, ALICE, sort=RunOrder.NAME, descending=False)
    assert by_name == [second.number, first.number, third.number]
    for descending in (True, False):
        by_end = numbers(store, ALICE, sort=RunOrder.FINISHED, descending=descending)
        assert by_end[0] == second.number


def test_runs_are_found_by_name_title_and_entry(
    store: Store, make_run: MakeRun, add: Callable[..., int]
) -> None:
    entry = add("Proteins")
    runs_of = [make_run(entry=entry), make_run(), make_run(entry=entry, embedded=True)]
    store.set_name(runs_of[1].id, "other 5%")
    assert numbers(store, ALICE, text="PROTEIN") == [runs_of[0].number]
    assert numbers(store, ALICE, text="5%") == [runs_of[1].number]
    assert numbers(store, ALICE, entry=entry) == [runs_of[0].number]
    assert len(numbers(store, ALICE, entry=entry, embedded=True)) == 2
    assert store.find_runs(ALICE, RunQuery(text="protein")).titles == {entry: "Proteins"}


def test_pages_of_runs_know_how_many_there_are(store: Store, make_run: MakeRun) -> None:
    made = [make_run().number for _ in range(5)]
    page = store.find_runs(ALICE, RunQuery(page=2, per_page=2, descending=False))
    assert [run.number for run in page.runs] == made[2:4]
    assert page.total == 5


def test_queued_run_waits_until_it_is_started(store: Store, make_run: MakeRun) -> None:
    first, second = make_run(), make_run()
    assert store.enqueue(second.id, T1)
    assert store.enqueue(first.id, T1)
    assert [run.state for run in store.queued_runs()] == [RunState.PENDING] * 2
    store.request_start(first.id, T1, 9)
    assert [run.id for run in store.queued_runs()] == [second.id]
    store.request_status(second.id, RunStatus.FINISHED, {RunStatus.INITIALIZED}, T1)
    assert store.queued_runs() == []


OLD = """
INSERT INTO users (number, name, password_hash, admin, disabled, created)
 VALUES (1, 'alice', '', :no, :no, 1), (2, 'bob', '', :no, :no, 1);
INSERT INTO workflows (number, id, type, title, inputs, outputs, details, owner, published, created)
 VALUES (7, 'w', 'taverna', '', '[]', '[]', '{}', NULL, :yes, 1),
 (9, 'v', 'taverna', 'V', '[]', '[]', '{}', 'alice', :no, 2);
INSERT INTO runs (number, id, owner, name, workflow_id, workflow_type, target, observed, created,
 expiry, generate_provenance, start_seen, holds_slot, deleting)
 VALUES (1, 'a', 'alice', 'a', 'v', 'taverna', 0, 0, 1, 1, :no, :no, :no, :no),
 (2, 'b', 'bob', 'b', 'w', 'taverna', 0, 0, 1, 1, :no, :no, :no, :no)
"""


def test_workflows_of_before_become_entries_of_the_same_number(database_url: str) -> None:
    store = Store.open(database_url)
    config = AlembicConfig()
    config.set_main_option("script_location", str(SCRIPTS))
    with store._database.write() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, "v0004")
        for statement in OLD.split(";"):
            wanted = {"yes": True, "no": False}
            used = {name: value for name, value in wanted.items() if f":{name}" in statement}
            connection.execute(sa.text(statement), used)
    store.migrate()
    assert [it.number for it in store.find_entries(ALICE, EntryQuery()).entries] == [7, 9]
    assert titles(store, None) == ["Untitled workflow"]
    assert [run.entry for run in store.list_runs()] == [9, 10]
    bobs = store.get_entry(10)
    assert bobs is not None
    assert (bobs.owner, bobs.workflow_id, bobs.published) == ("bob", "w", False)
    store.close()


@pytest.mark.parametrize("whose", [Whose.VISIBLE, Whose.OWN, Whose.SHARED])
def test_list_of_ones_runs_looks_at_no_others(database_url: str, whose: Whose) -> None:
    """However many there are of other people."""
    if not database_url.startswith("sqlite"):
        pytest.skip("a planner that looks at statistics takes no index for an empty table")
    store = Store.open(database_url)
    store.migrate()
    query = RunQuery(whose=whose, per_page=20)
    wanted = [VISIBLE, *finding._whose(ALICE, query), *finding._asked(query)]
    statement = sa.select(*RUN_COLUMNS).where(*wanted).order_by(*finding._order(query)).limit(20)
    with store._database.read() as connection:
        options = {"literal_binds": True}
        text = str(statement.compile(connection, compile_kwargs=options))
        plan = connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {text}").all()
    assert not [row.detail for row in plan if row.detail.startswith("SCAN runs")], plan
    store.close()
