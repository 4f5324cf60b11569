"""Key stores: the key of a name, with its certificates, as PEM.

PKCS #12 is read by ``cryptography``. JKS, the type Java long had by default, is
read here: a list of entries, each key hidden by a stream of SHA-1 sums of the
password, and a sum over everything at the end. Like Java since 8, either type
may be called by the name of the other. Of several keys in a PKCS #12 store only
the first can be reached; clients of old send stores with one.

A store says itself how often its password is to be hashed, and may say two
thousand million times; ``cryptography`` would obey and hold up every thread of
the process meanwhile. So a store is opened by a process of its own
(``open_key_store``), with little time and memory, of which few run at once.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import resource
import struct
import subprocess
import sys
import threading
from collections.abc import Iterator
from dataclasses import dataclass

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_der_private_key,
    pkcs12,
)
from cryptography.x509 import Certificate, load_der_x509_certificate

from taverna_server.errors import InvalidCredential

DEFAULT_TYPE = "JKS"
READABLE = ("JKS", "PKCS12")
_JKS = b"\xfe\xed\xfe\xed"
_KEY, _CERTIFICATE = 1, 2
_SUM = 20
_UNREADABLE = (ValueError, TypeError, UnsupportedAlgorithm, struct.error, IndexError)


_CPU_SECONDS, _PATIENCE, _MEMORY = 5, 60.0, 2**30
_at_a_time = threading.BoundedSemaphore(2)


@dataclass(frozen=True, slots=True)
class Entry:
    """A key of a JKS file, still hidden."""

    alias: str
    hidden: bytes
    chain: tuple[bytes, ...]


def open_key_store(store: bytes, file_type: str, alias: str, password: str) -> bytes:
    """``key_as_pem`` in a process that can be given up.

    Raises:
        InvalidCredential: also when it takes too long.
    """
    order = [base64.b64encode(store).decode(), file_type, alias, password]
    command = [sys.executable, "-P", "-m", __name__]
    try:
        with _at_a_time:
            done = subprocess.run(
                command,
                input=json.dumps(order).encode(),
                capture_output=True,
                check=True,
                timeout=_PATIENCE,
            )
    except subprocess.SubprocessError as error:
        raise InvalidCredential("opening the key store takes too long") from error
    answer = json.loads(done.stdout)
    if "invalid" in answer:
        raise InvalidCredential(answer["invalid"])
    return str(answer["pem"]).encode()


def key_as_pem(store: bytes, file_type: str, alias: str, password: str) -> bytes:
    """The private key called ``alias``, not encrypted, and its certificates.

    Raises:
        InvalidCredential: saying what is wrong with the store, the name or the password.
    """
    if file_type.upper() not in READABLE:
        known = " and ".join(READABLE)
        raise InvalidCredential(f"{file_type[:40]} not found: key stores are {known}")
    read = _read_jks if store.startswith(_JKS) else _read_pkcs12
    try:
        return read(store, alias, password)
    except _UNREADABLE as error:
        raise InvalidCredential(
            "the key store cannot be read, or its password was incorrect"
        ) from error


def _read_pkcs12(store: bytes, alias: str, password: str) -> bytes:
    found = pkcs12.load_pkcs12(store, password.encode())
    if found.key is None:
        raise InvalidCredential("no such credential in key store")
    if found.cert is None:
        raise InvalidCredential("could not establish trust chain for credential")
    name = (found.cert.friendly_name or b"1").decode("utf-8", "replace")  # "1": as Java names it
    if not _is_called(name, alias):
        raise InvalidCredential("no such credential in key store")
    key = found.key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    return _pem(key, [found.cert.certificate, *(c.certificate for c in found.additional_certs)])


def _read_jks(store: bytes, alias: str, password: str) -> bytes:
    body, given = store[:-_SUM], store[-_SUM:]
    expected = _sha1(_utf16(password) + b"Mighty Aphrodite" + body)
    if not hmac.compare_digest(given, expected):
        raise ValueError("another password")
    entry = next((entry for entry in _entries(body) if _is_called(entry.alias, alias)), None)
    if entry is None:
        raise InvalidCredential("no such credential in key store")
    if not entry.chain:
        raise InvalidCredential("could not establish trust chain for credential")
    key = load_der_private_key(_revealed(entry.hidden, password), None)
    pem = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    return _pem(pem, [load_der_x509_certificate(certificate) for certificate in entry.chain])


def _pem(key: bytes, chain: list[Certificate]) -> bytes:
    return key + b"".join(certificate.public_bytes(Encoding.PEM) for certificate in chain)


def _is_called(name: str, wanted: str) -> bool:
    """Java's stores do not look at the case of names."""
    return name.lower() == wanted.lower()


class _Reader:
    """Numbers, names and blocks as ``java.io.DataInput`` reads them."""

    def __init__(self, content: bytes) -> None:
        self.content, self.at = content, 0

    def number(self, form: str) -> int:
        (value,) = struct.unpack_from(f">{form}", self.content, self.at)
        self.at += struct.calcsize(form)
        return int(value)

    def block(self, length: int) -> bytes:
        if self.at + length > len(self.content):
            raise ValueError("cut short")
        self.at += length
        return self.content[self.at - length : self.at]

    def name(self) -> str:
        return self.block(self.number("H")).decode("utf-8", "replace")


def _entries(body: bytes) -> Iterator[Entry]:
    reader = _Reader(body)
    reader.block(len(_JKS))
    version, count = reader.number("I"), reader.number("I")
    for _ in range(count):
        tag, alias = reader.number("I"), reader.name()
        reader.number("Q")  # when it was made
        if tag == _KEY:
            hidden = reader.block(reader.number("I"))
            chain = [_certificate(reader, version) for _ in range(reader.number("I"))]
            yield Entry(alias, hidden, tuple(chain))
        elif tag == _CERTIFICATE:
            _certificate(reader, version)
        else:
            raise ValueError(f"an entry of kind {tag}")


def _certificate(reader: _Reader, version: int) -> bytes:
    if version > 1:
        reader.name()  # its type, always X.509
    return reader.block(reader.number("I"))


def _revealed(hidden: bytes, password: str) -> bytes:
    """The key; its password is that of the store, or it has none."""
    sealed = _last_block(hidden)
    salt, content, check = sealed[:_SUM], sealed[_SUM:-_SUM], sealed[-_SUM:]
    for tried in (_utf16(password), b""):
        plain = bytes(a ^ b for a, b in zip(content, _stream(tried, salt), strict=False))
        if hmac.compare_digest(_sha1(tried + plain), check):
            return plain
    raise ValueError("the key has another password")


def _stream(password: bytes, salt: bytes) -> Iterator[int]:
    while True:
        salt = _sha1(password + salt)
        yield from salt


def _sha1(content: bytes) -> bytes:
    return hashlib.sha1(content, usedforsecurity=False).digest()  # the format has no better


def _utf16(password: str) -> bytes:
    return password.encode("utf-16-be")


def _last_block(der: bytes) -> bytes:
    """The octets in ``SEQUENCE { AlgorithmIdentifier, OCTET STRING }``."""
    inside, _ = _content(der, 0)
    _, end = _content(der, inside)
    start, stop = _content(der, end)
    return der[start:stop]


def _content(der: bytes, at: int) -> tuple[int, int]:
    """Where the content of the element at ``at`` begins and ends."""
    length, at = der[at + 1], at + 2
    if length & 0x80:
        size = length & 0x7F
        length, at = int.from_bytes(der[at : at + size]), at + size
    if at + length > len(der):
        raise ValueError("cut short")
    return at, at + length


def main() -> None:
    """Read an order of ``open_key_store`` and answer it."""
    resource.setrlimit(resource.RLIMIT_CPU, (_CPU_SECONDS, _CPU_SECONDS))
    resource.setrlimit(resource.RLIMIT_AS, (_MEMORY, _MEMORY))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    store, file_type, alias, password = json.load(sys.stdin)
    try:
        pem = key_as_pem(base64.b64decode(store), file_type, alias, password)
        answer = {"pem": pem.decode()}
    except InvalidCredential as error:
        answer = {"invalid": error.reason}
    json.dump(answer, sys.stdout)


if __name__ == "__main__":
    main()
