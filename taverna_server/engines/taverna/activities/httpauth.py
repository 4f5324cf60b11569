"""Answers to the challenges of HTTP: Basic and Digest (RFC 7617, RFC 7616)."""

from __future__ import annotations

import base64
import hashlib
import re
import secrets
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from urllib.request import parse_http_list, parse_keqv_list

BASIC, DIGEST = "basic", "digest"
_SCHEME = re.compile(r'(?:^|,)\s*([A-Za-z][\w-]*)\s+(?=[\w-]+\s*=)(?=(?:[^"]|"[^"]*")*$)')
_HASHES = {"MD5": "md5", "SHA-256": "sha256", "SHA-512-256": "sha512_256"}


@dataclass(frozen=True, slots=True)
class Challenge:
    """What a server asks for."""

    scheme: str
    parameters: Mapping[str, str] = field(default_factory=dict)

    @property
    def realm(self) -> str:
        return self.parameters.get("realm", "")

    @property
    def algorithm(self) -> str:
        return self.parameters.get("algorithm", "MD5").upper()


def read_challenges(headers: Iterable[str]) -> list[Challenge]:
    """Those that can be answered, the safest first; several may stand in one header."""
    found = [challenge for header in headers for challenge in _split(header)]
    usable = [challenge for challenge in found if _usable(challenge)]
    return sorted(usable, key=lambda challenge: challenge.scheme != DIGEST)


def authorization(
    challenge: Challenge, username: str, password: str, method: str, target: str
) -> str:
    """The value of ``Authorization`` for one request."""
    if challenge.scheme == BASIC:
        return f"Basic {base64.b64encode(f'{username}:{password}'.encode()).decode('ascii')}"
    return _digest(challenge, username, password, method, target)


def _split(header: str) -> Iterable[Challenge]:
    marks = list(_SCHEME.finditer(header))
    starts = [mark.start() for mark in marks]
    for mark, end in zip(marks, [*starts[1:], len(header)], strict=False):
        given = parse_keqv_list([p for p in parse_http_list(header[mark.end() : end]) if "=" in p])
        yield Challenge(mark[1].lower(), {key.lower(): value for key, value in given.items()})


def _usable(challenge: Challenge) -> bool:
    if challenge.scheme == BASIC:
        return True
    name = challenge.algorithm.removesuffix("-SESS")
    qop = challenge.parameters.get("qop")
    return (
        challenge.scheme == DIGEST
        and "nonce" in challenge.parameters
        and _HASHES.get(name, "") in hashlib.algorithms_available
        and (qop is None or "auth" in _words(qop))
    )


def _digest(challenge: Challenge, username: str, password: str, method: str, target: str) -> str:
    asked, cnonce = challenge.parameters, secrets.token_hex(16)
    name = _HASHES[challenge.algorithm.removesuffix("-SESS")]

    def hashed(*parts: str) -> str:
        return hashlib.new(name, ":".join(parts).encode()).hexdigest()

    secret = hashed(username, challenge.realm, password)
    if challenge.algorithm.endswith("-SESS"):
        secret = hashed(secret, asked["nonce"], cnonce)
    request = hashed(method, target)
    quoted = {"username": username, "realm": challenge.realm, "nonce": asked["nonce"]}
    plain = {"algorithm": asked["algorithm"]} if "algorithm" in asked else {}
    if "qop" in asked:
        plain |= {"qop": "auth", "nc": "00000001"}
        response = hashed(secret, asked["nonce"], plain["nc"], cnonce, "auth", request)
    else:
        response = hashed(secret, asked["nonce"], request)
    if "qop" in asked or challenge.algorithm.endswith("-SESS"):
        quoted["cnonce"] = cnonce
    quoted |= {"uri": target, "response": response}
    if "opaque" in asked:
        quoted["opaque"] = asked["opaque"]
    return "Digest " + ", ".join([*(_quoted(*item) for item in quoted.items()), *_plain(plain)])


def _quoted(name: str, value: str) -> str:
    escaped = value.replace("\\", "\\\\").replace('"', '\\"')
    return f'{name}="{escaped}"'


def _plain(values: Mapping[str, str]) -> Iterable[str]:
    return (f"{name}={value}" for name, value in values.items())


def _words(text: str) -> list[str]:
    return [word.strip().lower() for word in text.split(",")]
