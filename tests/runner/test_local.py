"""What only the runner of local processes promises; the rest is in the conformance suite."""

import json
import os
import random
import signal
import subprocess
import sys
import threading
import time
import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from taverna_server.data.rundir import RunDirectory, RunOrder
from taverna_server.runner.base import Observation, RunnerState
from taverna_server.runner.local import CLAIM, LocalRunner
from tests import fakes
from tests.processes import living_of

STARTER = """
import json, sys
from pathlib import Path
from typing import Any
from taverna_server.runner.local import LocalRunner
run_id, root, kept, *command = sys.argv[1:]
state = json.loads(Path(kept).read_text()) if Path(kept).exists() else {}
print("ready", flush=True)
for state in LocalRunner(command).start(run_id, Path(root), state):
    Path(kept + ".new").write_text(json.dumps(state))
    Path(kept + ".new").replace(kept)
"""


def prepared(tmp_path: Path, name: str) -> RunDirectory:
    """A run of its own: its processes are found by its id, also beside another suite."""
    run_id = f"run-{name}-{uuid.uuid4()}"
    directory = RunDirectory(tmp_path / run_id)
    directory.create(b"<workflow/>")
    directory.write_order(RunOrder(run_id))
    return directory


@pytest.fixture
def runner(tmp_path: Path) -> Iterator[LocalRunner]:
    """A runner whose processes are ended afterwards, whatever a test forgets."""
    runner = LocalRunner(fakes.command("NeverEnds"))
    yield runner
    for directory in tmp_path.glob("run*"):
        state = {"run_id": directory.name, "directory": str(directory), "boot": ""}
        runner.stop(state, grace=0)
        assert living_of(directory.name) == []


def start(runner: LocalRunner, directory: RunDirectory, state: RunnerState | None = None) -> Any:
    return [state, *runner.start(directory.root.name, directory.root, state or {})][-1]


def test_start_killed_anywhere_never_starts_a_second_command(
    runner: LocalRunner, tmp_path: Path
) -> None:
    """SIGKILL at twenty moments of a start, each continued by another process."""
    chance = random.Random(1)
    for number in range(20):
        directory = prepared(tmp_path, f"killed-{number}")
        kept = tmp_path / f"kept-{number}"
        arguments = [directory.root.name, str(directory.root), str(kept), *runner.command]
        starter = subprocess.Popen(
            [sys.executable, "-c", STARTER, *arguments], stdout=subprocess.PIPE
        )
        with starter as killed:
            assert killed.stdout
            assert killed.stdout.readline()
            time.sleep(chance.uniform(0, 0.008))
            killed.send_signal(signal.SIGKILL)
        state = start(runner, directory, json.loads(kept.read_text()) if kept.exists() else {})
        assert runner.poll(state) is Observation.ALIVE
    for directory in tmp_path.glob("run-killed-*"):
        while not (directory / "wd" / "working").exists():
            time.sleep(0.01)
        assert len((directory / "starts").read_text().split()) == 1
        assert len(living_of(directory.name)) == 1


def test_starters_that_overlap_agree_on_one_command(runner: LocalRunner, tmp_path: Path) -> None:
    directory = prepared(tmp_path, "overlap")
    pids: list[int] = []
    threads = [
        threading.Thread(target=lambda: pids.append(start(runner, directory)["pid"]))
        for _ in range(8)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(pids) == 8
    assert len(set(pids)) == 1
    assert [pid for pid, _ in living_of(directory.root.name)] == pids[:1]


def test_claim_without_a_pid_counts_as_ended(runner: LocalRunner, tmp_path: Path) -> None:
    """The shell was killed between making the claim and writing into it."""
    directory = prepared(tmp_path, "empty-claim")
    (directory.root / CLAIM).touch()
    assert runner.poll(start(runner, directory)) is Observation.GONE


def test_claim_of_a_pid_that_is_another_process_now_counts_as_ended(
    runner: LocalRunner, tmp_path: Path
) -> None:
    directory = prepared(tmp_path, "reused-pid")
    (directory.root / CLAIM).write_text(f"{os.getpid()}\n")
    state = start(runner, directory)
    assert runner.poll(state) is Observation.GONE
    runner.stop(state, grace=0)  # and this process lives on


@pytest.mark.parametrize("change", [{"started": 1}, {"boot": "before the power cut"}])
def test_state_of_another_process_with_the_same_pid_is_gone(
    runner: LocalRunner, tmp_path: Path, change: RunnerState
) -> None:
    directory = prepared(tmp_path, "stale")
    state = {**start(runner, directory), **change}
    assert runner.poll(state) is Observation.GONE


def test_stop_reaches_a_run_whose_state_was_lost(runner: LocalRunner, tmp_path: Path) -> None:
    directory = prepared(tmp_path, "lost")
    first, *_ = list(runner.start(directory.root.name, directory.root, {}))
    runner.stop(first, grace=0.2)
    assert living_of(directory.root.name) == []


def test_stop_of_a_run_whose_directory_is_gone_ends_its_processes(
    runner: LocalRunner, tmp_path: Path
) -> None:
    directory = prepared(tmp_path, "moved")
    first, *_ = list(runner.start(directory.root.name, directory.root, {}))
    directory.root.rename(tmp_path / "trash")
    runner.stop(first, grace=0)
    assert living_of(directory.root.name) == []


SECRETS = (
    "TAVERNA_SERVER_ADMIN_PASSWORD", "GITLAB_TOKEN", "AWS_SECRET_ACCESS_KEY", "PGPASSWORD",
    "MYSQL_PWD", "OPENAI_API_KEY", "GOOGLE_APPLICATION_CREDENTIALS", "smtp_passwd",
)  # fmt: skip


def test_environment_is_cleaned_and_marked(tmp_path: Path) -> None:
    """Protocol dossier 14.3; and the operator's secrets stay with the server."""
    given = {"PATH": "/bin", "SUDO_USER": "x", "SSH_AUTH_SOCK": "x", "DISPLAY": ":0", "LANG": "C"}
    secret = dict.fromkeys(SECRETS, "x")
    runner = LocalRunner(["true"], {**given, **secret}, java="/opt/java/bin/java")
    directory = RunDirectory(tmp_path)
    assert runner.engine_environment("run-1", directory) == {
        "PATH": "/opt/java/bin:/bin",
        "LANG": "C",
        "RAVEN_APPHOME": str(directory.wd),
        "TAVERNA_APPHOME": str(directory.wd),
        "TAVERNA_RUN_ID": "run-1",
    }


def test_command_starts_in_the_working_directory_with_nothing_to_read(
    runner: LocalRunner, tmp_path: Path
) -> None:
    directory = prepared(tmp_path, "where")
    pid = start(runner, directory)["pid"]
    assert Path(f"/proc/{pid}/cwd").readlink() == directory.wd
    assert Path(f"/proc/{pid}/fd/0").readlink() == Path("/dev/null")
    assert os.getsid(pid) == pid


def test_ended_children_leave_the_process_table(runner: LocalRunner, tmp_path: Path) -> None:
    directory = prepared(tmp_path, "reaped")
    state = start(runner, directory)
    runner.stop(state, grace=0)
    runner.poll(state)
    assert not Path(f"/proc/{state['pid']}").exists()
