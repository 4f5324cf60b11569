"""Passwords: made, hashed by scrypt, checked, and remembered for a short while.

Theory of operation. Checking a password takes about 90 ms of a processor on
purpose, and HTTP Basic sends it with every request. So a login that was right is
remembered in this process, under an HMAC of name, password and stored hash with
a key that never leaves the process. The stored hash is read anew for each
request: a changed password is another entry, so the old one is worth nothing
from the next request on, in every process. Wrong passwords are not remembered.

A crowd that sends wrong passwords, or a client that opens with fifty requests
at once, must not take all processors and 16 MiB a check: few checks go on at a
time, and those who waited look first whether somebody else found their answer.
"""

from __future__ import annotations

import hmac
import re
import secrets
import threading
import time
from collections import OrderedDict
from functools import cached_property

from werkzeug.security import check_password_hash, generate_password_hash

from taverna_server.errors import BadRequest

CHECKS_AT_A_TIME = 2
REMEMBERED = 10_000
_NAME = re.compile(r"[A-Za-z0-9]+")


def check_name(name: str) -> str:
    """The name, if it can be an account's (protocol dossier 2.3). Raises BadRequest."""
    if not _NAME.fullmatch(name):
        raise BadRequest("bad user name; must be pure alphanumeric")
    return name


def hash_password(password: str) -> str:
    """As it is stored: method, parameters, salt and hash. Raises BadRequest for no password."""
    if not password:
        raise BadRequest("an account needs a password")
    return generate_password_hash(password, method="scrypt")


def new_password() -> str:
    """A password that nobody guesses."""
    return secrets.token_urlsafe(15)


class PasswordChecker:
    """Checks passwords against hashes, and remembers right ones for ``memory`` seconds."""

    def __init__(self, memory: float) -> None:
        self._memory = memory
        self._key = secrets.token_bytes(32)
        self._known: OrderedDict[bytes, float] = OrderedDict()
        self._known_lock = threading.Lock()
        self._checks = threading.BoundedSemaphore(CHECKS_AT_A_TIME)

    def is_right(self, name: str, password: str, password_hash: str | None) -> bool:
        """Whether this is the password; None for the hash of an account that is not there."""
        stored = password_hash or self._nobody
        fingerprint = self._fingerprint(name, password, stored)
        if self._is_known(fingerprint):
            return True
        with self._checks:
            if self._is_known(fingerprint):
                return True
            right = check_password_hash(stored, password) and password_hash is not None
            if right:
                self._remember(fingerprint)
            return right

    @cached_property
    def _nobody(self) -> str:
        """Checked for names that nobody has, so that they take as long as others."""
        return generate_password_hash(secrets.token_hex(), method="scrypt")

    def _fingerprint(self, *parts: str) -> bytes:
        text = "\0".join(f"{len(part)}:{part}" for part in parts)
        return hmac.digest(self._key, text.encode("utf-8", "surrogatepass"), "sha256")

    def _is_known(self, fingerprint: bytes) -> bool:
        until = self._known.get(fingerprint)
        return until is not None and time.monotonic() < until

    def _remember(self, fingerprint: bytes) -> None:
        with self._known_lock:
            self._known[fingerprint] = time.monotonic() + self._memory
            self._known.move_to_end(fingerprint)
            if len(self._known) > REMEMBERED:
                self._known.popitem(last=False)
