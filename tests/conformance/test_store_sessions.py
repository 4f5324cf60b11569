"""Sessions, failed attempts, and the names and addresses of people."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from taverna_server.errors import BadRequest
from taverna_server.store import Store

SOON = timedelta(minutes=5)


def now() -> datetime:
    return datetime.now(UTC)


def test_session_lasts_until_it_is_over(store: Store) -> None:
    store.add_session("h1", "alice", now() + SOON, 300)
    found = store.session("h1")
    assert found is not None
    assert (found.user.name, found.hash, found.lifetime) == ("alice", "h1", 300)
    store.prolong_session("h1", now() - SOON)
    assert store.session("h1") is None
    assert store.session("h2") is None


def test_sessions_end_one_by_one_and_all_together(store: Store) -> None:
    for session, user in (("h1", "alice"), ("h2", "alice"), ("h3", "bob")):
        store.add_session(session, user, now() + SOON, 300)
    store.end_session("h1")
    assert [store.session(it) is None for it in ("h1", "h2", "h3")] == [True, False, False]
    store.end_sessions("alice")
    assert [store.session(it) is None for it in ("h2", "h3")] == [True, False]


def test_changed_password_ends_sessions(store: Store) -> None:
    for session, user in (("h1", "alice"), ("h2", "bob")):
        store.add_session(session, user, now() + SOON, 300)
    assert store.set_password("alice", "new")
    assert [store.session(it) is None for it in ("h1", "h2")] == [True, False]


def test_removed_account_has_no_sessions(store: Store) -> None:
    store.add_user("carol", "hash")
    store.add_session("h1", "carol", now() + SOON, 300)
    assert store.remove_user("carol")
    assert store.session("h1") is None


def test_failures_are_counted_until_their_time_is_over(store: Store) -> None:
    until = now() + SOON
    for _ in range(3):
        store.count_failure("alice", until)
    store.count_failure("bob", now() - SOON)
    found = store.failures(["alice", "bob", "eve"])
    assert {about: it.count for about, it in found.items()} == {"alice": 3}
    assert abs(found["alice"].until - until) < timedelta(milliseconds=1)
    store.count_failure("bob", until)
    assert store.failures(["bob"])["bob"].count == 1
    store.forget_failures("alice")
    assert not store.failures(["alice"])


def test_addresses_belong_to_one_account(store: Store) -> None:
    assert store.set_email("alice", "a@example.org")
    assert store.set_full_name("alice", "Alice")
    found = store.user_of_email("a@example.org")
    assert found is not None
    assert (found.name, found.full_name) == ("alice", "Alice")
    with pytest.raises(BadRequest):
        store.set_email("bob", "a@example.org")
    assert store.set_email("alice", None)
    assert store.set_email("bob", "a@example.org")
    assert store.has_users()
