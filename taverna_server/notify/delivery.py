"""Delivers messages that belong together to their one address."""

from __future__ import annotations

import base64
from collections.abc import Sequence

from taverna_server.config import Config
from taverna_server.data.vault import Vault
from taverna_server.errors import BadRequest, NotDelivered
from taverna_server.model.events import Message
from taverna_server.notify.addresses import MAIL, fabric_of
from taverna_server.notify.mail import send_mail
from taverna_server.notify.webhook import post


def deliver(config: Config, messages: Sequence[Message]) -> None:
    """Send them all at once to the address they share.

    Raises:
        NotDelivered: not now, or never; it says which.
    """
    address = messages[0].address
    fabric = fabric_of(config, address)
    try:
        if fabric == MAIL:
            send_mail(config, messages)
        elif fabric:
            post(config, messages, Vault.open(config.data).webhook_key)
        else:
            raise NotDelivered("no such fabric is configured any more", for_good=True)
    except BadRequest as error:
        raise NotDelivered(str(error), for_good=True) from error


def public_key(config: Config) -> str:
    """What receivers check signatures of webhooks with, in base64 (Ed25519)."""
    key = Vault.open(config.data).webhook_key.public_key()
    return base64.b64encode(key.public_bytes_raw()).decode()
