from __future__ import annotations

import base64
import getpass
import stat
from pathlib import Path

import pytest

from taverna_server.auth import Authenticator
from taverna_server.config import load_config
from taverna_server.errors import NotAuthenticated
from taverna_server.store import Store
from tests.cli.conftest import Command, Terminal


def login(data: Path, header: str) -> str:
    config = load_config({"data": str(data)})
    store = Store.open(config)
    try:
        user = Authenticator(store, config).authenticate(header)
        assert user is not None
        return user.name
    finally:
        store.close()


def basic(name: str, password: str) -> str:
    return "Basic " + base64.b64encode(f"{name}:{password}".encode()).decode()


def test_account_that_was_added_can_log_in(command: Command, data: Path) -> None:
    command("user", "add", "alice", "--password-stdin", stdin="two words \n")
    assert login(data, basic("alice", "two words ")) == "alice"


def test_data_belongs_to_its_owner_alone(command: Command, data: Path) -> None:
    command("user", "list")
    assert stat.S_IMODE(data.stat().st_mode) == 0o700
    assert {stat.S_IMODE(path.stat().st_mode) for path in data.iterdir()} == {0o600}


def test_list_shows_roles_and_states(command: Command) -> None:
    command("user", "add", "bob", "--password-stdin", stdin="x")
    command("user", "add", "alice", "--admin", "--password-stdin", stdin="x")
    command("user", "disable", "bob")
    assert command("user", "list") == "alice\tadmin\tenabled\nbob\tuser\tdisabled\n"
    command("user", "enable", "bob")
    assert command("user", "list").endswith("bob\tuser\tenabled\n")


@pytest.mark.parametrize(
    ("words", "stdin", "message"),
    [
        (["add", "alice", "--password-stdin"], "x", "there is already an account 'alice'"),
        (["add", "a.b", "--password-stdin"], "x", "bad user name; must be pure alphanumeric"),
        (["add", "bob", "--password-stdin"], "\n", "an account needs a password"),
        (["add", "bob"], "x", "no terminal to ask for the password on: use --password-stdin"),
        (["disable", "alcie"], "", "there is no account 'alcie'; did you mean 'alice'?"),
        (["token", "zzz"], "", "there is no account 'zzz'"),
    ],
)
def test_what_cannot_be_done_is_said(
    command: Command, words: list[str], stdin: str, message: str
) -> None:
    command("user", "add", "alice", "--password-stdin", stdin="x")
    assert command("user", *words, stdin=stdin, code=1) == f"taverna-server: {message}\n"


def test_new_password_replaces_the_old_one(command: Command, data: Path) -> None:
    command("user", "add", "alice", "--password-stdin", stdin="old")
    command("user", "password", "alice", "--password-stdin", stdin="new")
    assert login(data, basic("alice", "new")) == "alice"
    with pytest.raises(NotAuthenticated):
        login(data, basic("alice", "old"))


def test_token_is_printed_once_and_taken_back(command: Command, data: Path) -> None:
    command("user", "add", "alice", "--password-stdin", stdin="x")
    token = command("user", "token", "alice", "--label", "laptop").strip()
    assert login(data, f"Bearer {token}") == "alice"
    revoked = command("user", "token", "alice", "--label", "laptop", "--revoke")
    assert revoked == "1 tokens taken back\n"
    with pytest.raises(NotAuthenticated):
        login(data, f"Bearer {token}")


def test_password_asked_on_a_terminal_is_asked_twice(
    command: Command, data: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    answers = iter(["x", "y", "x", "x"])
    monkeypatch.setattr(getpass, "getpass", lambda prompt: next(answers))
    differ = command("user", "add", "alice", stdin=Terminal(), code=1)
    assert differ == "taverna-server: the two passwords differ\n"
    command("user", "add", "alice", stdin=Terminal())
    assert login(data, basic("alice", "x")) == "alice"


def test_runs_of_an_account_execute_as_a_user_of_the_machine(command: Command, data: Path) -> None:
    command("user", "add", "alice", "--password-stdin", stdin="x")
    assert "execute as nobody" in command("user", "local", "alice", "nobody")
    assert local_user_of(data, "alice") == "nobody"
    assert "execute as the default user" in command("user", "local", "alice")
    assert local_user_of(data, "alice") is None


@pytest.mark.parametrize(
    ("user", "why"), [("no-such-user", "no user 'no-such-user'"), ("root", "superuser")]
)
def test_users_that_runs_cannot_execute_as_are_refused(
    command: Command, data: Path, user: str, why: str
) -> None:
    command("user", "add", "alice", "--password-stdin", stdin="x")
    assert why in command("user", "local", "alice", user, code=1)
    assert local_user_of(data, "alice") is None


def local_user_of(data: Path, name: str) -> str | None:
    store = Store.open(load_config({"data": str(data)}))
    try:
        user = store.get_user(name)
        assert user is not None
        return user.local_user
    finally:
        store.close()
