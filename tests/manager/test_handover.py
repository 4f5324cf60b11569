"""What the engine is given at the start, and what is left of it."""

from __future__ import annotations

from dataclasses import replace

import pytest

from taverna_server.config import Config
from taverna_server.data.credentials import credentials_for, read_credentials
from taverna_server.data.rundir import RunDirectory
from taverna_server.data.vault import KEY_FILE
from taverna_server.errors import BadStateChange, RunRefused
from taverna_server.manager import RunManager
from taverna_server.manager.handover import Handover
from taverna_server.manager.security import Security
from taverna_server.manager.status import FINISHED, OPERATING
from taverna_server.model.credentials import KeyPair, Trust, UserPass
from taverna_server.model.identity import User
from taverna_server.model.run import Run
from taverna_server.store import Store
from taverna_server.store.sealed import CREDENTIAL
from tests.keys import ALIAS, PASSWORD, certificate, pem, pkcs12_store
from tests.manager.houses import InThread, until

LOGIN = UserPass("1", "https://example.org/", "alice77", "looking-glass")
KEY = KeyPair("2", "", ALIAS, None, "PKCS12", PASSWORD, pkcs12_store())
TRUST = Trust("1", pem(certificate(CN="host")))


@pytest.fixture
def given(manager: RunManager, alice: User, run: Run) -> Run:
    manager.set_credential(alice, run.id, LOGIN)
    manager.set_credential(alice, run.id, KEY)
    manager.set_trust(alice, run.id, TRUST)
    return run


@pytest.fixture
def directory(config: Config, run: Run) -> RunDirectory:
    return RunDirectory(config.runs_directory / run.id)


def test_giving_twice_is_giving_once(
    store: Store, config: Config, given: Run, directory: RunDirectory
) -> None:
    """As when the reconciler is killed between the files and the start."""
    Handover(store, config).give(given, directory)
    first = {path.name: path.read_bytes() for path in directory.security.iterdir()}
    Handover(store, config).give(given, directory)
    assert {path.name: path.read_bytes() for path in directory.security.iterdir()} == first
    assert sorted(first) == ["2.pem", "2.store", "credentials.json", "trusts.pem"]


def test_own_account_is_for_the_public_and_the_internal_address(
    store: Store, config: Config, run: Run, directory: RunDirectory
) -> None:
    config = replace(config, public_url="https://runs.example.org/taverna-server", port=1234)
    Handover(store, config).give(run, directory)
    addresses = [account.service_uri for account in read_credentials(directory)]
    assert addresses == [
        f"https://runs.example.org/taverna-server/rest/runs/{run.id}/#tavernaserver",
        f"http://127.0.0.1:1234/rest/runs/{run.id}/#tavernaserver",
    ]


@pytest.mark.parametrize(
    ("host", "url"),
    [
        ("0.0.0.0", "http://127.0.0.1:8080"),
        ("::", "http://[::1]:8080"),
        ("192.0.2.7", "http://192.0.2.7:8080"),
    ],
)
def test_internal_address_is_one_to_connect_to(host: str, url: str) -> None:
    assert Config(host=host).internal_url == url


def test_lost_key_ends_the_run_with_a_sentence(
    store: Store, config: Config, given: Run, directory: RunDirectory
) -> None:
    (config.data / KEY_FILE).unlink()
    with pytest.raises(RunRefused, match=r"server\.key is not the key that this database"):
        Handover(store, config).give(given, directory)


def test_credentials_are_erased_when_the_engine_has_them(
    manager: RunManager, store: Store, alice: User
) -> None:
    house = InThread(manager, alice)
    run_id = house.create("NeverEnds")
    manager.set_credential(alice, run_id, LOGIN)
    house.open()
    try:
        manager.set_status(alice, run_id, OPERATING)
        until(lambda: store.sealed(run_id, CREDENTIAL) == {})
        (found,) = credentials_for(house.directory(run_id), "https://example.org/x")
        assert found.password == "looking-glass"
        house.clear_away()
    finally:
        house.close()


def test_credentials_of_a_run_that_never_starts_are_erased(
    manager: RunManager, store: Store, alice: User
) -> None:
    house = InThread(manager, alice)
    run_id = house.create("Ends")
    manager.set_credential(alice, run_id, LOGIN)
    manager.set_status(alice, run_id, FINISHED)
    assert manager.credentials(alice, run_id) == []
    house.open()
    try:
        house.until_observed(run_id, FINISHED)
        assert store.sealed(run_id, CREDENTIAL) == {}
    finally:
        house.close()


def test_start_that_comes_between_reading_and_writing_wins(
    manager: RunManager, alice: User, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = Security._changeable

    def slow(self: Security, caller: User, run_id: str) -> Run:
        found = real(self, caller, run_id)
        manager.set_status(alice, run_id, OPERATING)
        return found

    monkeypatch.setattr(Security, "_changeable", slow)
    with pytest.raises(BadStateChange, match="cannot do that state change"):
        manager.set_credential(alice, run.id, LOGIN)


def test_secrets_do_not_show_when_printed() -> None:
    printed = repr([LOGIN, KEY, TRUST])
    assert "looking-glass" not in printed
    assert PASSWORD not in printed
    assert "alice77" in printed
