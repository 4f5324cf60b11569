"""Sessions of browsers: how long they last, and what their forms carry."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from taverna_server.auth import Sessions, hash_token
from taverna_server.config import Config
from taverna_server.model.identity import User
from taverna_server.store import Store

ALICE = User("alice")


@pytest.fixture
def config(tmp_path: Path) -> Config:
    return Config(data=tmp_path, session_lifetime=60, remembered_lifetime=2)


@pytest.fixture
def store(config: Config) -> Store:
    made = Store.open(config)
    made.migrate()
    made.add_user("alice", "no password")
    return made


@pytest.fixture
def sessions(store: Store, config: Config) -> Sessions:
    return Sessions(store, config)


def left(store: Store, token: str) -> timedelta:
    row = store.session(hash_token(token))
    assert row is not None
    return row.expires - datetime.now(UTC)


def test_database_does_not_know_the_token(sessions: Sessions, store: Store) -> None:
    token = sessions.begin(ALICE)
    assert store.session(token) is None
    found = sessions.find(token)
    assert found is not None
    assert found.user == ALICE
    assert token not in found.id


def test_session_lasts_longer_for_those_who_want_to_stay(sessions: Sessions, store: Store) -> None:
    short, long = sessions.begin(ALICE), sessions.begin(ALICE, remember=True)
    assert timedelta(minutes=59) < left(store, short) <= timedelta(hours=1)
    assert timedelta(hours=47) < left(store, long) <= timedelta(days=2)


def test_use_moves_the_end(sessions: Sessions, store: Store) -> None:
    token = sessions.begin(ALICE)
    soon = datetime.now(UTC) + timedelta(minutes=20)
    store.prolong_session(hash_token(token), soon)
    assert sessions.find(token) is not None
    assert left(store, token) > timedelta(minutes=59)
    late = datetime.now(UTC) - timedelta(seconds=1)
    store.prolong_session(hash_token(token), late)
    assert sessions.find(token) is None


def test_disabled_account_has_no_session(sessions: Sessions, store: Store) -> None:
    token = sessions.begin(ALICE)
    store.set_disabled("alice", True)
    assert sessions.find(token) is None


def test_token_of_forms_is_of_one_session(sessions: Sessions) -> None:
    first, second = (sessions.find(sessions.begin(ALICE)) for _ in range(2))
    token = sessions.form_token(ALICE, first)
    assert sessions.is_form_token(token, ALICE, first)
    for session in (second, None):
        assert not sessions.is_form_token(token, ALICE, session)
    assert not sessions.is_form_token("", ALICE, first)
    assert not sessions.is_form_token("\ud800", ALICE, first)
    assert not sessions.is_form_token(token, User("bob"), first)
