"""Secrets of users, which their workflows get to see (REANA dossier 5.2).

Kept sealed with the server's key. A run gets them at its start, in a file that goes
when it ends (``handover.py``).
"""

from __future__ import annotations

import base64
import binascii
import json
import re
from collections.abc import Collection, Mapping
from typing import Any

from taverna_server.data.vault import Vault
from taverna_server.errors import BadRequest, Conflict
from taverna_server.manager.permissions import Guarded
from taverna_server.model.identity import User
from taverna_server.store import Store
from taverna_server.store.secrets import Sealed

TYPES = ("env", "file")
MOST = 100
LARGEST = 2**20
_VARIABLE = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
_FILE = re.compile(r"[^/\0]{1,255}")


class UserSecrets(Guarded):
    """Everybody sees and changes their own only, and never a value."""

    def secrets(self, caller: User) -> list[tuple[str, str]]:
        """Names and types, by name."""
        return [(it.name, it.type) for it in self.store.secrets(caller.name)]

    def add_secrets(self, caller: User, given: Mapping[str, Any], overwrite: bool) -> None:
        """Keep them: ``{name: {"value": base64, "type": "env" | "file"}}``.

        Raises:
            BadRequest: one that cannot be a secret; none is kept then.
            Conflict: one is there already, and is not to be replaced.
        """
        if not given or len(given) > MOST:
            raise BadRequest(f"Give one to {MOST} secrets.")
        vault = Vault.open(self.config.data)
        checked = {name: _checked(name, it) for name, it in given.items()}
        sealed = {
            name: Sealed(name, kind, vault.seal(value, "secret", caller.name, name))
            for name, (kind, value) in checked.items()
        }
        known = self.store.keep_secrets(caller.name, sealed, overwrite)
        if known:
            raise Conflict(
                f"One of the secrets already exists: {', '.join(known)}. No secrets were added."
            )

    def remove_secrets(self, caller: User, names: Collection[str]) -> list[str]:
        """Remove all of them; or return those that are not there, and remove none."""
        return list(self.store.remove_secrets(caller.name, names))


def secrets_document(store: Store, vault: Vault, owner: str) -> bytes | None:
    """What a run of the owner is given; None where there is nothing (``engines/base.py``)."""
    kept = store.secrets(owner)
    if not kept:
        return None
    opened = {it.name: (it.type, vault.unseal(it.content, "secret", owner, it.name)) for it in kept}
    values = {
        name: {"type": kind, "value": base64.b64encode(value).decode()}
        for name, (kind, value) in opened.items()
    }
    return json.dumps(values).encode()


def _may_be_called(name: str, kind: str) -> bool:
    if kind == "env":
        return _VARIABLE.fullmatch(name) is not None
    return _FILE.fullmatch(name) is not None and name not in (".", "..") and _fits(name)


def _fits(name: str) -> bool:
    """As the name of a file: 255 bytes at most."""
    try:
        return len(name.encode()) <= 255
    except UnicodeEncodeError:
        return False


def _checked(name: str, given: Any) -> tuple[str, bytes]:
    kind = given.get("type") if isinstance(given, Mapping) else None
    text = given.get("value") if isinstance(given, Mapping) else None
    if kind not in TYPES or not isinstance(text, str):
        raise BadRequest(f"Secret '{name[:40]}' needs a value and the type env or file.")
    if not _may_be_called(name, kind):
        raise BadRequest(f"'{name[:40]}' cannot be the name of a secret of type {kind}.")
    try:
        value = base64.b64decode(text, validate=True)
        if kind == "env" and "\0" in value.decode():
            raise BadRequest(f"The value of secret '{name[:40]}' has a NUL, which no variable has.")
    except (binascii.Error, UnicodeDecodeError):
        raise BadRequest(f"The value of secret '{name[:40]}' is not base64 of a text.") from None
    if len(value) > LARGEST:
        raise BadRequest(f"The value of secret '{name[:40]}' is longer than {LARGEST} bytes.")
    return kind, value
