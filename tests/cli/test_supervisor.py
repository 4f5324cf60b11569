from __future__ import annotations

import os
import signal
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import psutil
import pytest

from taverna_server.cli import supervisor
from taverna_server.cli.supervisor import Supervisor

NOTE = "import os, sys, time; open(sys.argv[1], 'a').write(f'{os.getpid()}\\n'); "


def eventually(condition: Callable[[], object], seconds: float = 60) -> None:
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end
        time.sleep(0.02)


@pytest.fixture
def notes(tmp_path: Path) -> Path:
    path = tmp_path / "pids"
    path.touch()
    return path


def pids(notes: Path) -> list[int]:
    return [int(line) for line in notes.read_text().splitlines()]


@pytest.fixture
def supervise(notes: Path) -> Iterator[Callable[[str], Supervisor]]:
    made: list[Supervisor] = []

    def start(then: str) -> Supervisor:
        made.append(Supervisor([sys.executable, "-c", NOTE + then, str(notes)]))
        made[-1].start()
        return made[-1]

    yield start
    for item in made:
        item.stop()


def test_child_that_dies_is_started_again(
    supervise: Callable[[str], Supervisor], notes: Path
) -> None:
    supervise("time.sleep(60)")
    eventually(lambda: pids(notes))
    psutil.Process(pids(notes)[0]).kill()
    eventually(lambda: len(pids(notes)) == 2)
    assert psutil.pid_exists(pids(notes)[1])


def test_child_that_fails_at_its_start_is_started_less_and_less(
    supervise: Callable[[str], Supervisor], notes: Path, caplog: pytest.LogCaptureFixture
) -> None:
    supervise("sys.exit(3)")
    eventually(lambda: len(pids(notes)) == 3)
    assert "ended with 3; starting another in 0.4 s" in caplog.text
    eventually(lambda: "starting another in 1.6 s" in caplog.text)


def test_stop_ends_the_child_and_starts_no_other(
    supervise: Callable[[str], Supervisor], notes: Path
) -> None:
    item = supervise("time.sleep(60)")
    eventually(lambda: pids(notes))
    item.stop()
    assert len(pids(notes)) == 1
    assert not psutil.pid_exists(pids(notes)[0])


def test_child_that_does_not_listen_is_killed(
    supervise: Callable[[str], Supervisor], notes: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(supervisor, "GRACE", 0.2)
    deaf = "import signal; signal.signal(signal.SIGTERM, signal.SIG_IGN); print(1, flush=True); "
    item = supervise(
        deaf.replace("print(1, flush=True)", "open(sys.argv[1], 'a')") + "time.sleep(60)"
    )
    eventually(lambda: pids(notes))
    time.sleep(0.3)
    item.stop()
    assert not psutil.pid_exists(pids(notes)[0])


@pytest.mark.filterwarnings("ignore:.*multi-threaded:DeprecationWarning")
def test_child_is_watched_although_processes_are_forked_while_it_starts(
    supervise: Callable[[str], Supervisor], notes: Path
) -> None:
    """As web workers are: what they inherit must not keep the supervisor waiting."""
    stop = threading.Event()
    forked: list[int] = []

    def fork() -> None:
        while not stop.is_set() and len(forked) < 200:
            pid = os.fork()
            if pid == 0:
                time.sleep(60)
                os._exit(0)
            forked.append(pid)

    forking = threading.Thread(target=fork)
    forking.start()
    try:
        supervise("sys.exit(3)")
        eventually(lambda: len(pids(notes)) >= 3)
    finally:
        stop.set()
        forking.join()
        for pid in forked:
            os.kill(pid, signal.SIGKILL)
            os.waitpid(pid, 0)
