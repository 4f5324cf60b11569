from __future__ import annotations

import base64
import logging
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from taverna_server.auth import Authenticator, hash_password, hash_token, new_token
from taverna_server.auth import passwords as passwords_module
from taverna_server.config import Config, load_config
from taverna_server.errors import NotAuthenticated
from taverna_server.model.identity import User
from taverna_server.store import Store

PASSWORD = "lööking:glass "
HASH = hash_password(PASSWORD)


@pytest.fixture
def config(tmp_path: Path) -> Config:
    return load_config({"data": str(tmp_path)})


@pytest.fixture
def store(config: Config) -> Iterator[Store]:
    store = Store.open(config)
    store.migrate()
    store.add_user("alice", HASH)
    yield store
    store.close()


@pytest.fixture
def authenticator(store: Store, config: Config) -> Authenticator:
    return Authenticator(store, config)


@pytest.fixture
def checks(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Grows by one with each slow check of a password."""
    done: list[str] = []
    real = passwords_module.check_password_hash

    def counted(stored: str, password: str) -> bool:
        done.append(password)
        return real(stored, password)

    monkeypatch.setattr(passwords_module, "check_password_hash", counted)
    return done


def basic(name: str, password: str, encoding: str = "utf-8") -> str:
    return "Basic " + base64.b64encode(f"{name}:{password}".encode(encoding)).decode()


def test_no_header_is_nobody(authenticator: Authenticator) -> None:
    assert authenticator.authenticate(None) is None


@pytest.mark.parametrize("encoding", ["utf-8", "latin-1"])
def test_right_password_is_its_user(authenticator: Authenticator, encoding: str) -> None:
    assert authenticator.authenticate(basic("alice", PASSWORD, encoding)) == User("alice")


def test_scheme_is_known_in_any_case(authenticator: Authenticator) -> None:
    header = basic("alice", PASSWORD)
    assert authenticator.authenticate("bAsIc" + header[5:]) == User("alice")


@pytest.mark.parametrize(
    "header",
    [
        basic("alice", "wrong"),
        basic("alice", ""),
        basic("Alice", PASSWORD),
        basic("nobody", PASSWORD),
        basic("alice\0", PASSWORD),
        "Basic",
        "Basic not base64!",
        "Basic " + base64.b64encode(b"no colon").decode(),
        "Bearer",
        "Bearer tvs_wrong",
        "Digest username=alice",
        "",
        "Bearer \udcff",
    ],
)
def test_wrong_credentials_get_one_answer(authenticator: Authenticator, header: str) -> None:
    with pytest.raises(NotAuthenticated, match=r"^wrong user name, password or token$"):
        authenticator.authenticate(header)


def test_token_is_its_user(authenticator: Authenticator, store: Store) -> None:
    token = new_token()
    store.add_token("alice", hash_token(token), "laptop")
    assert authenticator.authenticate(f"Bearer {token}") == User("alice")
    assert token not in Path(store._database.engine.url.database or "").read_text("latin-1")


def test_disabled_account_is_refused_at_once(authenticator: Authenticator, store: Store) -> None:
    token = new_token()
    store.add_token("alice", hash_token(token), "laptop")
    headers = (basic("alice", PASSWORD), f"Bearer {token}")
    assert all(authenticator.authenticate(header) for header in headers)
    store.set_disabled("alice", True)
    for header in headers:
        with pytest.raises(NotAuthenticated):
            authenticator.authenticate(header)


def test_right_password_is_checked_once(authenticator: Authenticator, checks: list[str]) -> None:
    for _ in range(50):
        authenticator.authenticate(basic("alice", PASSWORD))
    assert checks == [PASSWORD]


def test_crowd_of_first_requests_is_checked_few_times(
    authenticator: Authenticator, checks: list[str]
) -> None:
    with ThreadPoolExecutor(40) as pool:
        found = list(pool.map(authenticator.authenticate, [basic("alice", PASSWORD)] * 40))
    assert found == [User("alice")] * 40
    assert len(checks) <= passwords_module.CHECKS_AT_A_TIME


def test_changed_password_counts_from_the_next_request(
    authenticator: Authenticator, store: Store
) -> None:
    assert authenticator.authenticate(basic("alice", PASSWORD))
    store.set_password("alice", hash_password("new"))
    with pytest.raises(NotAuthenticated):
        authenticator.authenticate(basic("alice", PASSWORD))
    assert authenticator.authenticate(basic("alice", "new"))


def test_remembered_login_is_checked_again_after_a_while(store: Store, checks: list[str]) -> None:
    forgetful = Authenticator(store, load_config({"login_memory": "0"}))
    for _ in range(2):
        forgetful.authenticate(basic("alice", PASSWORD))
    assert len(checks) == 2


def test_wrong_password_is_not_remembered(authenticator: Authenticator, checks: list[str]) -> None:
    for _ in range(2):
        with pytest.raises(NotAuthenticated):
            authenticator.authenticate(basic("alice", "wrong"))
    assert len(checks) == 2


def test_unknown_name_takes_as_long_as_a_wrong_password(authenticator: Authenticator) -> None:
    def cost(name: str) -> float:
        start = time.thread_time()
        with pytest.raises(NotAuthenticated):
            authenticator.authenticate(basic(name, "wrong"))
        return time.thread_time() - start

    assert min(cost("nobody") for _ in range(3)) > 0.5 * min(cost("alice") for _ in range(3))


def test_memory_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(passwords_module, "REMEMBERED", 3)
    monkeypatch.setattr(passwords_module, "check_password_hash", lambda stored, password: True)
    checker = passwords_module.PasswordChecker(60)
    assert all(checker.is_right(str(n), "p", HASH) for n in range(10))
    assert len(checker._known) == 3


def test_password_is_never_logged(
    authenticator: Authenticator, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    authenticator.authenticate(basic("alice", PASSWORD))
    with pytest.raises(NotAuthenticated) as raised:
        authenticator.authenticate(basic("alice", "looking-brass"))
    assert "looking-brass" not in caplog.text + str(raised.value)
