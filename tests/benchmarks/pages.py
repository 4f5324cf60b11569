"""How soon the first byte of a page comes, with many runs and a long list, and what viewers cost.

The floor is the same page on a server with ten runs, one of which has a list of fifty
items, a page full: what is shown decides, not what there is. Viewers hold event streams of a run at
work; beside them somebody reads the run's status, which must not wait for them.
"""

from __future__ import annotations

import statistics
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psutil
import requests
from crowd import add_runs
from orders import concatenate, tool
from report import Scale, line, title
from serving import USER, Server, ours

FEW = 10
A_PAGE = 50
"""Items: what a page of a list shows."""
VIEWERS = 50
SECONDS = 8.0
PAGES = {
    "list of runs": "/runs?all=1",
    "page of a run": "/runs/1",
    "page of its long list": "/runs/1/outputs?port=result",
    "last page of it": "/runs/1/outputs?port=result&page=999",
    "errors of it": "/runs/1/outputs?port=result&only=errors",
}
_KIND = {"Content-Type": "application/vnd.taverna.t2flow+xml"}


def measure(scale: Scale, scratch: Path) -> None:
    runs = max(scale.others // 10, FEW)
    title(f"first byte of pages: {runs:,} runs, one with {scale.items:,} items (the floor: {FEW})")
    (scratch / "small").mkdir()
    (scratch / "large").mkdir()
    with ours(scratch / "small") as small, ours(scratch / "large") as large:
        _filled(small, FEW, A_PAGE)
        _filled(large, runs, scale.items)
        for name, path in PAGES.items():
            floor, taken = _first_bytes(scale.repeats, [small, large], path)
            line(name, taken * 1000, "ms", f"{taken / floor:.2f} times the floor")
        _watched(large, SECONDS if scale.repeats > 2 else 1.0)


def _filled(server: Server, runs: int, items: int) -> None:
    with server.session() as session:
        run = _started(session, server, concatenate("localworker"), items)
        while session.get(f"{run}/status").text != "Finished":
            time.sleep(0.2)
    add_runs(server.data, USER, runs - 1)


def _started(session: requests.Session, server: Server, workflow: bytes, items: int) -> str:
    created = session.post(f"{server.url}/runs", data=workflow, headers=_KIND)
    run = created.headers["Location"]
    given = {"value": ",".join(f"item {n}" for n in range(items)), "@listDelimiter": ","}
    session.put(f"{run}/input/input/items", json={"runInput": given}).raise_for_status()
    if b"<name>suffix</name>" in workflow:
        suffix = {"runInput": {"value": "!"}}
        session.put(f"{run}/input/input/suffix", json=suffix).raise_for_status()
    kind = {"Content-Type": "text/plain"}
    session.put(f"{run}/status", data="Operating", headers=kind).raise_for_status()
    return run


def _first_bytes(repeats: int, servers: list[Server], path: str) -> list[float]:
    """Medians, taken in turns; the first turn only warms up."""
    turns = [[_first_byte(server, path) for server in servers] for _ in range(repeats + 1)]
    return [statistics.median(column) for column in zip(*turns[1:], strict=True)]


def _first_byte(server: Server, path: str) -> float:
    headers = {"Accept": "text/html"}
    address = server.url.removesuffix("/rest") + path
    with server.session() as session, session.get(address, headers=headers, stream=True) as answer:
        answer.raise_for_status()
        return answer.elapsed.total_seconds()


def _watched(server: Server, seconds: float) -> None:
    title(f"{VIEWERS} viewers of a run at work (the floor: the same server without viewers)")
    with server.session() as session:
        run = _started(session, server, tool("sleep 1000"), 1)
        alone, idle = _status(session, run, seconds), _cpu(server, seconds)
        with _viewers(server, VIEWERS) as told:
            watched, busy = _status(session, run, seconds), _cpu(server, seconds)
        session.delete(run)
    line("status, read beside them", watched * 1000, "ms", f"{watched / alone:.2f} times the floor")
    each = (busy - idle) / VIEWERS * 1000
    line("CPU of the server for a viewer", each, "ms/s", f"{busy:.2f} cores; the floor: {idle:.2f}")
    line("events told to them", len(told), "", "no floor")


def _status(session: requests.Session, run: str, seconds: float) -> float:
    """Median time of a read, for so long."""
    taken, until = [], time.monotonic() + seconds / 2
    while time.monotonic() < until:
        taken.append(session.get(f"{run}/status").elapsed.total_seconds())
        time.sleep(0.02)
    return statistics.median(taken)


def _cpu(server: Server, seconds: float) -> float:
    """Cores that the server uses, over a while."""
    before, began = _cpu_time(server), time.monotonic()
    time.sleep(seconds / 2)
    return (_cpu_time(server) - before) / (time.monotonic() - began)


def _cpu_time(server: Server) -> float:
    """Of all its processes; those of runs are in sessions of their own."""
    port = int(server.url.rpartition(":")[2].partition("/")[0])
    found = 0.0
    for process in psutil.process_iter(["cmdline"]):
        if "serve" in (words := process.info["cmdline"] or []) and str(port) in words:
            for it in (process, *process.children()):
                times = it.cpu_times()
                found += times.user + times.system
    return found


@contextmanager
def _viewers(server: Server, count: int) -> Iterator[list[str]]:
    """Browsers that come back as they are told to."""
    told: list[str] = []
    over = threading.Event()
    number = _newest(server)
    threads = [
        threading.Thread(target=_view, args=(server, number, told, over)) for _ in range(count)
    ]
    for thread in threads:
        thread.start()
    try:
        yield told
    finally:
        over.set()
        for thread in threads:
            thread.join()


def _newest(server: Server) -> int:
    with server.session() as session:
        listed = session.get(server.url.removesuffix("/rest") + "/runs.json?sort=-id&per_page=1000")
        return max(int(run["id"]) for run in listed.json())


def _view(server: Server, number: int, told: list[str], over: threading.Event) -> None:
    address = f"{server.url.removesuffix('/rest')}/runs/{number}/events"
    place, pause = "", 0.3
    with server.session() as session:
        while not over.is_set():
            with session.get(address, headers={"Last-Event-ID": place}, stream=True) as answer:
                for text in answer.iter_lines(decode_unicode=True):
                    name, _, value = text.partition(": ")
                    if name == "id":
                        place = value
                    elif name == "retry":
                        pause = int(value) / 1000
                    elif name == "event":
                        told.append(value)
                    if over.is_set():
                        break
            over.wait(pause)
