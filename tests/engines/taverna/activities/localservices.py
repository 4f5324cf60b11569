"""Services on this machine, for activities to call: real sockets, real TLS.

A service is a WSGI application behind ``wsgiref``, a request at a time in a thread
of its own. What it was asked is at hand in ``service.requests``.
"""

from __future__ import annotations

import contextlib
import select
import socket
import socketserver
import ssl
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any
from wsgiref.simple_server import WSGIRequestHandler, WSGIServer

from werkzeug.wrappers import Request, Response

Application = Callable[[Request], Response]


@dataclass
class Seen:
    """One request as it came."""

    method: str
    target: str
    headers: dict[str, str]
    body: bytes


@dataclass
class Service:
    """A running service."""

    url: str
    requests: list[Seen] = field(default_factory=list)

    @property
    def last(self) -> Seen:
        return self.requests[-1]


class _Server(socketserver.ThreadingMixIn, WSGIServer):
    daemon_threads = True
    tls: ssl.SSLContext | None = None

    def finish_request(self, request: Any, client_address: Any) -> None:
        if self.tls is not None:
            try:
                request = self.tls.wrap_socket(request, server_side=True)
            except OSError:
                return  # A client that does not trust us, or that we do not trust.
        with contextlib.suppress(ConnectionError):
            super().finish_request(request, client_address)
        if self.tls is not None:
            request.close()

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Clients that go away are part of the tests."""


class _Handler(WSGIRequestHandler):
    def get_environ(self) -> dict[str, Any]:
        return super().get_environ() | {"taverna.target": self.path}

    def log_message(self, *_arguments: Any) -> None:
        return


@contextlib.contextmanager
def serving(application: Application, tls: ssl.SSLContext | None = None) -> Iterator[Service]:
    """Serve on a free port of ``localhost`` while the block runs."""
    server = _Server(("127.0.0.1", 0), _Handler)
    server.tls = tls
    service = Service(f"http{'s' if tls else ''}://localhost:{server.server_port}")

    def answer(environ: dict[str, Any], start: Any) -> Any:
        request = Request(environ)
        service.requests.append(
            Seen(
                request.method,
                environ["taverna.target"],
                dict(request.headers),
                request.get_data(),
            )
        )
        return application(request)(environ, start)

    server.set_app(answer)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield service
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


class _Tunnel(socketserver.BaseRequestHandler):
    """Answers one CONNECT and passes everything on to a port of this machine."""

    def handle(self) -> None:
        server: Any = self.server
        server.asked.append(self.request.recv(1 << 16))
        self.request.sendall(b"HTTP/1.1 200 Connection established\r\n\r\n")
        with socket.create_connection(("127.0.0.1", server.target)) as service:
            ends = {self.request: service, service: self.request}
            while True:
                for source in select.select(list(ends), [], [])[0]:
                    piece = source.recv(1 << 16)
                    if not piece:
                        return
                    ends[source].sendall(piece)


@contextlib.contextmanager
def tunnelling(target: int) -> Iterator[tuple[str, list[bytes]]]:
    """An HTTP proxy whose connections all lead to one port; what it was asked."""
    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), _Tunnel) as server:
        server.daemon_threads = True
        asked: list[bytes] = []
        vars(server).update(target=target, asked=asked)
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_address[1]}", asked
        finally:
            server.shutdown()
            thread.join()
