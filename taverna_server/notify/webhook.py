"""Messages by HTTP POST, signed, and only to where the configuration permits.

Whether an address may be reached, and how it is, is ``outside``'s business.
Redirects are not followed.

Signatures follow Standard Webhooks in its asymmetric form (``v1a``, Ed25519):
receivers need a public key and share no secret with us.
"""

from __future__ import annotations

import base64
import http.client
import json
import time
from collections.abc import Sequence
from typing import Any
from urllib.parse import SplitResult

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from taverna_server.config import Config
from taverna_server.errors import NotDelivered, PrivateAddress
from taverna_server.model.events import Message
from taverna_server.notify.addresses import check_webhook, name_of
from taverna_server.outside import addresses, connected, target_of

ALTOGETHER = 30
"""Seconds for all of it."""
_TRY_AGAIN = frozenset({408, 425, 429})
"""Refusals that say so."""


def post(config: Config, messages: Sequence[Message], key: Ed25519PrivateKey) -> None:
    """One POST with all of them.

    Raises:
        NotDelivered: for good when the receiver refuses it with a code of 400 to 499.
        BadRequest: the address is none, or not permitted (any more).
    """
    parts = check_webhook(config, messages[0].address)
    body = payload(config, messages)
    headers = signed(name_of(messages), body, key)
    try:
        status = _send(config, parts, body, headers)
    except PrivateAddress as error:
        raise NotDelivered(str(error), for_good=True) from error
    except (OSError, http.client.HTTPException) as error:
        raise NotDelivered(f"{type(error).__name__}: {error}") from error
    if not 200 <= status < 300:
        for_good = 300 <= status < 500 and status not in _TRY_AGAIN
        raise NotDelivered(f"the receiver answered {status}", for_good=for_good)


def payload(config: Config, messages: Sequence[Message]) -> bytes:
    """The body: a list, also where there is one."""
    return json.dumps({"events": [_event(config, message) for message in messages]}).encode()


def _event(config: Config, message: Message) -> dict[str, Any]:
    run: dict[str, Any] = {"id": message.run_id, "name": message.run_name, "owner": message.owner}
    if config.public_url:
        run["href"] = f"{config.public_url}/rest/runs/{message.run_id}"
    return {
        "id": message.event_id,
        "type": "run.finished",
        "published": message.created.isoformat(timespec="milliseconds"),
        "subject": message.subject,
        "text": message.body,
        "exitCode": message.exit_code,
        "run": run,
    }


def signed(name: str, body: bytes, key: Ed25519PrivateKey) -> dict[str, str]:
    """The headers of a body: what it is, and that it is from us and of now."""
    now = str(int(time.time()))
    signature = key.sign(b".".join((name.encode(), now.encode(), body)))
    return {
        "Content-Type": "application/json",
        "User-Agent": "taverna-server",
        "webhook-id": name,
        "webhook-timestamp": now,
        "webhook-signature": "v1a," + base64.b64encode(signature).decode(),
    }


def _send(config: Config, parts: SplitResult, body: bytes, headers: dict[str, str]) -> int:
    """The status of the answer; its body is nobody's business."""
    found = addresses(config.webhook_targets, parts)
    with connected(parts, found, ALTOGETHER) as connection:
        connection.request("POST", target_of(parts), body, headers)
        with connection.getresponse() as response:
            return response.status
