"""The server's key: what seals secrets at rest, and what runs prove themselves with.

``<data>/server.key`` holds 256 random bits, readable by the server's account
alone. The database has what was sealed, so neither it nor a copy of it gives a
secret away without this file; whoever has both has everything. Each purpose has
a key of its own, derived from this one.

Sealing is AES-GCM. The run and the place that the content belongs to are
authenticated with it: a row that is moved to another run cannot be opened.
"""

from __future__ import annotations

import base64
import binascii
import hmac
import os
import secrets
import stat
import tempfile
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from taverna_server.errors import ConfigurationError

KEY_FILE = "server.key"
_KEY_BYTES, _NONCE_BYTES = 32, 12


class Vault:
    """Seals and opens; safe to use from any number of threads."""

    def __init__(self, key: bytes) -> None:
        self._cipher = AESGCM(_derived(key, b"sealed at rest"))
        self._tokens = _derived(key, b"accounts of runs")
        self._forms = _derived(key, b"forms of pages")
        self.webhook_key = Ed25519PrivateKey.from_private_bytes(_derived(key, b"webhooks"))
        """Signs what is sent to other servers, so that they know from whom it is."""
        self._views = _derived(key, b"views of runs")
        self._pages = _derived(key, b"pages of runs")
        self.cookie_key = _derived(key, b"cookies of pages")
        """Signs what browsers keep for a moment and must not make up."""

    @classmethod
    def open(cls, data: Path) -> Vault:
        """The vault of a data directory; its key is made if there is none.

        Raises:
            ConfigurationError: the key cannot be made or read, or anybody may read it.
        """
        path = data / KEY_FILE
        try:
            if not path.exists():
                _make(path)
            return cls(_read(path))
        except OSError as error:
            raise ConfigurationError(f"cannot use {path}: {error.strerror}") from error

    def seal(self, content: bytes, *about: str) -> bytes:
        """The content so that only ``unseal`` with the same ``about`` gives it back."""
        nonce = secrets.token_bytes(_NONCE_BYTES)
        return nonce + self._cipher.encrypt(nonce, content, _joined(about))

    def unseal(self, sealed: bytes, *about: str) -> bytes:
        """What was sealed.

        Raises:
            ConfigurationError: sealed with another key, or changed since.
        """
        nonce, hidden = sealed[:_NONCE_BYTES], sealed[_NONCE_BYTES:]
        try:
            return self._cipher.decrypt(nonce, hidden, _joined(about))
        except (InvalidTag, ValueError) as error:
            raise ConfigurationError(
                f"{KEY_FILE} is not the key that this database was written with"
            ) from error

    def run_token(self, run_id: str) -> str:
        """The password of a run's own account: nobody can tell it without the key."""
        return hmac.digest(self._tokens, run_id.encode(), "sha256").hex()

    def form_token(self, user: str) -> str:
        """What a form of ours carries that one of another site cannot know."""
        return hmac.digest(self._forms, user.encode(), "sha256").hex()

    def view_key(self, run_id: str) -> str:
        """What opens a run to somebody without an account who was given it."""
        return hmac.digest(self._views, run_id.encode(), "sha256").hex()[:32]

    def page_token(self, run_id: str, user: str) -> str:
        """What an interaction page of the run, opened by the user, proves itself with."""
        return hmac.digest(self._pages, _joined((run_id, user)), "sha256").hex()


def _derived(key: bytes, purpose: bytes) -> bytes:
    return hmac.digest(key, purpose, "sha256")


def _joined(about: tuple[str, ...]) -> bytes:
    """No two different tuples give the same."""
    return b"".join(b"%d:%s" % (len(text.encode()), text.encode()) for text in about)


def _make(path: Path) -> None:
    """Whole or not at all, by one of the processes that come at once."""
    handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    try:
        with os.fdopen(handle, "wb") as stream:
            stream.write(base64.b64encode(secrets.token_bytes(_KEY_BYTES)) + b"\n")
            stream.flush()
            os.fsync(stream.fileno())
        os.link(temporary, path)
    except FileExistsError:
        return
    finally:
        os.unlink(temporary)


def _read(path: Path) -> bytes:
    if path.stat().st_mode & (stat.S_IROTH | stat.S_IWOTH):
        raise ConfigurationError(f"anybody can read or write {path}: chmod 600 it")
    try:
        key = base64.b64decode(path.read_bytes(), validate=False)
    except binascii.Error:
        key = b""
    if len(key) != _KEY_BYTES:
        raise ConfigurationError(f"{path} is no key of this server")
    return key
