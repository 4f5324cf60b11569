"""The records of a run's jobs: told as events, counted by step.

A job is one command of one step. Each change is told at once as a ``job`` event
and a ``processor`` event of its step (``engines/base.py``), so that whoever
reads the events knows where every step stands.
"""

from __future__ import annotations

import threading
import uuid
from collections import Counter
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path

from taverna_server.engines.base import Report

QUEUED, RUNNING, FINISHED, FAILED, STOPPED = "queued", "running", "finished", "failed", "stopped"


@dataclass(slots=True)
class Job:
    """The fields of a ``job`` event."""

    id: str
    step: str
    name: str
    command: str
    environment: str = ""
    backend: str = ""
    status: str = QUEUED
    exit_code: int | None = None
    log: str = ""
    started: str | None = None
    finished: str | None = None


class JobBook:
    """All jobs of one run; safe to use from several threads."""

    def __init__(self, report: Report, logs: Path) -> None:
        logs.mkdir(mode=0o750, exist_ok=True)
        self._report = report
        self._logs = logs
        self._lock = threading.Lock()
        self._planned: dict[str, int] = {}
        self._states: dict[str, Counter[str]] = {}
        """How many jobs of each step are in each state."""
        self._told_total = 0
        self._jobs: dict[str, Job] = {}

    def plan(self, steps: Iterable[tuple[str, int]]) -> None:
        """Which jobs there will be, as far as is known: steps in order, how many of each."""
        with self._lock:
            for step, count in steps:
                self._planned[step] = self._planned.get(step, 0) + count
            self._tell_total()
            for step in self._planned:
                self._tell_step(step)

    def plan_at_least(self, steps: Iterable[tuple[str, int]]) -> None:
        """What is still to come, told again: jobs that have ended are not among them."""
        with self._lock:
            for step, count in steps:
                states = self._states.get(step, Counter())
                over = states.total() - states[QUEUED] - states[RUNNING]
                self._planned[step] = max(self._planned.get(step, 0), over + count)
                self._tell_step(step)
            self._tell_total()

    def expect(self, steps: Iterable[tuple[str, int]]) -> None:
        """How many jobs steps have in all, as far as is known by now."""
        with self._lock:
            for step, count in steps:
                if count > self._planned.get(step, 0):
                    self._planned[step] = count
                    self._tell_step(step)
            self._tell_total()

    def add(self, step: str, command: str, environment: str = "", name: str | None = None) -> Job:
        """A job that will run soon."""
        number = str(uuid.uuid4())
        job = Job(number, step, step if name is None else name, command, environment)
        job.log = f"{number}.log"
        with self._lock:
            self._jobs[number] = job
            states = self._states.setdefault(step, Counter())
            states[QUEUED] += 1
            self._planned[step] = max(self._planned.get(step, 0), states.total())
            self._tell_total()
            self._tell(job)
        return job

    def log_path(self, job: Job) -> Path:
        """Where what the job writes goes."""
        return self._logs / job.log

    def began(self, job: Job, backend: str) -> None:
        with self._lock:
            job.backend, job.started = backend, _now()
            self._move(job, RUNNING)

    def ended(self, job: Job, status: str, exit_code: int | None) -> None:
        with self._lock:
            job.exit_code, job.finished = exit_code, _now()
            self._move(job, status)

    def all(self) -> list[Job]:
        """In the order in which they were added."""
        with self._lock:
            return list(self._jobs.values())

    def _move(self, job: Job, status: str) -> None:
        self._states[job.step].subtract([job.status])
        self._states[job.step][status] += 1
        job.status = status
        self._tell(job)

    def _tell(self, job: Job) -> None:
        self._report("job", asdict(job))
        self._tell_step(job.step)

    def _tell_step(self, step: str) -> None:
        states = self._states.get(step, Counter())
        begun = states.total() - states[QUEUED]
        errors = states[FAILED] + states[STOPPED]
        counts = {
            "queued": self._planned[step] - begun,
            "running": states[RUNNING],
            "done": states[FINISHED] + errors,
            "errors": errors,
        }
        self._report("processor", {"name": step, **counts})

    def _tell_total(self) -> None:
        total = sum(self._planned.values())
        if total > self._told_total:
            self._told_total = total
            self._report("planned", {"total": total})


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="milliseconds")
