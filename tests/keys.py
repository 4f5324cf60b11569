"""Keys and certificates made anew for each session of tests, in every form there is."""

from __future__ import annotations

import functools
import shutil
import subprocess
import tempfile
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    pkcs12,
)
from cryptography.x509 import Certificate, CertificateBuilder, Name, NameAttribute
from cryptography.x509 import random_serial_number as serial_number
from cryptography.x509.oid import NameOID

PASSWORD = "rabbit-hole"
ALIAS = "Imported Certificate"


@functools.cache
def key() -> ec.EllipticCurvePrivateKey:
    return ec.generate_private_key(ec.SECP256R1())


@functools.cache
def certificate(**subject: str) -> Certificate:
    """Signed by itself; ``CN="x"`` and so on say whose it is."""
    kinds = {
        "CN": NameOID.COMMON_NAME,
        "OU": NameOID.ORGANIZATIONAL_UNIT_NAME,
        "O": NameOID.ORGANIZATION_NAME,
        "L": NameOID.LOCALITY_NAME,
    }
    name = Name([NameAttribute(kinds[kind], value) for kind, value in subject.items()])
    now = datetime.now(UTC)
    return (
        CertificateBuilder(name, name, key().public_key(), serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .sign(key(), hashes.SHA256())
    )


def pem(certificate: Certificate) -> bytes:
    return certificate.public_bytes(Encoding.PEM)


def der(certificate: Certificate) -> bytes:
    return certificate.public_bytes(Encoding.DER)


@functools.cache
def pkcs12_store(alias: str | None = ALIAS, password: str = PASSWORD) -> bytes:
    return pkcs12.serialize_key_and_certificates(
        alias.encode() if alias else None,
        key(),
        certificate(CN="Alice"),
        None,
        BestAvailableEncryption(password.encode()),
    )


@functools.cache
def jks_store() -> bytes:
    """A key store of the old type, made by Java; its key is called ``alice``."""
    keytool = shutil.which("keytool")
    if keytool is None:
        pytest.skip("no keytool: Java is not installed")
    with tempfile.TemporaryDirectory() as directory:
        path = Path(directory) / "key.jks"
        subprocess.run(
            [
                keytool, "-genkeypair", "-alias", "Alice", "-keyalg", "EC", "-dname", "CN=Alice",
                "-storetype", "JKS", "-keystore", path,
                "-storepass", PASSWORD, "-keypass", PASSWORD,
            ],
            check=True,
            capture_output=True,
        )  # fmt: skip
        return path.read_bytes()
