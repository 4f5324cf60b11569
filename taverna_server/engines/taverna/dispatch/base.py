"""What the layers share: jobs go down, results and failures come up.

A layer is pure: it calls the layers beside it and ``Services``, which turn what
has to be done outside into instructions. One stack serves one processor in one
instance of its dataflow, so layers may keep state by the index of a job.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Protocol, TypeAlias

from taverna_server.engines.taverna.events import Failure, Index, Instruction, Job, Values
from taverna_server.workflow.model import Activity


class Upper(Protocol):
    """What a layer reports to."""

    def result(self, job: Job, outputs: Values) -> None:
        """The job is done; outputs by processor port."""

    def failure(self, job: Job, failure: Failure) -> None:
        """The job gave no result."""

    def part(self, job: Job, outputs: Values) -> None:
        """One more item of the lists that the job makes; by processor port."""

    def parts_ended(self, job: Job) -> None:
        """The job is done: its lists are what came as parts."""

    def broken(self, job: Job, failure: Failure) -> None:
        """The job failed after some parts have gone out, which nobody can take back."""

    def not_started(self, jobs: Sequence[Job]) -> None:
        """Jobs of a batch that came back untouched."""

    def completion(self, index: Index) -> None:
        """All jobs below the index are done."""


class Lower(Protocol):
    """What a layer sends jobs to."""

    def job(self, job: Job) -> None:
        """Do this job; it may wait until ``flush``."""

    def flush(self) -> None:
        """The jobs sent since the last flush are one batch."""

    def resume(self) -> None:
        """The run goes on after a suspension."""


class Reply(Protocol):
    """What is told how the call of an activity ended."""

    def answered(self, job: Job, outputs: Values) -> None:
        """Outputs by activity port."""

    def part(self, job: Job, outputs: Values) -> None:
        """One more item for each list, by activity port."""

    def parts_ended(self, job: Job) -> None:
        """There are no more items."""

    def failed(self, job: Job, failure: Failure) -> None: ...

    def not_started(self, jobs: Sequence[Job]) -> None: ...


@dataclass(frozen=True, slots=True)
class Call:
    """An activity to be invoked, and where in the workflow it stands."""

    activity: Activity
    key: str
    """As in ``WorkflowPlan.activities``."""
    label: str
    """Of the processor, for the log and for instances of nested dataflows."""
    path: str
    """Of the processor, without iterations."""
    stop_at_failure: bool = False
    in_parts: bool = False


Called: TypeAlias = Sequence[tuple[Job, Values]]
"""Jobs with the inputs of the activity by its own port names."""


class RunState(Protocol):
    """Whether the run goes on."""

    @property
    def suspended(self) -> bool: ...

    @property
    def cancelled(self) -> bool: ...


class Services(RunState, Protocol):
    """What a layer may ask of the scheduler."""

    def call(self, call: Call, items: Called, reply: Reply) -> None:
        """Invoke an activity once for each item; the reply comes later, or at once."""

    def later(self, seconds: float, action: Callable[[], None]) -> None:
        """Do something after a delay."""

    def say(self, instruction: Instruction) -> None:
        """Send an instruction out."""


class Layer:
    """Passes everything on; a layer overrides what it is there for."""

    above: Upper
    below: Lower

    def job(self, job: Job) -> None:
        self.below.job(job)

    def flush(self) -> None:
        self.below.flush()

    def resume(self) -> None:
        self.below.resume()

    def result(self, job: Job, outputs: Values) -> None:
        self.above.result(job, outputs)

    def failure(self, job: Job, failure: Failure) -> None:
        self.above.failure(job, failure)

    def part(self, job: Job, outputs: Values) -> None:
        self.above.part(job, outputs)

    def parts_ended(self, job: Job) -> None:
        self.above.parts_ended(job)

    def broken(self, job: Job, failure: Failure) -> None:
        self.above.broken(job, failure)

    def not_started(self, jobs: Sequence[Job]) -> None:
        self.above.not_started(jobs)

    def completion(self, index: Index) -> None:
        self.above.completion(index)

    def send(self, job: Job) -> None:
        """One job down, as a batch of its own."""
        self.below.job(job)
        self.below.flush()
