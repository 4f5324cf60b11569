"""What clients of the Player interface do, short."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import requests

from tests.live.server import Server

EXAMPLES = Path(__file__).parents[3] / "examples"
WORKFLOWS = Path(__file__).parents[1] / "workflows"
JSON = {"Accept": "application/json"}
OVER = ("finished", "failed", "cancelled", "timeout")


def example(name: str) -> bytes:
    """The document of one of ``examples/``."""
    [path] = (EXAMPLES / name).glob("*.t2flow")
    return path.read_bytes()


class Player:
    """An ordinary client of JSON; ``user`` None does not say who it is."""

    def __init__(self, server: Server, user: str | None = "alice") -> None:
        self.url = server.url
        self.session = server.session(user)
        self.session.headers.update(JSON)

    def get(self, path: str, **options: Any) -> requests.Response:
        return self.session.get(self.url + path, **options)

    def post(self, path: str, **options: Any) -> requests.Response:
        return self.session.post(self.url + path, **options)

    def put(self, path: str, **options: Any) -> requests.Response:
        return self.session.put(self.url + path, **options)

    def delete(self, path: str, **options: Any) -> requests.Response:
        return self.session.delete(self.url + path, **options)

    def read(self, path: str) -> Any:
        """A document that must be there."""
        answer = self.get(path)
        assert answer.status_code == 200, answer.text
        assert answer.headers["Content-Type"] == "application/json"
        return answer.json()

    def upload(self, document: bytes, name: str = "w.t2flow", **fields: str) -> int:
        """Put a workflow into the library; its number."""
        data = {f"workflow[{field}]": value for field, value in fields.items()}
        answer = self.post("/workflows", data=data, files={"workflow[document]": (name, document)})
        assert answer.status_code == 201, answer.text
        number: int = answer.json()["id"]
        return number

    def start(self, workflow: int | None = None, **said: Any) -> dict[str, Any]:
        """Make a run; what the server says of it."""
        body = {"run": {**({"workflow_id": workflow} if workflow else {}), **said}}
        answer = self.post("/runs", json=body)
        assert answer.status_code == 201, answer.text
        made: dict[str, Any] = answer.json()
        return made

    def wait(self, run: int, *states: str, seconds: float = 60) -> dict[str, Any]:
        """Until it is over, or in one of the states."""
        found: dict[str, Any] = {}

        def reached() -> bool:
            found.update(self.read(f"/runs/{run}"))
            return found["state"] in (states or OVER)

        until(reached, seconds)
        return self.read(f"/runs/{run}")

    def finished(self, workflow: int, **said: Any) -> dict[str, Any]:
        """A run that has finished."""
        over = self.wait(self.start(workflow, **said)["id"])
        assert over["state"] == "finished", over
        return over


def until(true: Callable[[], object], seconds: float = 30) -> None:
    deadline = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < deadline, "it did not come to pass"
        time.sleep(0.05)


def inputs(**values: object) -> list[dict[str, object]]:
    """As ``inputs_attributes``."""
    return [{"name": name, "value": value} for name, value in values.items()]
