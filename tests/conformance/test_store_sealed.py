"""Sealed contents on every database: guarded by the run's state, erased with it."""

from __future__ import annotations

from datetime import UTC, datetime

from taverna_server.model.run import Run
from taverna_server.store import Store
from taverna_server.store.sealed import CREDENTIAL, TRUST

NOW = datetime(2026, 11, 22, tzinfo=UTC)


def test_contents_come_back_in_their_order(store: Store, run: Run) -> None:
    for id in ("z", "a", "m"):
        assert store.keep_sealed(run.id, CREDENTIAL, id, id.encode() + b"\0\xff")
    assert store.keep_sealed(run.id, CREDENTIAL, "z", b"other")
    assert store.keep_sealed(run.id, TRUST, "z", b"trust")
    found = store.sealed(run.id, CREDENTIAL)
    assert found == {"z": b"other", "a": b"a\0\xff", "m": b"m\0\xff"}
    assert list(found) == ["z", "a", "m"]


def test_one_kind_is_forgotten_without_the_other(store: Store, run: Run) -> None:
    for kind in (CREDENTIAL, TRUST):
        for id in "ab":
            store.keep_sealed(run.id, kind, id, b"x")
    assert store.remove_sealed(run.id, CREDENTIAL, "a")
    assert store.remove_sealed(run.id, CREDENTIAL, "never there")
    assert store.remove_sealed(run.id, TRUST)
    assert list(store.sealed(run.id, CREDENTIAL)) == ["b"]
    assert store.sealed(run.id, TRUST) == {}


def test_started_run_takes_nothing_and_can_be_erased(store: Store, run: Run) -> None:
    store.keep_sealed(run.id, CREDENTIAL, "a", b"x")
    store.request_start(run.id, NOW, 10)
    assert not store.keep_sealed(run.id, CREDENTIAL, "b", b"x")
    assert not store.remove_sealed(run.id, CREDENTIAL)
    assert list(store.sealed(run.id, CREDENTIAL)) == ["a"]
    store.erase_sealed(run.id)
    assert store.sealed(run.id, CREDENTIAL) == {}


def test_contents_go_with_their_run(store: Store, run: Run) -> None:
    store.keep_sealed(run.id, TRUST, "a", b"x")
    store.request_delete(run.id)
    assert not store.keep_sealed(run.id, TRUST, "b", b"x")
    store.forget_run(run.id)
    assert store.sealed(run.id, TRUST) == {}
