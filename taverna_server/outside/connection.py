"""Connections to the very address that was checked, for a limited time.

The name of a host is resolved once: its addresses are checked and one of them is
connected to, so that a name cannot mean one machine when it is checked and
another when it is used. Redirects are nobody's business here: they are answers.
"""

from __future__ import annotations

import http.client
import ipaddress
import socket
import ssl
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from urllib.parse import SplitResult

from taverna_server.errors import PrivateAddress
from taverna_server.outside.targets import is_listed, origin

SECONDS = 10
"""To connect, and for each piece of the answer."""


def addresses(targets: Sequence[str], parts: SplitResult) -> list[str]:
    """Those of the host; of a private network only where the targets name the origin.

    Raises:
        PrivateAddress: of a private network all the same.
        OSError: the host is not known.
    """
    _, host, port = origin(parts)
    found = [str(item[4][0]) for item in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)]
    if not is_listed(targets, parts) and not all(map(_is_public, found)):
        raise PrivateAddress(f"{host} is an address of a private network")
    return found


@contextmanager
def connected(
    parts: SplitResult, addresses: Sequence[str], altogether: float
) -> Iterator[http.client.HTTPConnection]:
    """A connection to the first address that answers; cut after so many seconds.

    What is read after the cut may look complete: who reads until the end looks
    at the clock, too.

    Raises:
        OSError: no address answers, or TLS does not come about.
    """
    scheme, host, port = origin(parts)
    kind = http.client.HTTPSConnection if scheme == "https" else http.client.HTTPConnection
    connection = kind(host, port, timeout=SECONDS)
    plain = _connect(addresses, port)
    # http.client lets go of its socket before the body is read: the watchdog has its own.
    other_end = plain.dup()
    watchdog = threading.Timer(altogether, _hang_up, [other_end])
    watchdog.daemon = True
    watchdog.start()
    try:
        connection.sock = _secured(plain, host) if scheme == "https" else plain
        yield connection
    finally:
        watchdog.cancel()
        connection.close()
        plain.close()
        other_end.close()


def target_of(parts: SplitResult) -> str:
    """What stands in the first line of the request."""
    return (parts.path or "/") + (f"?{parts.query}" if parts.query else "")


def _is_public(address: str) -> bool:
    found = ipaddress.ip_address(address.partition("%")[0])
    plain = getattr(found, "ipv4_mapped", None) or getattr(found, "sixtofour", None) or found
    return plain.is_global and not plain.is_multicast


def _secured(plain: socket.socket, host: str) -> ssl.SSLSocket:
    secured = ssl.create_default_context().wrap_socket(
        plain, server_hostname=host, do_handshake_on_connect=False
    )
    try:
        secured.do_handshake()
    except BaseException:
        secured.close()
        raise
    return secured


def _connect(addresses: Sequence[str], port: int) -> socket.socket:
    problem: OSError = OSError("the host has no address")
    for address in addresses:
        try:
            return socket.create_connection((address, port), SECONDS)
        except OSError as error:
            problem = error
    raise problem


def _hang_up(other_end: socket.socket) -> None:
    """For servers that send their answer a byte now and then."""
    with suppress(OSError):
        other_end.shutdown(socket.SHUT_RDWR)
