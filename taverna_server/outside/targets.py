"""Which web addresses a list of targets permits.

``*`` and ``*.example.org`` stand for hosts that are reached by https and are not
of a private network; a whole origin (``http://127.0.0.1:9000``) stands for itself,
wherever it is, and one with a path (``https://example.org/shared``) for what lies
at that path and below it.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from urllib.parse import SplitResult, unquote, urlsplit

LONGEST = 2000
"""Characters of an address."""
_ORIGIN_PORTS = {"http": 80, "https": 443}


def web_address(address: str) -> SplitResult:
    """The parts of an address of a web server; its scheme may be any.

    Raises:
        ValueError: it is none, or names an account.
    """
    parts = urlsplit(address)
    usable = bool(parts.hostname) and parts.port != 0 and parts.username is None
    plain = address.isascii() and address.isprintable() and " " not in address
    if not usable or not plain or len(address) > LONGEST:
        raise ValueError("no address of a web server")
    return parts


def is_permitted(targets: Sequence[str], parts: SplitResult) -> bool:
    """Whether a request may go there, as far as its text says (``connection.addresses``)."""
    return is_listed(targets, parts) or _is_any_of(targets, parts)


def is_listed(targets: Sequence[str], parts: SplitResult) -> bool:
    """Whether the targets name this very origin, or a path above this one."""
    return any(_is_below(parts, urlsplit(target)) for target in targets if "://" in target)


def origin(parts: SplitResult) -> tuple[str, str, int]:
    """Scheme, host and port."""
    return parts.scheme, parts.hostname or "", parts.port or _ORIGIN_PORTS.get(parts.scheme, 0)


def _is_below(parts: SplitResult, target: SplitResult) -> bool:
    if origin(parts) != origin(target):
        return False
    place = target.path.rstrip("/")
    is_here = parts.path == place or parts.path.startswith(f"{place}/")
    return not place or (is_here and not _climbs(parts.path))


def _climbs(path: str) -> bool:
    """Whether a server may read the path as one that leads up again, however often it decodes."""
    while (plain := unquote(path)) != path:
        path = plain
    return ".." in re.split(r"[/\\;]", path)


def _is_any_of(targets: Sequence[str], parts: SplitResult) -> bool:
    host = parts.hostname or ""
    patterns = [target for target in targets if "://" not in target]
    return parts.scheme == "https" and any(_matches(host, pattern) for pattern in patterns)


def _matches(host: str, pattern: str) -> bool:
    if pattern.startswith("*"):
        return host.endswith(pattern[1:].lower())
    return host == pattern.lower()
