"""The command that a runner starts: outcome, events, exit codes, and nothing left behind."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from taverna_server.data.rundir import Outcome, RunDirectory, RunOrder
from taverna_server.model.run import RunInput
from tests.engines.taverna.scripted import made, one_script
from tests.processes import living_of
from tests.workflow.documents import dataflow, document

COMMAND = Path(sys.executable).parent / "executeworkflow"
PASS = document(dataflow("a", "o", [], ["a -> o"]))
MARK = "executeworkflow-test"


def start(directory: RunDirectory, mark: str = MARK) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [COMMAND, directory.root],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        cwd=directory.wd,
        env={**os.environ, "TAVERNA_RUN_ID": mark},
    )


def finish(process: subprocess.Popen[str], directory: RunDirectory) -> tuple[Outcome, str]:
    _, errors = process.communicate(timeout=60)
    outcome = directory.read_outcome()
    assert outcome is not None
    assert outcome.exit_code == process.returncode
    return outcome, errors


def events(directory: RunDirectory) -> list[str]:
    return [json.loads(line)["event"] for line in directory.events.read_text().splitlines()]


def test_run_leaves_outputs_events_and_outcome(tmp_path: Path) -> None:
    directory = made(tmp_path, PASS, RunInput("a", value="x"))
    outcome, errors = finish(start(directory), directory)
    assert (outcome.exit_code, outcome.message, errors) == (0, "", "")
    assert (directory.out / "o").read_bytes() == b"x"
    assert events(directory) == ["started", "ended"]
    assert outcome.started <= outcome.finished
    assert outcome.usage.keys() == {"user", "system", "max_rss"}


@pytest.mark.parametrize(
    ("workflow", "problem"),
    [
        (b"not xml", "There was an error opening the workflow"),
        (document(dataflow("", "o")), "There was an error validating the workflow"),
        (PASS, "The number of inputs provided does not match"),
    ],
    ids=["no XML", "no link", "no input"],
)
def test_workflow_that_cannot_run_says_why(tmp_path: Path, workflow: bytes, problem: str) -> None:
    directory = made(tmp_path, workflow)
    outcome, errors = finish(start(directory), directory)
    assert outcome.exit_code == 255
    assert outcome.message.startswith(problem)
    assert errors == outcome.message + "\n"
    assert problem in directory.detail_log.read_text()


def test_unknown_type_is_refused(tmp_path: Path) -> None:
    directory = made(tmp_path, PASS)
    directory.write_order(RunOrder("id", workflow_type="nosuch"))
    outcome, errors = finish(start(directory), directory)
    assert outcome.exit_code == 255
    assert "nosuch" in errors


def test_crash_of_the_engine_is_an_outcome_too(tmp_path: Path) -> None:
    directory = made(tmp_path, PASS)
    directory.run_json.unlink()
    outcome, errors = finish(start(directory), directory)
    assert outcome.exit_code == 1
    assert outcome.message.startswith("The engine failed: FileNotFoundError")
    assert "Traceback" in errors


def test_without_a_directory_it_tells_how_to_use_it() -> None:
    done = subprocess.run([COMMAND], capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert done.stderr.startswith("usage: executeworkflow RUN_DIRECTORY")


@pytest.mark.parametrize(
    ("argument", "said"),
    [("--help", "usage: executeworkflow RUN_DIRECTORY"), (".", "is no run directory")],
)
def test_what_is_no_run_directory_stays_as_it_is(tmp_path: Path, argument: str, said: str) -> None:
    done = subprocess.run(
        [COMMAND, argument], capture_output=True, text=True, check=False, cwd=tmp_path
    )
    assert done.returncode == 1
    assert said in done.stderr
    assert list(tmp_path.iterdir()) == []


SLEEP = """Runtime.getRuntime().exec(new String[] {"setsid", "sleep", "600"});
new java.io.FileOutputStream("began").close();
Thread.sleep(600000); o = "never";"""


def _wait_for(path: Path) -> None:
    deadline = time.monotonic() + 30
    while not path.exists():
        assert time.monotonic() < deadline
        time.sleep(0.02)


def test_stop_ends_everything_at_once(tmp_path: Path) -> None:
    """Also what a script started in a session of its own."""
    mark = f"{MARK}-{tmp_path.name}"
    directory = made(tmp_path, one_script(SLEEP))
    process = start(directory, mark)
    _wait_for(directory.wd / "began")
    assert len(living_of(mark)) >= 3, "the engine, the JVM and the sleeping command"
    begin = time.monotonic()
    process.send_signal(signal.SIGTERM)
    outcome, _ = finish(process, directory)
    assert time.monotonic() - begin < 2, "some 50 ms on an idle machine"
    assert outcome.exit_code == 143
    assert living_of(mark) == []
    assert events(directory)[-1] == "ended"
    assert "Workflow was cancelled" in directory.detail_log.read_text()


def test_nothing_outlives_a_run_that_completes(tmp_path: Path) -> None:
    mark = f"{MARK}-{tmp_path.name}"
    directory = made(tmp_path, one_script(SLEEP.replace("Thread.sleep(600000);", "")))
    outcome, _ = finish(start(directory, mark), directory)
    assert outcome.exit_code == 0
    assert living_of(mark) == []


def test_processor_time_of_what_it_started_is_counted(tmp_path: Path) -> None:
    directory = made(tmp_path, one_script('o = "x";'))
    outcome, _ = finish(start(directory), directory)
    assert outcome.usage["max_rss"] > 30 << 20, "a JVM needs more than our Python"
