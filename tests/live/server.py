"""A server as its users have it: a process of its own, spoken to over HTTP."""

from __future__ import annotations

import contextlib
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from pathlib import Path

import psutil
import requests

COMMAND = Path(sys.executable).parent / "taverna-server"
USERS = ("alice", "bob")
ADMIN = "admin"


def password(user: str) -> str:
    return f"{user} has a secret"


class Server:
    """``taverna-server serve`` on a free port, its data under ``directory``.

    ``settings`` are options by name (``run_limit=5``). With an ``authority``, the
    certificate that its own must come from, it speaks TLS. The port stays the same
    over restarts, so addresses that a client kept stay right.
    """

    def __init__(self, directory: Path, authority: Path | None = None, **settings: object) -> None:
        self.data = directory / "data"
        self.log_file = directory / "serve.log"
        self.port = _free_port()
        self.authority = authority
        self.url = f"{'https' if authority else 'http'}://127.0.0.1:{self.port}"
        self.rest = f"{self.url}/rest"
        self._environment = _environment(self.data, settings)
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Start it and wait until it answers."""
        command = [str(COMMAND), "serve", "--port", str(self.port)]
        with self.log_file.open("ab") as log:
            self._process = subprocess.Popen(
                command, stdout=log, stderr=log, env=self._environment, start_new_session=True
            )
        self._wait(60)

    def stop(self) -> None:
        """End it politely."""
        if self._process is not None:
            self._process.terminate()
            self._process.wait(30)
            self._process = None

    def kill(self) -> None:
        """SIGKILL to every process of the server; runs are processes of their own."""
        assert self._process is not None
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self._process.pid, signal.SIGKILL)
        self._process.wait(30)
        self._process = None

    def restart(self) -> None:
        self.stop()
        self.start()

    def add_user(self, name: str, *options: str) -> None:
        """Through the command line, as an administrator would."""
        self.command("user", "add", name, "--password-stdin", *options, stdin=password(name))

    def command(self, *words: str, stdin: str = "") -> str:
        """``taverna-server WORDS`` on the same data; returns what it prints."""
        done = subprocess.run(
            [str(COMMAND), *words],
            input=stdin,
            env=self._environment,
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stderr
        return done.stdout

    def session(self, user: str | None = "alice") -> requests.Session:
        """An ordinary client; with ``None`` one that does not say who it is."""
        session = requests.Session()
        session.trust_env = False
        session.verify = str(self.authority) if self.authority else True
        if user is not None:
            session.auth = (user, password(user))
        return session

    def log(self) -> str:
        """What it has printed so far."""
        return self.log_file.read_text(errors="replace")

    def processes(self) -> list[psutil.Process]:
        """The server's own: those in its session."""
        assert self._process is not None
        parent = psutil.Process(self._process.pid)
        own = [parent, *parent.children(recursive=True)]
        return [p for p in own if os.getsid(p.pid) == parent.pid]

    def memory(self) -> int:
        """Bytes resident in all processes of the server together."""
        return sum(process.memory_info().rss for process in self.processes())

    def end_runs(self) -> None:
        """Kill what still works in run directories: runs outlive the server, not the tests."""
        runs = str(self.data / "runs")
        for process in psutil.process_iter(["cmdline"]):
            if any(word.startswith(runs) for word in process.info["cmdline"] or ()):
                with contextlib.suppress(psutil.NoSuchProcess):
                    process.kill()

    def _wait(self, seconds: float) -> None:
        deadline = time.monotonic() + seconds
        while True:
            with contextlib.suppress(requests.ConnectionError):
                if self.session(None).get(f"{self.rest}/", timeout=5).ok:
                    return
            assert self._process is not None
            assert self._process.poll() is None, self.log()
            assert time.monotonic() < deadline, self.log()
            time.sleep(0.05)


@contextlib.contextmanager
def running(directory: Path, authority: Path | None = None, **settings: object) -> Iterator[Server]:
    """A server with the users alice, bob and admin, for the length of the block."""
    server = Server(directory, authority, **settings)
    for name in USERS:
        server.add_user(name)
    server.add_user(ADMIN, "--admin")
    server.start()
    try:
        yield server
    finally:
        server.stop()
        server.end_runs()


def _environment(data: Path, settings: Mapping[str, object]) -> dict[str, str]:
    given = {"data": data, "access_log": "no", **settings}
    options = {f"TAVERNA_SERVER_{name.upper()}": str(value) for name, value in given.items()}
    return {**os.environ, **options}


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return int(listener.getsockname()[1])
