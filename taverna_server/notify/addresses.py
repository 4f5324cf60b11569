"""Addresses that messages may be sent to, and which are permitted here.

A webhook makes the server send requests wherever an owner says, from inside its
network. So it goes only where ``webhook_targets`` permits (``outside/targets.py``).
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Sequence
from urllib.parse import SplitResult, unquote

from taverna_server.config import Config
from taverna_server.errors import BadRequest
from taverna_server.model.events import Message
from taverna_server.outside import is_permitted, web_address

MAIL = "mailto"
_WEB = frozenset({"http", "https"})
_LONGEST = 1000
_MAILBOX = re.compile(
    r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~.-]{1,64}@"
    r"(?:[A-Za-z0-9](?:[A-Za-z0-9-]{0,62})\.)*[A-Za-z0-9][A-Za-z0-9-]{0,62}"
)


def is_mailbox(address: str) -> bool:
    """Whether it is one mailbox, without a name or anything else."""
    return bool(_MAILBOX.fullmatch(address))


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
    elif scheme in _WEB:
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
        parts = web_address(address)
    except ValueError as error:
        raise BadRequest("failed to set property: this is no address of a web server") from error
    if not is_permitted(config.webhook_targets, parts):
        raise BadRequest("failed to set property: this server sends nothing to that address")
    return parts
