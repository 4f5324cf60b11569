"""A cancel at whatever moment leaves no process, no thread and no temporary file."""

from __future__ import annotations

import random
import signal
import subprocess
import threading
import time
from pathlib import Path

import psutil
import pytest

from taverna_server.data.rundir import RunDirectory
from taverna_server.engines.taverna.engine import TavernaEngine
from taverna_server.model.run import RunInput
from tests.engines.taverna.scripted import made, scripted
from tests.engines.taverna.test_examples import EXECUTEWORKFLOW
from tests.workflow.documents import dataflow, document

TOOL = (Path(__file__).parents[2] / "benchmarks" / "tool.t2flow").read_text()
ITEMS = RunInput("items", value=",".join(map(str, range(200))), delimiter=",")
STOPPED = 143
MOMENTS = 8


def scripts() -> bytes:
    """A list through two scripts, in threads of the engine and a JVM."""
    slow = "Thread.sleep(5); o = a;"
    steps = [scripted("P", slow, "a", jobs=3), scripted("Q", slow, "a", jobs=3)]
    links = ["items -> P.a", "P.o -> Q.a", "Q.o -> result"]
    return document(dataflow("items:1", "result", steps, links))


def tools() -> bytes:
    """A tool for each item, each with a child that has a child."""
    command = "sh -c 'sleep 0.02; sleep 0.02 &amp; wait'; echo %%item%%"
    return TOOL.replace("$jobs", "3").replace("$command", command).encode()


def moments(seed: int, longest: float) -> list[float]:
    chance = random.Random(seed)
    return [chance.uniform(0, longest) for _ in range(MOMENTS)]


@pytest.mark.parametrize("moment", moments(1, 0.8))
@pytest.mark.parametrize("workflow", [scripts(), tools()], ids=["scripts", "tools"])
def test_engine_told_to_end_leaves_nothing(
    workflow: bytes, moment: float, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    temporary = tmp_path / "temporary"
    temporary.mkdir()
    monkeypatch.setenv("TMPDIR", str(temporary))
    directory = made(tmp_path, workflow, ITEMS)
    engine = subprocess.Popen(
        [EXECUTEWORKFLOW, directory.root], stdout=subprocess.DEVNULL, stderr=subprocess.PIPE
    )
    _until_it_listens(directory)
    time.sleep(moment)
    family = psutil.Process(engine.pid).children(recursive=True)
    engine.send_signal(signal.SIGTERM)
    _, complaints = engine.communicate(timeout=30)
    assert (engine.returncode, complaints) == (STOPPED, b"")
    assert [process for process in family if process.is_running()] == []
    assert _left_over(directory) == []
    assert not directory.scratch.exists()
    assert list(temporary.iterdir()) == []


def _until_it_listens(directory: RunDirectory) -> None:
    deadline = time.monotonic() + 30
    while not (directory.events.exists() and directory.events.stat().st_size):
        assert time.monotonic() < deadline
        time.sleep(0.005)


def _left_over(directory: RunDirectory) -> list[str]:
    """Processes that have to do with the run's directory."""
    root = str(directory.root)
    found = []
    for process in psutil.process_iter(["cmdline", "cwd"]):
        words = [*(process.info["cmdline"] or ()), process.info["cwd"] or ""]
        if any(root in word for word in words):
            found.append(" ".join(words))
    return found


@pytest.mark.parametrize("moment", moments(2, 0.5))
def test_engine_in_this_process_leaves_no_thread(moment: float, tmp_path: Path) -> None:
    before = set(threading.enumerate())
    directory = made(tmp_path, scripts(), ITEMS)
    engine = TavernaEngine()
    timer = threading.Timer(moment, engine.stop)
    timer.start()
    assert engine.execute(directory, directory.read_order(), lambda kind, fields: None) == STOPPED
    timer.join()
    deadline = time.monotonic() + 10
    while set(threading.enumerate()) - before:
        assert time.monotonic() < deadline, threading.enumerate()
        time.sleep(0.01)
    assert _left_over(directory) == []


def test_stop_before_the_run_begins_is_heeded(tmp_path: Path) -> None:
    engine = TavernaEngine()
    engine.stop()
    directory = made(tmp_path, scripts(), ITEMS)
    assert engine.execute(directory, directory.read_order(), lambda kind, fields: None) == STOPPED
