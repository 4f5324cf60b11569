from __future__ import annotations

from pathlib import Path

import pytest

from taverna_server.data.credentials import (
    TRUSTS,
    EngineCredential,
    credentials_for,
    read_credentials,
    trusted_certificates,
    write_credentials,
)
from taverna_server.data.rundir import RunDirectory

SERVICE = "https://services.example.com"


@pytest.fixture
def directory(tmp_path: Path) -> RunDirectory:
    directory = RunDirectory(tmp_path / "run")
    directory.create(b"")
    return directory


def logins(*uris: str) -> list[EngineCredential]:
    return [EngineCredential("userpass", uri, f"user {n}", "pw") for n, uri in enumerate(uris)]


def found(directory: RunDirectory, uri: str, realm: str | None = None) -> list[str]:
    return [given.service_uri for given in credentials_for(directory, uri, realm)]


def test_what_was_written_is_read(directory: RunDirectory) -> None:
    key = EngineCredential("keypair", "", name="k", store="1.store", pem="1.pem")
    login = EngineCredential("userpass", SERVICE, "alice", "geheim\u2028\0")
    write_credentials(directory, [key, login], {"1.store": b"s", "1.pem": b"p", TRUSTS: b"t"})
    read_key, read_login = read_credentials(directory)
    assert read_login == login
    assert Path(read_key.store).read_bytes() == b"s"
    assert Path(read_key.pem).read_bytes() == b"p"
    trusts = trusted_certificates(directory)
    assert trusts is not None
    assert trusts.read_bytes() == b"t"


def test_only_the_owner_of_the_files_may_read_them(directory: RunDirectory) -> None:
    write_credentials(directory, logins(SERVICE), {"1.pem": b"p"})
    assert directory.security.stat().st_mode & 0o777 == 0o700
    modes = {path.stat().st_mode & 0o777 for path in directory.security.iterdir()}
    assert modes == {0o600}


def test_run_without_server_has_none(tmp_path: Path) -> None:
    directory = RunDirectory(tmp_path)
    assert read_credentials(directory) == []
    assert credentials_for(directory, SERVICE) == []
    assert trusted_certificates(directory) is None


def test_nearest_address_is_best_and_then_the_newer(directory: RunDirectory) -> None:
    uris = [f"{SERVICE}/a", SERVICE, f"{SERVICE}/a/b", "", f"{SERVICE}/a/"]
    write_credentials(directory, logins(*uris), {})
    assert found(directory, f"{SERVICE}/a/b/c?q#f") == [
        f"{SERVICE}/a/b", f"{SERVICE}/a/", f"{SERVICE}/a", SERVICE, ""
    ]  # fmt: skip


@pytest.mark.parametrize(
    "uri",
    [
        "http://services.example.com/a/b",
        "https://services.example.com:8443/a/b",
        "https://services.example.com.evil.example/a/b",
        "https://services.example.com@evil.example/a/b",
        "https://services.example.com/ab",
        "https://services.example.com/a/../x",
        "https://services.example.com/a/%2e%2E/x",
        "https://services.example.com/",
    ],
)
def test_other_addresses_get_nothing(directory: RunDirectory, uri: str) -> None:
    write_credentials(directory, logins(f"{SERVICE}/a"), {})
    assert found(directory, uri) == []


@pytest.mark.parametrize(
    "uri", ["https://services.example.com:443/a", "HTTPS://Services.Example.com/a//b/"]
)
def test_same_address_in_another_spelling_is_the_same(directory: RunDirectory, uri: str) -> None:
    write_credentials(directory, logins(f"{SERVICE}/a"), {})
    assert found(directory, uri) == [f"{SERVICE}/a"]


def test_realm_in_the_fragment_counts_when_it_is_known(directory: RunDirectory) -> None:
    write_credentials(directory, logins(f"{SERVICE}/#one", f"{SERVICE}/#two", f"{SERVICE}/a"), {})
    asked = f"{SERVICE}/a/b"
    assert found(directory, asked, "one") == [f"{SERVICE}/#one", f"{SERVICE}/a"]
    assert found(directory, asked, "three") == [f"{SERVICE}/a"]
    assert found(directory, asked) == [f"{SERVICE}/a", f"{SERVICE}/#two", f"{SERVICE}/#one"]


@pytest.mark.parametrize("fragment", ["été 1", "%C3%A9t%C3%A9%201", "%FE%FF%00%E9t%FE%FF%00%E9+1"])
def test_realm_may_be_escaped_as_taverna_did(directory: RunDirectory, fragment: str) -> None:
    write_credentials(directory, logins(f"{SERVICE}/#{fragment}"), {})
    assert found(directory, f"{SERVICE}/a", "été 1")
    assert not found(directory, f"{SERVICE}/a", "été 2")


def test_secrets_are_not_in_what_is_printed() -> None:
    assert "pw" not in repr(logins(SERVICE))
