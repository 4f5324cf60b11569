from __future__ import annotations

import threading
from pathlib import Path

import pytest

from taverna_server.data.vault import KEY_FILE, Vault
from taverna_server.errors import ConfigurationError


def test_what_was_sealed_is_opened_by_the_same_key(tmp_path: Path) -> None:
    sealed = Vault.open(tmp_path).seal(b"secret", "run", "place")
    assert b"secret" not in sealed
    assert Vault.open(tmp_path).unseal(sealed, "run", "place") == b"secret"


def test_same_content_is_never_sealed_the_same(tmp_path: Path) -> None:
    vault = Vault.open(tmp_path)
    assert vault.seal(b"secret", "run") != vault.seal(b"secret", "run")


@pytest.mark.parametrize("about", [("other", "place"), ("run",), ("runpl", "ace"), ()])
def test_what_belongs_elsewhere_is_not_opened(tmp_path: Path, about: tuple[str, ...]) -> None:
    vault = Vault.open(tmp_path)
    with pytest.raises(ConfigurationError, match="not the key"):
        vault.unseal(vault.seal(b"secret", "run", "place"), *about)


@pytest.mark.parametrize("content", [b"", b"x" * 12, b"x" * 60])
def test_what_was_never_sealed_is_not_opened(tmp_path: Path, content: bytes) -> None:
    with pytest.raises(ConfigurationError, match="not the key"):
        Vault.open(tmp_path).unseal(content)


def test_key_is_for_the_server_alone(tmp_path: Path) -> None:
    Vault.open(tmp_path)
    assert (tmp_path / KEY_FILE).stat().st_mode & 0o777 == 0o600
    assert [path.name for path in tmp_path.iterdir()] == [KEY_FILE]


def test_key_that_anybody_may_read_is_refused(tmp_path: Path) -> None:
    Vault.open(tmp_path)
    (tmp_path / KEY_FILE).chmod(0o644)
    with pytest.raises(ConfigurationError, match="chmod 600"):
        Vault.open(tmp_path)


@pytest.mark.parametrize("content", [b"", b"short", b"\xff" * 32])
def test_file_that_is_no_key_is_refused(tmp_path: Path, content: bytes) -> None:
    Vault.open(tmp_path)
    (tmp_path / KEY_FILE).write_bytes(content)
    with pytest.raises(ConfigurationError, match="no key of this server"):
        Vault.open(tmp_path)


def test_many_who_come_at_once_have_one_key(tmp_path: Path) -> None:
    tokens: set[str] = set()
    start = threading.Barrier(16)

    def come() -> None:
        start.wait()
        tokens.add(Vault.open(tmp_path).run_token("run"))

    threads = [threading.Thread(target=come) for _ in range(16)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(tokens) == 1


def test_tokens_of_runs_differ(tmp_path: Path) -> None:
    vault = Vault.open(tmp_path)
    assert vault.run_token("a") != vault.run_token("b")
    assert len(vault.run_token("a")) == 64
