"""A whole server killed in the middle of its work; clients that do not give up."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import psutil
import pytest
import requests

from tests.live import runs
from tests.live.server import Server, running

CLIENTS = 8
RUNS = 200
IN = "drink me"


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Server]:
    with running(tmp_path, run_limit=RUNS + CLIENTS) as server:
        yield server
        assert "Traceback" not in server.log()


def patiently(request: Callable[[], requests.Response], *busy: int) -> requests.Response:
    """Again until the server is there and not busy."""
    deadline = time.monotonic() + 100
    while True:
        try:
            answer = request()
            if answer.status_code not in busy:
                return answer
        except requests.ConnectionError:
            assert time.monotonic() < deadline
        time.sleep(0.05)


def one_run(session: requests.Session, server: Server) -> str:
    """From the POST to its output, through whatever happens to the server."""
    created = patiently(
        lambda: session.post(f"{server.rest}/runs", data=runs.ECHO, headers=runs.T2FLOW)
    )
    run = created.headers["Location"]
    for port in ("IN", "WORDS"):
        body = {"runInput": {"value": IN, "@listDelimiter": "," if port == "WORDS" else ""}}
        given = patiently(lambda b=body, p=port: session.put(f"{run}/input/input/{p}", json=b))
        assert given.status_code == 200, given.text
    started = patiently(
        lambda: session.put(f"{run}/status", data="Operating", headers=runs.TEXT), 503
    )
    # An answer may be lost with the server that gave it; the next one then finds the run over.
    assert started.text in ("Operating", "already finished")
    while patiently(lambda: session.get(f"{run}/status")).text != "Finished":
        time.sleep(0.05)
    return run


def engines(server: Server) -> list[psutil.Process]:
    """The processes that work in this server's run directories."""
    found = []
    for process in psutil.process_iter():
        try:
            if str(server.data) in " ".join(process.cmdline()) + process.cwd():
                found.append(process)
        except (psutil.NoSuchProcess, psutil.AccessDenied):
            continue
    return [process for process in found if process not in server.processes()]


@pytest.mark.slow
def test_two_hundred_runs_of_eight_clients_outlive_a_killed_server(server: Server) -> None:
    made: list[str] = []

    def client(count: int) -> None:
        with server.session("alice") as session:
            for _ in range(count):
                made.append(one_run(session, server))

    def accident() -> None:
        while len(made) < RUNS // 2:
            time.sleep(0.05)
        server.kill()
        server.start()

    mishap = threading.Thread(target=accident)
    mishap.start()
    with ThreadPoolExecutor(CLIENTS) as clients:
        list(clients.map(client, [RUNS // CLIENTS] * CLIENTS))
    mishap.join()
    with server.session("alice") as alice:
        for run in made:
            code = alice.get(f"{run}/listeners/io/properties/exitcode").text
            assert code == "0", alice.get(f"{run}/stderr").text + alice.get(f"{run}/log").text
            assert alice.get(f"{run}/wd/out/OUT").text == IN
        clear_away(alice, server)


def clear_away(session: requests.Session, server: Server) -> None:
    """Delete every run, known to a client or not, and see that nothing is left."""
    listed = session.get(f"{server.rest}/runs", headers={"Accept": "application/json"}).json()
    for run in listed["runList"]["run"]:
        assert session.delete(run["@href"]).status_code == 204
    deadline = time.monotonic() + 30
    while left := [p for p in (server.data / "runs").iterdir() if p.name != ".database"]:
        assert time.monotonic() < deadline, left
        time.sleep(0.05)
    assert engines(server) == []
    empty = session.get(f"{server.rest}/runs", headers={"Accept": "application/json"}).json()
    assert empty["runList"]["run"] == []


def test_operating_run_is_watched_by_the_next_server(server: Server) -> None:
    with server.session("alice") as alice:
        run = runs.create(alice, server)
        runs.set_echo_inputs(alice, run)
        runs.start(alice, run)
        server.kill()
        server.start()
        runs.wait(alice, run)
        assert alice.get(f"{run}/wd/out/OUT").text == IN
        assert alice.get(f"{run}/finishTime").text
        clear_away(alice, server)
