"""API tokens: random texts; the store knows their SHA-256.

A token has 256 random bits, so a fast hash is enough, and looking one up by its
hash tells nothing by the time it takes.
"""

from __future__ import annotations

import hashlib
import secrets

PREFIX = "tvs_"
"""Lets scanners of published code notice a token."""


def new_token() -> str:
    return PREFIX + secrets.token_urlsafe(32)


def hash_token(token: str) -> str:
    """As it is stored."""
    return hashlib.sha256(token.encode("utf-8", "surrogatepass")).hexdigest()
