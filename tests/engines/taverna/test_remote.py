"""Invocations in other processes: a pool of this machine, and real Dask workers."""

from __future__ import annotations

import json
import signal
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from taverna_server.data.rundir import RunDirectory
from tests.benchmarks.workers import dask_workers
from tests.engines.taverna.test_examples import EXECUTEWORKFLOW, prepared
from tests.example_workflows import EXAMPLES, Example

SPREAD = ("beanshell", "cross_product", "external_tool", "nested_workflow", "partial_failure")
"""Not those whose scripts meet in static state of Java: that is one JVM's (docs/operations.md)."""
CHOSEN = [example for example in EXAMPLES if example.name in SPREAD]
TOOL = next(example for example in EXAMPLES if example.name == "external_tool")


@pytest.fixture(scope="module")
def dask() -> Iterator[str]:
    """The address of a scheduler with two workers, each a process of its own."""
    with dask_workers(2, threads=2) as address:
        yield address


@pytest.fixture(params=["processes", "dask"])
def options(request: pytest.FixtureRequest) -> dict[str, str]:
    if request.param == "processes":
        return {"executor": "processes"}
    return {"executor": "dask", "dask_scheduler": request.getfixturevalue("dask")}


def ordered(example: Example, root: Path, options: dict[str, str]) -> RunDirectory:
    directory = prepared(example, root)
    order = json.loads(directory.run_json.read_bytes())
    directory.run_json.write_text(json.dumps(order | {"options": options}))
    return directory


@pytest.mark.parametrize("example", CHOSEN, ids=lambda example: example.name)
def test_example_gives_the_same_elsewhere(
    example: Example, options: dict[str, str], tmp_path: Path
) -> None:
    directory = ordered(example, tmp_path, options)
    done = subprocess.run([EXECUTEWORKFLOW, directory.root], stderr=subprocess.PIPE, check=False)
    assert (done.returncode, done.stderr) == (0, b"")
    assert example.differences(directory.out) == []
    assert not directory.scratch.exists()


def test_work_is_done_elsewhere(options: dict[str, str], tmp_path: Path) -> None:
    """The script says which process it runs in: a child of the pool, or a Dask worker's JVM."""
    example = next(example for example in EXAMPLES if example.name == "beanshell")
    directory = ordered(example, tmp_path, options)
    engine = subprocess.Popen([EXECUTEWORKFLOW, directory.root])
    parents: dict[int, int] = {}
    while engine.poll() is None:
        # The first one: the engine adopts what its workers leave behind.
        parents = _jvm_parents(directory) | parents
    assert engine.pid not in parents.values()
    assert parents


def _jvm_parents(directory: RunDirectory) -> dict[int, int]:
    """The JVMs that work in this run's directory, and their parents."""
    found = {}
    for process in psutil.process_iter(["cmdline", "ppid"]):
        command = process.info["cmdline"] or [""]
        if "java" in command[0] and any(str(directory.root) in part for part in command):
            found[process.pid] = process.info["ppid"]
    return found


def test_stop_ends_the_tools_of_workers(options: dict[str, str], tmp_path: Path) -> None:
    directory = ordered(TOOL, tmp_path, options)
    seconds = f"{3600 + time.monotonic_ns() % 10**9 / 1e9:.9f}"
    document = directory.workflow.read_bytes()
    begin, end = document.index(b"<command>"), document.index(b"</command>")
    command = b"<command>sleep " + seconds.encode()
    directory.workflow.write_bytes(document[:begin] + command + document[end:])
    engine = subprocess.Popen([EXECUTEWORKFLOW, directory.root])
    _until(lambda: bool(_sleepers(seconds)))
    engine.send_signal(signal.SIGTERM)
    assert engine.wait(30) == 143
    _until(lambda: not _sleepers(seconds))


def _sleepers(seconds: str) -> list[psutil.Process]:
    every = psutil.process_iter(["cmdline"])
    return [process for process in every if seconds in " ".join(process.info["cmdline"] or ())]


def _until(true: object) -> None:
    assert callable(true)
    deadline = time.monotonic() + 60
    while not true():
        assert time.monotonic() < deadline
        time.sleep(0.05)


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        ({"executor": "abacus"}, "executor 'abacus': it is one of threads, processes, dask"),
        ({"executor": "dask"}, "executor 'dask' needs the address in 'dask_scheduler'"),
    ],
)
def test_executor_that_cannot_be_is_refused(
    options: dict[str, str], sentence: str, tmp_path: Path
) -> None:
    directory = ordered(TOOL, tmp_path, options)
    done = subprocess.run([EXECUTEWORKFLOW, directory.root], stderr=subprocess.PIPE, check=False)
    outcome = directory.read_outcome()
    assert outcome is not None
    assert (done.returncode, outcome.message) == (255, sentence)
