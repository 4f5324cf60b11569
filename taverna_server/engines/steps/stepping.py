"""Executes the commands of steps: each is a job, with a record and a log."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import BinaryIO

from taverna_server.data.rundir import RunDirectory, RunOrder
from taverna_server.engines.base import Report
from taverna_server.engines.steps import jobs
from taverna_server.engines.steps.commands import (
    NO_LIMITS,
    NOT_FOUND,
    Commands,
    Leash,
    Limits,
    Streams,
)
from taverna_server.engines.steps.enginelog import ERROR, WARNING, EngineLog
from taverna_server.engines.steps.jobs import Job, JobBook
from taverna_server.engines.steps.places import Place, Places
from taverna_server.engines.steps.settings import StepSettings
from taverna_server.engines.steps.surroundings import Surroundings, prepare
from taverna_server.errors import StepRefused

REFUSED = 126
"""The exit code of a step that could not run where it asked to."""
TIMED_OUT = 124
"""As ``timeout`` has it."""


@dataclass(frozen=True, slots=True)
class Step:
    """One command of a step, as an engine wants it executed."""

    step: str
    command: str | Sequence[str]
    """Text for a shell, or words."""
    cwd: Path
    environment: str = ""
    """The image it asks for."""
    name: str | None = None
    """Of the job, where it is not the step's."""
    shown: str = ""
    """What the record has as the command, where the words do not say it well."""
    variables: Mapping[str, str] = field(default_factory=dict, repr=False)
    limits: Limits = NO_LIMITS

    @property
    def text(self) -> str:
        """The command in one line of text."""
        return self.shown or (
            self.command if isinstance(self.command, str) else " ".join(self.command)
        )


class Stepping:
    """What a run of one of REANA's four types needs to execute its steps."""

    def __init__(
        self,
        directory: RunDirectory,
        order: RunOrder,
        report: Report,
        log: EngineLog,
        seen: Iterable[Path] = (),
    ) -> None:
        """``seen`` are directories that steps in a sandbox may read, beside the settings'.

        Raises:
            WorkflowInvalid: the secrets of the run cannot be read.
        """
        self.around: Surroundings = prepare(directory, order)
        self.book = JobBook(report, directory.jobs)
        self.commands = Commands()
        self.log = log
        settings = StepSettings.from_options(order.options)
        self.settings = replace(settings, directories=(*settings.directories, *seen))
        self._report = report
        self._places = Places(self.settings, self.around, self.warn)

    @property
    def stopped(self) -> bool:
        return self.commands.stopped.is_set()

    def start(self, workflow_type: str, steps: Iterable[tuple[str, int]]) -> None:
        """Tell that it begins, and the steps with their numbers of jobs, as far as known."""
        plan = list(steps)
        names = list(dict.fromkeys(name for name, _ in plan))
        self._report("started", {"workflow_type": workflow_type, "steps": names})
        self.book.plan(plan)

    def warn(self, message: str) -> None:
        """What a person should hear of, in the log and as an event."""
        self.log(WARNING, message)
        self._report("log", {"level": "warning", "message": message})

    def run(self, step: Step, streams: Streams | None = None, leash: Leash | None = None) -> int:
        """Execute it as a job and return its exit code, which is never negative.

        What it writes goes to the job's log, but for the ``streams`` given.
        """
        job = self.book.add(step.step, step.text, step.environment, step.name)
        with self.book.log_path(job).open("ab") as log:
            streams = _into(log, streams or Streams())
            code = self._execute(job, step, streams, log, leash)
        code = 128 - code if code < 0 else code
        if self.stopped and code:
            self.book.ended(job, jobs.STOPPED, code)
        elif code:
            self.book.ended(job, jobs.FAILED, code)
            self._tell_failure(step, code)
        else:
            self.book.ended(job, jobs.FINISHED, 0)
        return code

    def _execute(
        self, job: Job, step: Step, streams: Streams, log: BinaryIO, leash: Leash | None
    ) -> int:
        def say(message: str) -> None:
            log.write(f"{message}\n".encode())
            self.warn(f"Step '{step.step}': {message}")

        try:
            place = self._places.find(step.environment)
            self.book.began(job, place.backend)
            invocation = place.invocation(_words(step, place), step.cwd, step.variables)
            return self.commands.run(invocation, streams, step.limits, leash)
        except StepRefused as refused:
            say(str(refused))
            return REFUSED
        except TimeoutError:
            say(f"The step took longer than its {step.limits.seconds:g} seconds and was ended.")
            return TIMED_OUT
        except (OSError, ValueError) as error:  # ValueError: a NUL in it
            say(f"The command cannot be started: {error}")
            return NOT_FOUND

    def _tell_failure(self, step: Step, code: int) -> None:
        message = f"Step '{step.step}' failed with exit code {code}: {step.text}"
        self.log(ERROR, message)
        self._report("log", {"level": "error", "message": message})


def _into(log: BinaryIO, streams: Streams) -> Streams:
    stdout = log if streams.stdout is None else streams.stdout
    stderr = log if streams.stderr is None else streams.stderr
    return Streams(streams.stdin, stdout, stderr)


def _words(step: Step, place: Place) -> list[str]:
    if isinstance(step.command, str):
        return [place.shell(), "-c", step.command]
    return list(step.command)
