from __future__ import annotations

import pytest

from taverna_server.data.credentials import credentials_for
from taverna_server.data.rundir import RunDirectory
from taverna_server.data.vault import Vault
from taverna_server.errors import ConfigurationError, Invalid, UnknownCredential
from taverna_server.manager import RunManager
from taverna_server.manager.handover import Handover
from taverna_server.manager.services import logins_for
from taverna_server.model.identity import User
from taverna_server.store import Store
from tests.manager.conftest import WORKFLOW

GIVEN = {"uri": "https://example.org/", "login": "me", "password": "words"}


def logins(manager: RunManager, store: Store, owner: str) -> list[tuple[str, str, str]]:
    return list(logins_for(store, Vault.open(manager.config.data), owner))


def test_run_gets_those_of_its_owner_and_everybodys(
    manager: RunManager, store: Store, alice: User, root: User
) -> None:
    manager.add_service_credential(root, {**GIVEN, "login": "all"}, for_everybody=True)
    manager.add_service_credential(alice, GIVEN)
    assert logins(manager, store, "alice") == [
        ("https://example.org/", "me", "words"),
        ("https://example.org/", "all", "words"),
    ]
    assert [login for _, login, _ in logins(manager, store, "bob")] == ["all"]


def test_engine_is_given_them_and_that_of_a_guest_is_not(
    manager: RunManager, store: Store, alice: User, root: User
) -> None:
    manager.add_service_credential(root, GIVEN, for_everybody=True)
    entry = manager.add_entry(alice, WORKFLOW, published=True)
    handover = Handover(store, manager.config)
    for user, expected in ((alice, [("me", "words")]), (manager.guest(), [])):
        run = manager.create_run_of(user, entry)
        directory = RunDirectory(manager.config.runs_directory / run.id)
        handover.give(run, directory)
        found = credentials_for(directory, "https://example.org/x")
        assert [(it.username, it.password) for it in found] == expected


def test_password_stays_until_another_is_given(
    manager: RunManager, store: Store, alice: User
) -> None:
    number = manager.add_service_credential(alice, GIVEN).number
    manager.change_service_credential(alice, number, {"login": "you", "password": ""})
    assert logins(manager, store, "alice") == [("https://example.org/", "you", "words")]
    manager.change_service_credential(alice, number, {"password": "other"})
    assert logins(manager, store, "alice")[0][2] == "other"


def test_row_that_is_moved_cannot_be_opened(manager: RunManager, store: Store, alice: User) -> None:
    first = manager.add_service_credential(alice, GIVEN).number
    second = manager.add_service_credential(alice, {**GIVEN, "password": "x"}).number
    store.change_service_credential(second, password=store.sealed_password(first))
    with pytest.raises(ConfigurationError):
        logins(manager, store, "alice")


@pytest.mark.parametrize("name", ["uri", "login", "password"])
def test_what_is_needed_may_not_be_blank(manager: RunManager, alice: User, name: str) -> None:
    """Check K1."""
    with pytest.raises(Invalid) as caught:
        manager.add_service_credential(alice, {**GIVEN, name: " "})
    assert caught.value.fields == {name: ("can't be blank",)}


def test_those_of_others_are_not_there(
    manager: RunManager, alice: User, bob: User, root: User
) -> None:
    number = manager.add_service_credential(alice, GIVEN).number
    for other in (bob, root):
        with pytest.raises(UnknownCredential):
            manager.service_credential(other, number)
        with pytest.raises(UnknownCredential):
            manager.remove_service_credential(other, number)
    with pytest.raises(Invalid):
        manager.add_service_credential(bob, GIVEN, for_everybody=True)
