"""Runs of REANA's workflow types: ``executeworkflow`` on a directory of the test's own."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
import time
import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from taverna_server.data.rundir import RunDirectory, RunOrder
from taverna_server.engines.descendants import descendants

bubblewrap = pytest.mark.skipif(not shutil.which("bwrap"), reason="needs bubblewrap")
COMMAND = [sys.executable, "-m", "taverna_server.executeworkflow"]
PATIENCE = 60.0
STOP = 5.0
"""Seconds for a stop on a machine with far too much to do; otherwise it takes half of one."""


@dataclass(frozen=True)
class ForeignRun:
    """One run directory, before and after its execution."""

    directory: RunDirectory
    run_id: str

    @property
    def wd(self) -> Path:
        return self.directory.wd

    def execute(self) -> int:
        """To the end; the exit code."""
        process = self.start()
        try:
            return process.wait(PATIENCE)
        finally:
            end(process)

    def start(self) -> subprocess.Popen[bytes]:
        with self.directory.stderr.open("ab") as stderr, self.directory.stdout.open("ab") as stdout:
            return subprocess.Popen(
                [*COMMAND, str(self.directory.root)],
                cwd=self.wd,
                stdout=stdout,
                stderr=stderr,
                start_new_session=True,
            )

    def events(self, kind: str) -> list[dict[str, Any]]:
        """All of one kind, in order."""
        if not self.directory.events.exists():
            return []
        lines = self.directory.events.read_text().splitlines()
        return [event for event in map(json.loads, lines) if event["event"] == kind]

    def jobs(self) -> list[dict[str, Any]]:
        """The last word on each job."""
        return list({event["id"]: event for event in self.events("job")}.values())

    def job(self, step: str) -> dict[str, Any]:
        """The only job of a step."""
        (job,) = [job for job in self.jobs() if job["step"] == step]
        return job

    def steps(self) -> dict[str, tuple[int, int, int, int]]:
        """Queued, running, done and errors of each step at the end."""
        words = ("queued", "running", "done", "errors")
        return {e["name"]: tuple(e[word] for word in words) for e in self.events("processor")}

    def planned(self) -> int:
        return int(self.events("planned")[-1]["total"])

    def log_of(self, job: Mapping[str, Any]) -> str:
        return (self.directory.jobs / job["log"]).read_text()

    @property
    def engine_log(self) -> str:
        return self.directory.stderr.read_text()

    def until_running(self) -> None:
        """Until one of its jobs has begun."""
        deadline = time.monotonic() + PATIENCE
        while not any(job["status"] == "running" for job in self.jobs()):
            if self.directory.outcome_json.exists() or time.monotonic() > deadline:
                raise AssertionError(self.engine_log)
            time.sleep(0.02)


def end(process: subprocess.Popen[bytes]) -> None:
    """Kill its session, if it is still there."""
    if process.poll() is None:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait(PATIENCE)


def prepare(
    root: Path,
    specification: Mapping[str, Any],
    files: Mapping[str, str | bytes] | None = None,
    workspace: str | None = None,
    provenance: bool = False,
    **options: Any,
) -> ForeignRun:
    """A run directory below ``root``, ready to be executed."""
    run_id = str(uuid.uuid4())
    directory = RunDirectory(root / run_id, workspace)
    directory.create(json.dumps(specification).encode(), subdirectories=())
    kind = str(specification["workflow"]["type"])
    directory.write_order(
        RunOrder(
            run_id,
            kind,
            options=options,
            workspace=workspace,
            generate_provenance=provenance,
        )
    )
    for name, content in (files or {}).items():
        path = directory.wd / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return ForeignRun(directory, run_id)


def stop_while_running(run: ForeignRun) -> tuple[int, float, list[int]]:
    """SIGTERM when a job runs: the exit code, how long it took, and which processes are left."""
    process = run.start()
    try:
        run.until_running()
    except AssertionError:
        end(process)
        raise
    below = list(descendants(process.pid))
    begun = time.monotonic()
    process.terminate()
    code = process.wait(PATIENCE)
    return code, time.monotonic() - begun, [pid for pid in below if Path(f"/proc/{pid}").exists()]
