"""Which senders are proxies of ours, whose ``X-Forwarded-*`` are to be believed.

Anybody can send these headers. From a stranger they would put any host into our
links, so they count from the addresses of ``trusted_proxies`` only.
"""

from __future__ import annotations

import functools
import ipaddress

from flask import request

from taverna_server.serving.context import config


def forwarded(what: str) -> str:
    """What the outermost proxy says in ``X-Forwarded-{what}``; the empty text from strangers."""
    said = request.headers.get(f"X-Forwarded-{what}")
    if said is None or not is_trusted(request.remote_addr or "", config().trusted_proxies):
        return ""
    return said.partition(",")[0].strip()


@functools.lru_cache(1024)
def is_trusted(address: str, networks: tuple[str, ...]) -> bool:
    """Whether the address lies in one of the networks."""
    try:
        found = ipaddress.ip_address(address)
    except ValueError:
        return False
    plain = getattr(found, "ipv4_mapped", None) or found
    return any(plain in ipaddress.ip_network(network) for network in networks)


def client_address() -> str:
    """Who asks, as the last of our proxies saw them; what they say of themselves counts not."""
    networks = config().trusted_proxies
    said = request.headers.get("X-Forwarded-For", "").split(",")
    hops = [hop.strip() for hop in said if hop.strip()]
    address = request.remote_addr or "unknown"
    while hops and is_trusted(address, networks):
        address = hops.pop()
    return address[:100]
