"""``security/`` of a run directory: what the server hands to the engine, and how that reads it.

::

    security/              mode 0700, outside of wd, removed when the run ends
    ├── credentials.json   a list of objects, mode 0600
    ├── 1.pem              of the key pair numbered 1: the private key and its certificates
    ├── 1.store            its key store as it was sent
    └── trusts.pem         all certificates to trust beside the system's, if there are any

Each object of ``credentials.json`` has ``kind`` and ``service_uri``, and

* ``userpass``: ``username``, ``password``;
* ``keypair``: ``name`` (the alias in the store), ``file_type``,
  ``unlock_password``, and ``store`` and ``pem``: names of files beside it. The
  private key in ``pem`` is not encrypted;
* ``cagridproxy``: as ``keypair``, without ``pem``.

The run's own account is one of them (protocol dossier 14.6): a ``userpass`` for
the addresses below its own run on this server, so an activity that speaks to
its own interaction feed finds it as it finds any other.

This module is imported by engines: it needs nothing but the standard library.
"""

from __future__ import annotations

import json
import os
import posixpath
import re
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from urllib.parse import SplitResult, unquote, unquote_to_bytes, urlsplit

from taverna_server.data.rundir import RunDirectory

CREDENTIALS, TRUSTS = "credentials.json", "trusts.pem"
_ESCAPES = re.compile("(?:%[0-9A-Fa-f]{2})+")
_PORTS = {"http": 80, "https": 443}


@dataclass(frozen=True, slots=True)
class EngineCredential:
    """One credential as the engine has it."""

    kind: str
    service_uri: str = ""
    """Empty: for every address."""
    username: str = ""
    password: str = field(default="", repr=False)
    name: str = ""
    file_type: str = ""
    unlock_password: str = field(default="", repr=False)
    store: str = ""
    """Path of the key store; only its name in ``credentials.json``. Empty for none."""
    pem: str = ""
    """The same of the key and its certificates as PEM: what ``requests`` takes as ``cert``."""


def write_credentials(
    directory: RunDirectory,
    credentials: Sequence[EngineCredential],
    files: Mapping[str, bytes],
) -> None:
    """Write ``security/``; ``files`` are those that ``store`` and ``pem`` name, and the trusts.

    May be repeated with the same content while the engine reads: each file is
    replaced whole, and the list comes last.
    """
    directory.security.mkdir(mode=0o700, exist_ok=True)
    listing = json.dumps([asdict(credential) for credential in credentials])
    for name, content in {**files, CREDENTIALS: listing.encode()}.items():
        write_private(directory.security / name, content)


def read_credentials(directory: RunDirectory) -> list[EngineCredential]:
    """All of them, oldest first; none where there is no such directory (a run without server)."""
    try:
        listed = json.loads((directory.security / CREDENTIALS).read_bytes())
    except FileNotFoundError:
        return []
    return [_located(directory, EngineCredential(**item)) for item in listed]


def credentials_for(
    directory: RunDirectory, uri: str, realm: str | None = None
) -> list[EngineCredential]:
    """Those meant for an address, the best first.

    A credential is meant for its own address and all below it, by whole path
    segments, on the same scheme, host and port. One with a fragment is for that
    HTTP realm only, and best there; without ``realm`` fragments are not looked
    at, for requests before any challenge. The longer path wins, then the newer.
    """
    found = []
    for place, credential in enumerate(read_credentials(directory)):
        rank = _rank(credential.service_uri, uri, realm)
        if rank is not None:
            found.append((rank, place, credential))
    return [credential for *_, credential in sorted(found, key=lambda f: f[:2], reverse=True)]


def trusted_certificates(directory: RunDirectory) -> Path | None:
    """A PEM file of certificates to trust beside the system's; None when there are none."""
    path = directory.security / TRUSTS
    return path if path.exists() else None


def _located(directory: RunDirectory, credential: EngineCredential) -> EngineCredential:
    paths = {
        name: str(directory.security / getattr(credential, name))
        for name in ("store", "pem")
        if getattr(credential, name)
    }
    return replace(credential, **paths)


def _rank(service_uri: str, uri: str, realm: str | None) -> tuple[int, int] | None:
    """How good a credential is for an address: realm, then segments; None for not at all."""
    if not service_uri:
        return (0, -1)
    service, asked = urlsplit(service_uri), urlsplit(uri)
    if _origin(service) != _origin(asked):
        return None
    if service.fragment and realm is not None and realm not in _realms(service.fragment):
        return None
    prefix, path = _segments(service.path), _segments(asked.path)
    if path[: len(prefix)] != prefix:
        return None
    return (bool(service.fragment and realm is not None), len(prefix))


def _realms(fragment: str) -> tuple[str, ...]:
    """What a fragment may stand for: Taverna escaped realms, in UTF-16, and people do not."""
    spaced = fragment.replace("+", " ")
    return fragment, unquote(fragment), _ESCAPES.sub(_utf16, spaced)


def _utf16(escapes: re.Match[str]) -> str:
    return unquote_to_bytes(escapes[0]).decode("utf-16", "replace")


def _origin(uri: SplitResult) -> tuple[str, str | None, int | None]:
    return uri.scheme, uri.hostname, uri.port or _PORTS.get(uri.scheme)


def _segments(path: str) -> list[str]:
    """Without empty ones and dots, which servers and clients take out of a path."""
    plain = re.sub("%2e", ".", path, flags=re.IGNORECASE)
    return [part for part in posixpath.normpath(f"/{plain}").split("/") if part]


def write_private(path: Path, content: bytes) -> None:
    """A file of its own mode 0600. It need not survive a loss of power: no ``fsync``."""
    handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    with os.fdopen(handle, "wb") as stream:
        stream.write(content)
    os.replace(temporary, path)
