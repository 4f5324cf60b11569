"""The rest of the store on every database: accounts, library, access, leases, tables."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import nullcontext, suppress
from datetime import UTC, datetime, timedelta

import pytest
import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy.exc import IntegrityError

from taverna_server.errors import BadRequest
from taverna_server.model.identity import Permission, User
from taverna_server.model.run import Run
from taverna_server.store import NewWorkflow, Store
from taverna_server.store.database import connect
from taverna_server.store.tables import metadata

NOW = datetime(2026, 11, 21, tzinfo=UTC)
MINUTE = timedelta(minutes=1)


def test_account_reads_back(store: Store) -> None:
    made = store.add_user("carol", "hash", admin=True)
    assert made == User("carol", admin=True) == store.get_user("carol")
    assert store.login("carol") == (made, "hash")
    assert store.password_hash("carol") == "hash"
    assert [user.name for user in store.list_users()] == ["alice", "bob", "carol"]


def test_unknown_account_is_none(store: Store) -> None:
    assert store.get_user("Alice") is store.password_hash("no") is store.login("no") is None
    assert not store.set_disabled("no", True)
    assert not store.set_password("no", "x")


def test_account_name_is_taken_once(store: Store) -> None:
    with pytest.raises(BadRequest, match="already an account 'alice'"):
        store.add_user("alice", "x")
    assert store.password_hash("alice") == "hash of alice"


def test_account_changes(store: Store) -> None:
    assert store.set_disabled("alice", True)
    assert store.set_admin("alice", True)
    assert store.set_password("alice", "other")
    assert store.login("alice") == (User("alice", admin=True, disabled=True), "other")


def test_token_leads_to_its_account(store: Store) -> None:
    store.add_token("alice", "h1", "laptop")
    store.add_token("alice", "h2", "script")
    assert store.user_of_token("h1") == User("alice")
    assert store.user_of_token("h3") is None
    assert [token.name for token in store.tokens("alice")] == ["laptop", "script"]
    assert store.remove_tokens("alice", "laptop") == 1
    assert store.user_of_token("h1") is None


def test_token_of_nobody_is_refused(store: Store) -> None:
    with pytest.raises(IntegrityError):
        store.add_token("nobody", "h", "x")


def test_document_is_kept_once_by_its_hash(store: Store) -> None:
    document = b"\x00\xff<workflow/>"
    about = NewWorkflow(
        title="t", inputs=(("z", 0), ("a", 2)), details={"examples": {"z": "1"}}, owner="alice"
    )
    workflow_id = store.put_workflow(document, about)
    assert workflow_id == hashlib.sha256(document).hexdigest()
    assert store.put_workflow(document, NewWorkflow(title="other")) == workflow_id
    assert store.workflow_document(workflow_id) == document
    row = store.get_workflow(workflow_id)
    assert row is not None
    assert (row.title, row.inputs, row.outputs) == ("t", (("z", 0), ("a", 2)), ())
    assert (row.details, row.owner) == ({"examples": {"z": "1"}}, "alice")


def test_unknown_workflow_is_none(store: Store) -> None:
    assert store.get_workflow("no") is store.workflow_document("no") is None


def test_document_of_an_unknown_owner_is_refused(store: Store) -> None:
    with pytest.raises(IntegrityError):
        store.put_workflow(b"x", NewWorkflow(owner="nobody"))


def test_owner_may_everything_and_others_what_they_were_allowed(store: Store, run: Run) -> None:
    assert store.permission(run.id, "alice") == Permission.DESTROY
    assert store.permission(run.id, "bob") == Permission.NONE
    assert store.set_permission(run.id, "bob", Permission.UPDATE)
    assert store.set_permission(run.id, "bob", Permission.READ)
    assert store.permission(run.id, "bob") == Permission.READ
    assert store.permissions(run.id) == {"bob": Permission.READ}
    assert store.set_permission(run.id, "bob", Permission.NONE)
    assert store.permissions(run.id) == {}


def test_permission_for_a_run_that_is_gone_is_none(store: Store, run: Run) -> None:
    store.request_delete(run.id)
    assert store.permission(run.id, "alice") == Permission.NONE
    assert not store.set_permission(run.id, "bob", Permission.READ)


def test_shared_runs_are_those_of_others_that_may_be_read(
    store: Store, make_run: Callable[..., Run]
) -> None:
    shared, _private, own = make_run("alice"), make_run("alice"), make_run("bob")
    for run in (shared, own):
        store.set_permission(run.id, "bob", Permission.READ)
    assert list(store.list_shared_runs("bob")) == [shared]


def test_listener_properties_are_kept_per_listener(store: Store, run: Run) -> None:
    assert store.set_listener_property(run.id, "io", "notificationAddress", "mailto:a@example.org")
    assert store.set_listener_property(run.id, "io", "notificationAddress", "mailto:b@example.org")
    found = store.listener_properties(run.id, "io")
    assert found == {"notificationAddress": "mailto:b@example.org"}
    assert store.listener_properties(run.id, "other") == {}
    assert not store.set_listener_property("no", "io", "x", "y")


def test_lease_has_one_holder_until_it_runs_out(store: Store) -> None:
    assert store.take_lease("reconciler", "a", MINUTE, now=NOW)
    assert store.take_lease("reconciler", "a", MINUTE, now=NOW + MINUTE / 2)
    assert not store.take_lease("reconciler", "b", MINUTE, now=NOW + MINUTE)
    assert store.take_lease("reconciler", "b", MINUTE, now=NOW + 2 * MINUTE)
    lease = store.lease("reconciler")
    assert lease is not None
    assert (lease.holder, lease.expires) == ("b", NOW + 3 * MINUTE)


def test_lease_of_a_dead_holder_is_taken_at_once(store: Store) -> None:
    store.take_lease("reconciler", "dead", MINUTE)
    assert not store.take_lease("reconciler", "b", MINUTE, replacing="other")
    assert store.take_lease("reconciler", "b", MINUTE, replacing="dead")


def test_lease_given_back_is_free(store: Store) -> None:
    store.take_lease("reconciler", "a", MINUTE)
    assert not store.release_lease("reconciler", "b")
    assert store.release_lease("reconciler", "a")
    assert store.lease("reconciler") is None
    assert store.take_lease("reconciler", "b", MINUTE)


@pytest.mark.parametrize("text", ["\ud800", "a\0b"])
def test_text_that_cannot_be_kept_is_the_clients_mistake(store: Store, run: Run, text: str) -> None:
    keeps_nul = store._database.engine.dialect.name == "sqlite" and "\0" in text
    with nullcontext() if keeps_nul else pytest.raises(BadRequest, match="cannot be kept"):
        store.set_name(run.id, text)
    with nullcontext() if keeps_nul else pytest.raises(BadRequest, match="cannot be kept"):
        assert store.get_run(text) is None
    assert store.set_name(run.id, "still here")


def test_broken_connections_are_replaced(store: Store, postgres: str) -> None:
    if store._database.engine.dialect.name != "postgresql":
        pytest.skip("a file has no connections that break")
    import psycopg

    with psycopg.connect(postgres.format("postgres"), autocommit=True) as connection:
        connection.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE pid <> pg_backend_pid()"
        )
    assert len(store.list_users()) == 2
    assert store.set_disabled("bob", True)


def test_parts_of_the_store_hide_nothing_of_each_other() -> None:
    names = [name for part in Store.__bases__ for name in vars(part) if name[:2] != "__"]
    assert sorted(names) == sorted(set(names))


def test_setting_is_changed(store: Store) -> None:
    assert store.get_setting("x") is None
    store.set_setting("x", "1")
    store.set_setting("x", "2")
    assert store.get_setting("x") == "2"


def test_transaction_that_raises_leaves_nothing(store: Store) -> None:
    with suppress(RuntimeError), store._database.write() as connection:
        connection.execute(sa.text("DELETE FROM users"))
        raise RuntimeError
    assert len(store.list_users()) == 2


def test_migrations_make_the_tables_that_the_code_uses(store: Store) -> None:
    with store._database.engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, metadata) == []


def test_several_processes_may_migrate_at_once(database_url: str) -> None:
    stores = [Store.open(database_url) for _ in range(4)]
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(Store.migrate, stores))
    assert [store.run_count() for store in stores] == [0] * 4
    for store in stores:
        store.close()


def test_second_migration_changes_nothing(store: Store) -> None:
    store.migrate()
    assert len(store.list_users()) == 2


def test_reconciler_and_lists_read_indexes_only(database_url: str) -> None:
    """No statement of the hot path may look at every run."""
    from taverna_server.store import changes, reana, runs

    if not database_url.startswith("sqlite"):
        pytest.skip("a planner that looks at statistics takes no index for an empty table")
    store = Store.open(database_url)
    store.migrate()
    statements = [changes._UNSETTLED, runs._GET, runs._NEXT_OF_OWNER, runs._NEXT_SHARED, runs._DUE]
    scopes = [sa.select(every) for every in reana._SCOPES.values()]
    statements += [reana._ONE, *reana._BY_NAME, *scopes]
    with connect(database_url).read() as connection:
        for statement in statements:
            text = str(statement.compile(connection, compile_kwargs={"render_postcompile": True}))
            holes = (None,) * text.count("?")
            plan = connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {text}", holes).all()
            assert not [
                row.detail
                for row in plan
                if row.detail.startswith("SCAN runs") and "INDEX" not in row.detail
            ], text
