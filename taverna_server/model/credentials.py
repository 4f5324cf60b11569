"""What a run may show to services, and whom it trusts (protocol dossier 10.4, 10.5).

Secrets do not appear in the ``repr`` of these: a log line that holds one gives
nothing away.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

USERPASS, KEYPAIR, CAGRIDPROXY = "userpass", "keypair", "cagridproxy"


@dataclass(frozen=True, slots=True)
class UserPass:
    """A name and a password for the services below an address."""

    id: str
    service_uri: str
    username: str
    password: str = field(default="", repr=False)
    kind: str = USERPASS


@dataclass(frozen=True, slots=True)
class KeyPair:
    """A key and its certificates in a key store; also a caGrid proxy, of which nothing is known."""

    id: str
    service_uri: str = ""
    """Empty: for every service that asks for a certificate."""
    credential_name: str = ""
    """The alias of the key in the store."""
    credential_file: str | None = None
    """The file below ``wd`` that the store was read from; None when it was sent along."""
    file_type: str = "JKS"
    unlock_password: str = field(default="", repr=False)
    credential_bytes: bytes = field(default=b"", repr=False)
    """The key store itself."""
    pem: bytes = field(default=b"", repr=False)
    """The key, not encrypted, and its certificates, once the store was opened."""
    kind: str = KEYPAIR


@dataclass(frozen=True, slots=True)
class ServiceCredential:
    """A login that is kept for all runs of a user, without its password (Player dossier 1.11)."""

    number: int
    owner: str | None
    """None: for the runs of everybody."""
    name: str
    description: str
    uri: str
    """``https://host/``, also with ``#realm``; a WSDL; ``rserve://host``."""
    login: str
    created: datetime
    updated: datetime


Credential = UserPass | KeyPair


@dataclass(frozen=True, slots=True)
class Trust:
    """Certificates that the run trusts."""

    id: str
    certificate_bytes: bytes = field(repr=False)
    """As they were sent, or as the file was when it was named."""
    certificate_file: str | None = None
    """The file below ``wd`` that they were read from."""
    file_type: str = "X.509"
    server_name: tuple[str, ...] = ()
    """A name per certificate: the first of CN, OU and O in its subject, else ``none``."""
