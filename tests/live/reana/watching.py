"""Workflows on a server, asked after over HTTP: until they are as a test needs them."""

from __future__ import annotations

import contextlib
import json
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import psutil
import requests

from tests.live.server import Server

PATIENCE = 60.0
OVER = ("finished", "failed", "stopped", "deleted")


@dataclass(frozen=True)
class Watched:
    """Everything a token may see."""

    server: Server
    token: str

    def get(self, path: str) -> Any:
        with self.server.session(None) as session:
            address = f"{self.server.url}/api/workflows/{path}"
            answer = session.get(address, params={"access_token": self.token}, timeout=30)
            answer.raise_for_status()
            return answer.json()

    def until(self, name: str, is_so: Callable[[Any], bool]) -> Any:
        """The status of a workflow once it is so."""
        deadline = time.monotonic() + PATIENCE
        while True:
            with contextlib.suppress(requests.ConnectionError):
                found = self.get(f"{name}/status")
                if is_so(found):
                    return found
                assert time.monotonic() < deadline, (found, self.logs(name))
            time.sleep(0.1)

    def end(self, name: str) -> str:
        """How it ended."""
        return str(self.until(name, lambda it: it["status"] in OVER)["status"])

    def working(self, name: str) -> str:
        """Wait until one of its jobs runs; its id."""
        found = self.until(
            name, lambda it: it["progress"]["running"]["total"] > 0 or it["status"] in OVER
        )
        assert found["status"] == "running", self.logs(name)
        return str(found["id"])

    def logs(self, name: str) -> Any:
        return json.loads(self.get(f"{name}/logs")["logs"])


def processes_of(run_id: str) -> list[psutil.Process]:
    """What works for a run: it says so in its environment, its command or its directory."""
    found = []
    for process in psutil.process_iter():
        with contextlib.suppress(psutil.Error):
            words = [*process.cmdline(), process.cwd(), process.environ().get("TAVERNA_RUN_ID", "")]
            if any(run_id in word for word in words) and process.status() != "zombie":
                found.append(process)
    return found


def none_left(run_id: str, seconds: float = 5) -> bool:
    deadline = time.monotonic() + seconds
    while processes_of(run_id):
        if time.monotonic() > deadline:
            return False
        time.sleep(0.1)
    return True
