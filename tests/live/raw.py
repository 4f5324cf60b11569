"""Requests byte by byte, as no HTTP library would send them."""

from __future__ import annotations

import base64
import contextlib
import socket
from dataclasses import dataclass

from tests.live.server import Server, password


@dataclass(frozen=True)
class Answer:
    status: int
    head: str
    body: str


def login(user: str = "alice") -> str:
    """The header that says who it is."""
    encoded = base64.b64encode(f"{user}:{password(user)}".encode()).decode()
    return f"Authorization: Basic {encoded}\r\n"


def send(server: Server, request: str | bytes, rest: bytes = b"", timeout: float = 10) -> Answer:
    """The first answer to these bytes; ``rest`` goes out as far as the server takes it."""
    with socket.create_connection(("127.0.0.1", server.port), timeout=timeout) as connection:
        connection.sendall(request.encode() if isinstance(request, str) else request)
        with contextlib.suppress(ConnectionError):  # it has answered and hung up
            connection.sendall(rest)
        return _answer(connection)


def abandon(server: Server, request: str | bytes) -> None:
    """Send this and hang up without waiting for an answer."""
    with socket.create_connection(("127.0.0.1", server.port), timeout=10) as connection:
        connection.sendall(request.encode() if isinstance(request, str) else request)


def put(path: str, *headers: str) -> str:
    """The head of a PUT by alice."""
    lines = "".join(f"{header}\r\n" for header in headers)
    return f"PUT {path} HTTP/1.1\r\nHost: localhost\r\n{login()}{lines}\r\n"


def _answer(connection: socket.socket) -> Answer:
    received = b""
    while b"\r\n\r\n" not in received and (piece := connection.recv(65536)):
        received += piece
    head, _, body = received.decode("latin-1").partition("\r\n\r\n")
    return Answer(int(head.split(" ", 2)[1]), head, body)
