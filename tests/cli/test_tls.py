"""What is wrong with the files for TLS is said before the server starts."""

from __future__ import annotations

from pathlib import Path

import pytest
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    KeySerializationEncryption,
    NoEncryption,
    PrivateFormat,
)

from taverna_server.cli.web import check_tls
from taverna_server.config import load_config
from taverna_server.errors import ConfigurationError
from tests.keys import certificate, key, pem


@pytest.fixture
def papers(tmp_path: Path) -> dict[str, str]:
    """A certificate and its key."""
    (tmp_path / "server.pem").write_bytes(pem(certificate(CN="localhost")))
    write_key(tmp_path / "server.key", NoEncryption())
    return {
        "tls_certificate": str(tmp_path / "server.pem"),
        "tls_key": str(tmp_path / "server.key"),
    }


def write_key(path: Path, encryption: KeySerializationEncryption) -> None:
    path.write_bytes(key().private_bytes(Encoding.PEM, PrivateFormat.PKCS8, encryption))


def test_certificate_with_its_key_is_taken(papers: dict[str, str]) -> None:
    check_tls(load_config(papers))
    assert load_config(papers).internal_url.startswith("https://")


def test_no_tls_is_no_mistake() -> None:
    check_tls(load_config({}))
    assert load_config({}).internal_url.startswith("http://")


@pytest.mark.parametrize("name", ["tls_certificate", "tls_key"])
def test_one_file_without_the_other_is_refused(papers: dict[str, str], name: str) -> None:
    with pytest.raises(ConfigurationError, match="both tls_certificate and tls_key"):
        check_tls(load_config({name: papers[name]}))


@pytest.mark.parametrize("name", ["tls_certificate", "tls_key"])
def test_file_that_is_not_there_is_refused(papers: dict[str, str], name: str) -> None:
    Path(papers[name]).unlink()
    with pytest.raises(ConfigurationError, match="cannot use"):
        check_tls(load_config(papers))


def test_key_with_a_password_is_refused_without_asking(papers: dict[str, str]) -> None:
    write_key(Path(papers["tls_key"]), BestAvailableEncryption(b"secret"))
    with pytest.raises(ConfigurationError, match="without a password"):
        check_tls(load_config(papers))
