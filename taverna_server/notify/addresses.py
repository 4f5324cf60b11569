"""Addresses that messages may be sent to, and which are permitted here.

A webhook makes the server send requests wherever an owner says, from inside its
network. So it goes only where ``webhook_targets`` permits: ``*`` and
``*.example.org`` stand for hosts that are reached by https and are not of a
private network, a whole origin (``http://127.0.0.1:9000``) for itself, wherever
it is.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Sequence
from urllib.parse import SplitResult, unquote, urlsplit

from taverna_server.config import Config
from taverna_server.errors import BadRequest
from taverna_server.model.events import Message

MAIL = "mailto"
_ORIGIN_PORTS = {"http": 80, "https": 443}
_LONGEST = 1000
_MAILBOX = re.compile(
    r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~.-]{1,64}@"
    r"(?:[A-Za-z0-9](?:[A-Za-z0-9-]{0,62})\.)*[A-Za-z0-9][A-Za-z0-9-]{0,62}"
)


def name_of(messages: Sequence[Message]) -> str:
    """The same for the same messages: who gets them twice can tell."""
    names = [message.event_id for message in messages]
    if len(names) == 1:
        return names[0]
    return hashlib.sha256(" ".join(names).encode()).hexdigest()[:32]


def fabrics(config: Config) -> list[str]:
    """The schemes of addresses that messages are sent to here; often none."""
    offered = [MAIL] if config.smtp_host else []
    if config.webhook_targets:
        plain = any(target.startswith("http://") for target in config.webhook_targets)
        offered += ["https", "http"] if plain else ["https"]
    return offered


def fabric_of(config: Config, address: str) -> str | None:
    """The fabric that delivers to the address; None where none does."""
    scheme = address.partition(":")[0].lower()
    return scheme if scheme in fabrics(config) else None


def check_address(config: Config, address: str) -> str:
    """The address, if it may be kept; those of fabrics that are not offered do no harm.

    Raises:
        BadRequest: none that a message could go to, or one that is not permitted.
    """
    if len(address) > _LONGEST or not address.isprintable():
        raise BadRequest("failed to set property: this is no address")
    scheme = address.partition(":")[0].lower()
    if scheme == MAIL:
        mailbox(address)
    elif scheme in _ORIGIN_PORTS:
        check_webhook(config, address)
    return address


def mailbox(address: str) -> str:
    """The one mailbox of a ``mailto:`` address.

    Raises:
        BadRequest: several, or header fields (``?cc=``), or none.
    """
    found = unquote(address.partition(":")[2])
    if not _MAILBOX.fullmatch(found):
        raise BadRequest("failed to set property: a mailto address names one mailbox, no more")
    return found


def check_webhook(config: Config, address: str) -> SplitResult:
    """The parts of a permitted address of a webhook.

    Raises:
        BadRequest: no such address, or not permitted by ``webhook_targets``.
    """
    try:
        parts = urlsplit(address)
        usable = bool(parts.hostname) and parts.port != 0 and parts.username is None
    except ValueError:
        usable = False
    if not usable or not address.isascii() or " " in address:
        raise BadRequest("failed to set property: this is no address of a web server")
    if not (is_listed(config, parts) or _is_any_of(config, parts)):
        raise BadRequest("failed to set property: this server sends nothing to that address")
    return parts


def is_listed(config: Config, parts: SplitResult) -> bool:
    """Whether the configuration names this very origin."""
    listed = (urlsplit(target) for target in config.webhook_targets if "://" in target)
    return origin(parts) in {origin(target) for target in listed}


def origin(parts: SplitResult) -> tuple[str, str, int]:
    """Scheme, host and port."""
    return parts.scheme, parts.hostname or "", parts.port or _ORIGIN_PORTS.get(parts.scheme, 0)


def _is_any_of(config: Config, parts: SplitResult) -> bool:
    host = parts.hostname or ""
    patterns = [target for target in config.webhook_targets if "://" not in target]
    return parts.scheme == "https" and any(_matches(host, pattern) for pattern in patterns)


def _matches(host: str, pattern: str) -> bool:
    if pattern.startswith("*"):
        return host.endswith(pattern[1:].lower())
    return host == pattern.lower()
