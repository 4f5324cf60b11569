"""Credentials and trusts to sealed rows and back.

What a row belongs to (run, kind, id) is sealed with it, so a row cannot be made
to appear anywhere else.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Iterator
from dataclasses import asdict
from typing import Any

from taverna_server.data.vault import Vault
from taverna_server.model.credentials import USERPASS, Credential, KeyPair, Trust, UserPass
from taverna_server.store import Store
from taverna_server.store.sealed import CREDENTIAL, TRUST

_BYTES = ("credential_bytes", "certificate_bytes", "pem")


class Sealing:
    """The rows of all runs, opened with the server's key.

    Everything that reads raises ConfigurationError when the key is another one.
    """

    def __init__(self, store: Store, vault: Vault) -> None:
        self._store = store
        self._vault = vault

    def credentials(self, run_id: str) -> list[Credential]:
        """With their secrets, oldest first."""
        found = list(self._contents(run_id, CREDENTIAL))
        return [UserPass(**it) if it["kind"] == USERPASS else KeyPair(**it) for it in found]

    def trusts(self, run_id: str) -> list[Trust]:
        found = list(self._contents(run_id, TRUST))
        return [Trust(**it | {"server_name": tuple(it["server_name"])}) for it in found]

    def keep(self, run_id: str, item: Credential | Trust) -> bool:
        """Under its id. False when the run is gone or no longer Initialized."""
        kind = TRUST if isinstance(item, Trust) else CREDENTIAL
        content = self._vault.seal(_as_json(asdict(item)), run_id, kind, item.id)
        return self._store.keep_sealed(run_id, kind, item.id, content)

    def _contents(self, run_id: str, kind: str) -> Iterator[dict[str, Any]]:
        for id, content in self._store.sealed(run_id, kind).items():
            yield _from_json(self._vault.unseal(content, run_id, kind, id))


def _as_json(fields: dict[str, Any]) -> bytes:
    for name in _BYTES:
        if name in fields:
            fields[name] = base64.b64encode(fields[name]).decode()
    return json.dumps(fields).encode()


def _from_json(content: bytes) -> dict[str, Any]:
    fields: dict[str, Any] = json.loads(content)
    for name in _BYTES:
        if name in fields:
            fields[name] = base64.b64decode(fields[name])
    return fields
