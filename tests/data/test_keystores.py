from __future__ import annotations

import contextlib

import pytest
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.serialization import (
    PrivateFormat,
    load_pem_private_key,
    pkcs12,
)
from cryptography.x509 import load_pem_x509_certificates
from hypothesis import given
from hypothesis import strategies as st

from taverna_server.data import keystores
from taverna_server.data.keystores import key_as_pem, open_key_store
from taverna_server.errors import InvalidCredential
from tests.keys import ALIAS, PASSWORD, certificate, jks_store, key, pkcs12_store


@pytest.mark.parametrize("file_type", ["PKCS12", "pkcs12", "JKS"])
def test_key_is_found_by_its_name(file_type: str) -> None:
    pem = key_as_pem(pkcs12_store(), file_type, ALIAS.lower(), PASSWORD)
    found = load_pem_private_key(pem, None)
    assert found.private_numbers() == key().private_numbers()
    (certificate,) = load_pem_x509_certificates(pem)
    assert certificate.subject.rfc4514_string() == "CN=Alice"


def test_key_without_name_is_called_one_as_by_java() -> None:
    assert key_as_pem(pkcs12_store(alias=None), "PKCS12", "1", PASSWORD)


@pytest.mark.parametrize("file_type", ["JKS", "PKCS12"])
def test_store_made_by_java_is_read(file_type: str) -> None:
    pem = key_as_pem(jks_store(), file_type, "ALICE", PASSWORD)
    (certificate,) = load_pem_x509_certificates(pem)
    found = load_pem_private_key(pem, None)
    assert found.public_key() == certificate.public_key()


@pytest.mark.parametrize("store", [pkcs12_store, jks_store])
def test_other_names_are_not_in_it(store) -> None:
    with pytest.raises(InvalidCredential, match="invalid: no such credential in key store"):
        key_as_pem(store(), "JKS", "nobody", PASSWORD)


@pytest.mark.parametrize("store", [pkcs12_store, jks_store, lambda: b"", lambda: b"\xfe\xed"])
def test_wrong_password_and_broken_store_are_the_same(store) -> None:
    with pytest.raises(InvalidCredential, match="cannot be read, or its password was incorrect"):
        key_as_pem(store(), "JKS", "alice", "wrong")


def test_unknown_type_is_named() -> None:
    with pytest.raises(InvalidCredential, match="UBER not found: key stores are JKS and PKCS12"):
        key_as_pem(pkcs12_store(), "UBER", ALIAS, PASSWORD)


@given(st.data())
def test_damaged_store_is_never_more_than_invalid(data: st.DataObject) -> None:
    whole = data.draw(st.sampled_from([jks_store(), pkcs12_store()]))
    place = data.draw(st.integers(0, len(whole) - 1))
    damaged = whole[:place] + data.draw(st.binary(max_size=8)) + whole[place + 4 :]
    with contextlib.suppress(InvalidCredential):
        key_as_pem(damaged, "JKS", "alice", PASSWORD)


def test_store_is_opened_by_a_process_of_its_own() -> None:
    pem = open_key_store(pkcs12_store(), "PKCS12", ALIAS, PASSWORD)
    assert load_pem_private_key(pem, None).private_numbers() == key().private_numbers()
    with pytest.raises(InvalidCredential, match="invalid: no such credential in key store"):
        open_key_store(pkcs12_store(), "PKCS12", "nobody", PASSWORD)


def test_store_that_wants_too_much_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    """Ten million rounds of hashing; others ask for two hundred times as many."""
    monkeypatch.setattr(keystores, "_PATIENCE", 0.5)
    with pytest.raises(InvalidCredential, match="takes too long"):
        open_key_store(slow_store(), "PKCS12", ALIAS, PASSWORD)


def slow_store() -> bytes:
    rounds = PrivateFormat.PKCS12.encryption_builder().kdf_rounds(10_000_000)
    encryption = rounds.hmac_hash(hashes.SHA256()).build(PASSWORD.encode())
    return pkcs12.serialize_key_and_certificates(
        ALIAS.encode(), key(), certificate(CN="Alice"), None, encryption
    )
