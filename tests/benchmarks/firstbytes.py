"""How soon the first bytes of the Player interface come, as lists and values grow.

What waits for a page is a person: so this measures the time from a request to the
first byte of its answer, over an open connection, taken in turns, as medians.
"""

from __future__ import annotations

import contextlib
import http.client
import statistics
import time
from base64 import b64encode
from pathlib import Path
from urllib.parse import urlsplit

import requests
from crowd import add_runs
from report import Scale, line, title
from serving import USER, Server, ours

FEW_RUNS, MANY_RUNS = 10, 1_000
FEW_ITEMS = 10
JSON = "application/json"
ECHO = Path(__file__).parents[1] / "live" / "workflows" / "echo.t2flow"


def measure(scale: Scale, scratch: Path) -> None:
    title("Player interface: from a request to the first byte of its answer (medians)")
    many_runs = MANY_RUNS if scale.items >= MANY_RUNS else scale.items
    for name in ("ten", "thousand"):
        (scratch / name).mkdir()
    with ours(scratch / "ten") as few, ours(scratch / "thousand") as many:
        add_runs(few.data, USER, FEW_RUNS)
        add_runs(many.data, USER, many_runs)
        _compare(scale, f"GET /runs, {FEW_RUNS} runs", few, "/runs",
                 f"GET /runs, {many_runs:,} runs", many, "/runs")  # fmt: skip
        one, other = (_finished(few, count) for count in (FEW_ITEMS, scale.items))
        for what, below in (("GET one run", ""), ("GET one item", "/output/PAGES/5")):
            paths = [f"/runs/{run}{below}" for run in (one, other)]
            _compare(scale, f"{what}, {FEW_ITEMS} items", few, paths[0],
                     f"{what}, {scale.items:,} items", few, paths[1])  # fmt: skip


def _compare(
    scale: Scale, few: str, first: Server, path: str, many: str, second: Server, other: str
) -> None:
    with contextlib.closing(Client(first)) as small, contextlib.closing(Client(second)) as large:
        small.first_byte(path)  # what is looked at once is remembered
        large.first_byte(other)
        taken = [
            (small.first_byte(path), large.first_byte(other)) for _ in range(scale.repeats * 5)
        ]
    floor, longer = (statistics.median(column) for column in zip(*taken, strict=True))
    line(few, floor * 1000, "ms", "the floor")
    line(many, longer * 1000, "ms", f"{longer / floor:.2f} times the floor")


class Client:
    """One connection, kept open."""

    def __init__(self, server: Server) -> None:
        place = urlsplit(server.url)
        self._connection = http.client.HTTPConnection(place.hostname or "", place.port)
        login = b64encode(f"{USER}:{server.password}".encode()).decode()
        self._headers = {"Authorization": f"Basic {login}", "Accept": JSON}

    def first_byte(self, path: str) -> float:
        """Seconds until it is there; the rest is read as well."""
        begun = time.perf_counter()
        self._connection.request("GET", path, headers=self._headers)
        answer = self._connection.getresponse()
        assert answer.status == 200, path
        assert answer.read(1)
        taken = time.perf_counter() - begun
        answer.read()
        return taken

    def close(self) -> None:
        self._connection.close()


def _finished(server: Server, items: int) -> int:
    """The number of a run whose output ``PAGES`` is a list of so many items."""
    base = server.url.removesuffix("/rest")
    with server.session() as session, ECHO.open("rb") as document:
        session.headers["Accept"] = JSON
        made = session.post(f"{base}/workflows", files={"workflow[document]": document}).json()
        words = [f"item {number}" for number in range(items)]
        given = [{"name": "IN", "value": "x"}, {"name": "WORDS", "value": words}]
        body = {"run": {"workflow_id": made["id"], "inputs_attributes": given}}
        run: int = session.post(f"{base}/runs", json=body).json()["id"]
        _wait(session, f"{base}/runs/{run}")
        return run


def _wait(session: requests.Session, url: str) -> None:
    deadline = time.monotonic() + 120
    while (found := session.get(url).json())["state"] != "finished":
        assert time.monotonic() < deadline, found
        time.sleep(0.1)
