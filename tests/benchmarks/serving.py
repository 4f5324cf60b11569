"""The two servers that are measured: ours, and a bare Flask view on the same web server."""

from __future__ import annotations

import contextlib
import os
import secrets
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import requests

from taverna_server.config import load_config

BIN = Path(sys.executable).parent
USER = "bench"
OTHERS = "others"


@dataclass(frozen=True)
class Server:
    url: str
    data: Path
    password: str

    def session(self) -> requests.Session:
        """An ordinary client that is logged in."""
        session = requests.Session()
        session.auth = (USER, self.password)
        return session


@contextlib.contextmanager
def ours(data: Path) -> Iterator[Server]:
    """``taverna-server serve`` with limits out of the way, and two accounts."""
    port, password = _free_port(), secrets.token_urlsafe()
    environment = {
        **os.environ,
        "TAVERNA_SERVER_DATA": str(data),
        "TAVERNA_SERVER_RUN_LIMIT": "1000000",
        "TAVERNA_SERVER_ACCESS_LOG": "no",
    }
    for name in (USER, OTHERS):
        add = [BIN / "taverna-server", "user", "add", name, "--password-stdin"]
        subprocess.run(
            add, input=password, text=True, env=environment, check=True, stdout=subprocess.DEVNULL
        )
    command = [str(BIN / "taverna-server"), "serve", "--port", str(port)]
    with _running(command, f"http://127.0.0.1:{port}/rest", data / "serve.log", environment) as url:
        yield Server(url, data, password)


@contextlib.contextmanager
def bare(scratch: Path) -> Iterator[str]:
    """One Flask view that answers a word, under granian with the options of ``serve``."""
    port, config = _free_port(), load_config()
    command = [
        str(BIN / "granian"), "--interface", "wsgi", "--workers", str(config.workers),
        "--blocking-threads", str(config.threads), "--no-ws",
        "--working-dir", str(Path(__file__).parent), "--port", str(port), "bare:app",
    ]  # fmt: skip
    with _running(command, f"http://127.0.0.1:{port}", scratch / "bare.log", None) as url:
        yield url


@contextlib.contextmanager
def _running(
    command: list[str], url: str, log: Path, environment: dict[str, str] | None
) -> Iterator[str]:
    with log.open("wb") as stream:
        process = subprocess.Popen(command, stdout=stream, stderr=stream, env=environment)
    try:
        _wait(url, process, log)
        yield url
    finally:
        process.terminate()
        process.wait(30)


def _wait(url: str, process: subprocess.Popen[bytes], log: Path) -> None:
    deadline = time.monotonic() + 60
    while True:
        with contextlib.suppress(requests.ConnectionError):
            requests.get(url, timeout=5).raise_for_status()
            return
        if process.poll() is not None or time.monotonic() > deadline:
            raise SystemExit(f"{url} does not answer:\n{log.read_text()}")
        time.sleep(0.05)


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return int(listener.getsockname()[1])
