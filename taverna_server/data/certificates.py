"""Certificates as clients send them: PEM or DER, one or several, or PKCS #7."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.serialization import Encoding, pkcs7
from cryptography.x509 import (
    Certificate,
    load_der_x509_certificate,
    load_pem_x509_certificates,
)
from cryptography.x509.oid import NameOID

from taverna_server.errors import InvalidCredential

DEFAULT_TYPE = "X.509"
ALIASES = ("X.509", "X509")
"""Whatever their case: what clients call the one type there is (protocol dossier 10.5)."""
_NAMES = (NameOID.COMMON_NAME, NameOID.ORGANIZATIONAL_UNIT_NAME, NameOID.ORGANIZATION_NAME)


def read_certificates(content: bytes, file_type: str = DEFAULT_TYPE) -> list[Certificate]:
    """All certificates in it.

    Raises:
        InvalidCredential: another type, no certificate, or one that cannot be read.
    """
    if file_type.upper() not in ALIASES:
        raise InvalidCredential(f"{file_type[:40]} not found: certificates are {DEFAULT_TYPE}")
    try:
        found = list(_read(content))
    except (ValueError, TypeError, UnsupportedAlgorithm) as error:
        raise InvalidCredential("the certificate cannot be read") from error
    if not found:
        raise InvalidCredential("there is no certificate in it")
    return found


def name_of(certificate: Certificate) -> str:
    """The first of CN, OU and O in its subject, else ``none``."""
    for kind in _NAMES:
        for attribute in certificate.subject.get_attributes_for_oid(kind):
            return str(attribute.value)
    return "none"


def as_pem(certificates: Sequence[Certificate]) -> bytes:
    """One after the other, as TLS libraries read them."""
    return b"".join(certificate.public_bytes(Encoding.PEM) for certificate in certificates)


def _read(content: bytes) -> Iterator[Certificate]:
    if b"-----BEGIN PKCS7" in content:
        yield from pkcs7.load_pem_pkcs7_certificates(content)
    elif b"-----BEGIN" in content:
        yield from load_pem_x509_certificates(content)
    else:
        yield from _read_der(content)


def _read_der(content: bytes) -> Iterator[Certificate]:
    """Certificates end to end, or one PKCS #7 container."""
    first = _first_element(content)
    try:
        yield load_der_x509_certificate(first)
    except ValueError:
        yield from pkcs7.load_der_pkcs7_certificates(content)
        return
    while content := content[len(first) :]:
        first = _first_element(content)
        yield load_der_x509_certificate(first)


def _first_element(content: bytes) -> bytes:
    if len(content) < 2:
        raise ValueError("cut short")
    length, header = content[1], 2
    if length & 0x80:
        size = length & 0x7F
        length, header = int.from_bytes(content[2 : 2 + size]), 2 + size
    return content[: header + length]
