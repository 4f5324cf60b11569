"""Requests per second of one address: wrk where it is installed, else plain sockets.

The generator below costs more CPU than wrk, and server and client share the
machine, so its numbers are lower; ratios within one run still compare.
"""

from __future__ import annotations

import re
import shutil
import socket
import subprocess
import threading
import time
from base64 import b64encode
from collections.abc import Mapping
from urllib.parse import urlsplit

CONNECTIONS = 8


def basic(user: str, password: str) -> dict[str, str]:
    """The header that logs in."""
    return {"Authorization": "Basic " + b64encode(f"{user}:{password}".encode()).decode()}


def rate(url: str, headers: Mapping[str, str]) -> float:
    """Answers with status 200 in a second; any other status ends the benchmark."""
    wrk = shutil.which("wrk")
    return with_wrk(wrk, url, headers) if wrk else with_sockets(url, headers)


def with_wrk(wrk: str, url: str, headers: Mapping[str, str]) -> float:
    command = [wrk, "-t1", f"-c{CONNECTIONS}", "-d1s"]
    for name, value in headers.items():
        command += ["-H", f"{name}: {value}"]
    printed = subprocess.run([*command, url], check=True, capture_output=True, text=True).stdout
    found = re.search(r"Requests/sec:\s+([\d.]+)", printed)
    if found is None or "Non-2xx" in printed:
        raise SystemExit(f"wrk {url}:\n{printed}")
    return float(found[1])


def with_sockets(url: str, headers: Mapping[str, str]) -> float:
    """The same with threads and kept-alive connections."""
    counts: list[int] = []
    start = time.perf_counter()
    threads = [
        threading.Thread(target=lambda: counts.append(_ask(url, start + 1, headers)))
        for _ in range(CONNECTIONS)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if len(counts) < CONNECTIONS:
        raise SystemExit(f"{url} did not answer 200 to everybody")
    return sum(counts) / (time.perf_counter() - start)


def _ask(url: str, until: float, headers: Mapping[str, str]) -> int:
    address = urlsplit(url)
    lines = [f"GET {address.path or '/'} HTTP/1.1", f"Host: {address.netloc}"]
    lines += [f"{name}: {value}" for name, value in headers.items()]
    request = ("\r\n".join(lines) + "\r\n\r\n").encode()
    count = 0
    with socket.create_connection((address.hostname, address.port)) as connection:
        while time.perf_counter() < until:
            connection.sendall(request)
            _read_answer(connection)
            count += 1
    return count


def _read_answer(connection: socket.socket) -> None:
    received = b""
    while not _complete(received):
        block = connection.recv(65536)
        if not block:
            raise ConnectionError("closed in the middle of an answer")
        received += block
    if not received.startswith(b"HTTP/1.1 200"):
        raise ConnectionError(received[:200])


def _complete(received: bytes) -> bool:
    head, end, body = received.partition(b"\r\n\r\n")
    if not end:
        return False
    length = re.search(rb"(?i)\r\ncontent-length: *(\d+)", head)
    return len(body) >= int(length[1]) if length else body.endswith(b"0\r\n\r\n")
