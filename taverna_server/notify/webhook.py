"""Messages by HTTP POST, signed, and only to where the configuration permits.

The name of the host is resolved here, once: its addresses are checked and one of
them is connected to, so that a name cannot mean one machine when it is checked
and another when it is used. Redirects are not followed.

Signatures follow Standard Webhooks in its asymmetric form (``v1a``, Ed25519):
receivers need a public key and share no secret with us.
"""

from __future__ import annotations

import base64
import http.client
import ipaddress
import json
import socket
import ssl
import threading
import time
from collections.abc import Sequence
from contextlib import suppress
from typing import Any
from urllib.parse import SplitResult

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from taverna_server.config import Config
from taverna_server.errors import NotDelivered
from taverna_server.model.events import Message
from taverna_server.notify.addresses import check_webhook, is_listed, name_of, origin

SECONDS = 10
"""To connect, and for each piece of the answer."""
ALTOGETHER = 30
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
        status = _send(parts, _addresses(config, parts), body, headers)
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


def _addresses(config: Config, parts: SplitResult) -> list[str]:
    _, host, port = origin(parts)
    found = [str(item[4][0]) for item in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)]
    if not is_listed(config, parts) and not all(map(_is_public, found)):
        raise NotDelivered(f"{host} is an address of a private network", for_good=True)
    return found


def _is_public(address: str) -> bool:
    found = ipaddress.ip_address(address.partition("%")[0])
    plain = getattr(found, "ipv4_mapped", None) or found
    return plain.is_global and not plain.is_multicast


def _send(
    parts: SplitResult, addresses: Sequence[str], body: bytes, headers: dict[str, str]
) -> int:
    """The status of the answer; its body is nobody's business."""
    scheme, host, port = origin(parts)
    secure = scheme == "https"
    kind = http.client.HTTPSConnection if secure else http.client.HTTPConnection
    connection = kind(host, port, timeout=SECONDS)
    connection.sock = _connect(addresses, port)
    watchdog = threading.Timer(ALTOGETHER, _hang_up, [connection])
    watchdog.start()
    try:
        if secure:
            connection.sock = wrapped = ssl.create_default_context().wrap_socket(
                connection.sock, server_hostname=host, do_handshake_on_connect=False
            )
            wrapped.do_handshake()
        target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
        connection.request("POST", target, body, headers)
        with connection.getresponse() as response:
            return response.status
    finally:
        watchdog.cancel()
        connection.close()


def _connect(addresses: Sequence[str], port: int) -> socket.socket:
    problem: OSError = OSError("the host has no address")
    for address in addresses:
        try:
            return socket.create_connection((address, port), SECONDS)
        except OSError as error:
            problem = error
    raise problem


def _hang_up(connection: http.client.HTTPConnection) -> None:
    """For receivers that send their answer a byte now and then."""
    with suppress(OSError, AttributeError):
        connection.sock.shutdown(socket.SHUT_RDWR)
