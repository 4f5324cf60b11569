"""One connection to a service, which another thread can cut at any moment.

``http.client`` sends the address exactly as it is given. The clients built upon
it (urllib3, requests) put escapes right on the way, so that what a workflow asked
for is not what the service sees, and do not hand out the socket before it is
connected; but a cancel must end a connection in every phase: while it is made,
in the TLS handshake, or while a service takes its time.
"""

from __future__ import annotations

import http.client
import select
import socket
import ssl
from pathlib import Path
from typing import IO
from urllib.parse import SplitResult, urlsplit
from urllib.request import getproxies, proxy_bypass

CONNECT_SECONDS = 60.0
_CONTINUE_SECONDS = 2.0
"""How long a service may take to say that it wants the body, as Taverna's client had it."""


class Connection:
    """Made for one exchange; a context manager that closes it."""

    def __init__(self, url: SplitResult, tls: ssl.SSLContext | None, timeout: float | None) -> None:
        self._url = url
        self._tls = tls
        self._timeout = timeout
        self._proxy = _proxy(url)
        self._http = http.client.HTTPConnection(host_of(url), port_of(url), timeout=timeout)
        self._socket: socket.socket | None = None
        self._cut = False

    def __enter__(self) -> Connection:
        return self

    def __exit__(self, *_error: object) -> None:
        self._http.close()
        if self._socket is not None:
            self._socket.close()

    def cut(self) -> None:
        """End whatever it is doing, from another thread."""
        self._cut = True
        if self._socket is not None:
            _shut(self._socket)

    def exchange(
        self,
        method: str,
        target: str,
        headers: list[tuple[str, str]],
        body: IO[bytes] | None,
        length: int,
        expect: bool = False,
    ) -> http.client.HTTPResponse:
        """Send a request and read the head of the answer.

        Raises:
            OSError, http.client.HTTPException: no answer, or none that is HTTP.
            ValueError: a header that cannot be sent.
        """
        self._connect()
        given = {name.lower() for name, _ in headers}
        address = self._absolute(target) if self._proxy and not self._tls else target
        self._http.putrequest(method, address, "host" in given, "accept-encoding" in given)
        for name, value in headers:
            self._http.putheader(name, value)
        if body is not None:
            self._http.putheader("Content-Length", str(length))
            if expect:
                self._http.putheader("Expect", "100-continue")
        self._http.endheaders()
        if body is not None:
            self._send(body, expect)
        return self._http.getresponse()

    def _send(self, body: IO[bytes], expect: bool) -> None:
        if expect and self._socket is not None:
            select.select([self._socket], [], [], _CONTINUE_SECONDS)
        try:
            self._http.send(body)
        except OSError:
            # It may have answered and closed before it read everything.
            if self._cut:
                raise

    def _connect(self) -> None:
        connected = self._reach(*(self._proxy or (host_of(self._url), port_of(self._url))))
        if self._tls is not None:
            if self._proxy:
                self._tunnel(connected)
            wrapped = self._tls.wrap_socket(
                connected, server_hostname=host_of(self._url), do_handshake_on_connect=False
            )
            self._hold(wrapped)
            wrapped.do_handshake()
            connected = wrapped
        connected.settimeout(self._timeout)
        self._http.sock = connected

    def _reach(self, host: str, port: int) -> socket.socket:
        last: OSError | None = None
        for family, kind, protocol, _, address in socket.getaddrinfo(
            host, port, type=socket.SOCK_STREAM
        ):
            try:
                reached = socket.socket(family, kind, protocol)
                self._hold(reached)
                reached.settimeout(CONNECT_SECONDS)
                reached.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
                reached.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
                reached.connect(address)
                return reached
            except OSError as error:
                last = error
                if self._socket is not None:
                    self._socket.close()
        raise last or OSError(f"{host} has no address")

    def _hold(self, held: socket.socket) -> None:
        """From now on ``cut`` cuts this one."""
        self._socket = held
        if self._cut:
            raise ConnectionAbortedError("the run was stopped")

    def _tunnel(self, connected: socket.socket) -> None:
        """Through the proxy to the service itself."""
        place = f"{host_of(self._url)}:{port_of(self._url)}"
        connected.sendall(f"CONNECT {place} HTTP/1.1\r\nHost: {place}\r\n\r\n".encode("ascii"))
        answer = http.client.HTTPResponse(connected, method="CONNECT")
        answer.begin()
        if answer.status != http.HTTPStatus.OK:
            raise ConnectionError(f"the proxy answers {answer.status} {answer.reason}")

    def _absolute(self, target: str) -> str:
        return f"{self._url.scheme}://{self._url.netloc.rpartition('@')[2]}{target}"


def host_of(url: SplitResult) -> str:
    """Raises ValueError: there is none."""
    if not url.hostname:
        raise ValueError(f"there is no host in the address {url.geturl()!r}")
    return url.hostname


def port_of(url: SplitResult) -> int:
    """That of the address, else that of its scheme."""
    return url.port or (443 if url.scheme == "https" else 80)


def make_tls(trusted: Path | None, certificate: str = "") -> ssl.SSLContext:
    """Who is believed: the system's authorities and those in ``trusted``; who we are."""
    tls = ssl.create_default_context()
    if trusted is not None:
        tls.load_verify_locations(trusted)
    if certificate:
        tls.load_cert_chain(certificate)
    return tls


def _proxy(url: SplitResult) -> tuple[str, int] | None:
    """As ``http_proxy``, ``https_proxy`` and ``no_proxy`` say."""
    proxy = getproxies().get(url.scheme)
    if not proxy or proxy_bypass(f"{host_of(url)}:{port_of(url)}"):
        return None
    place = urlsplit(proxy if "://" in proxy else f"http://{proxy}")
    return host_of(place), place.port or 80


def _shut(held: socket.socket) -> None:
    try:
        held.shutdown(socket.SHUT_RDWR)
    except OSError:
        # Not connected yet, or no longer: closing it wakes who waits for it.
        held.close()
