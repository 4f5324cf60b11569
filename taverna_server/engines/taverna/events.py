"""What can happen to a run, and what the scheduler says to do about it.

Events go into ``Scheduler.handle``; instructions come out. Both are plain
frozen data, so a test is a list of events and a list of instructions, and a
recorded run can be played again.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TypeAlias

from taverna_server.data.values import ErrorDocument, StackFrame, Value

Index: TypeAlias = tuple[int, ...]
"""Where in a nested list: ``(2, 0)`` is item 0 of item 2, ``()`` the whole value."""

Values: TypeAlias = Mapping[str, Value]
"""Values by port name."""

WHOLE: Index = ()


@dataclass(frozen=True, slots=True)
class Job:
    """One iteration of a processor: what goes into it and where its result belongs."""

    index: Index
    inputs: Values
    alternate: int = 0
    """Which of the processor's activities is to be invoked (failover)."""


@dataclass(frozen=True, slots=True)
class Completion:
    """All jobs below an index have been sent."""

    index: Index


@dataclass(frozen=True, slots=True)
class Failure:
    """Why an invocation gave no result."""

    message: str
    exception: str = ""
    trace: tuple[StackFrame, ...] = ()


# -- events ------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class RunStarted:
    """The run begins, with a value for each workflow input, at its declared depth."""

    inputs: Values


@dataclass(frozen=True, slots=True)
class InvocationDone:
    """An invocation ended well; outputs by activity port."""

    invocation: int
    outputs: Values
    times: tuple[float, float] = field(default=(0.0, 0.0), compare=False)
    """When it began and ended, in seconds since 1970; the scheduler does not look at it."""


@dataclass(frozen=True, slots=True)
class InvocationFailed:
    """An invocation ended without a result."""

    invocation: int
    failure: Failure
    times: tuple[float, float] = field(default=(0.0, 0.0), compare=False)


@dataclass(frozen=True, slots=True)
class PartCame:
    """One more item of the lists that an invocation makes, by activity port."""

    invocation: int
    outputs: Values


@dataclass(frozen=True, slots=True)
class PartsEnded:
    """An invocation that gave its outputs item by item has given the last."""

    invocation: int
    times: tuple[float, float] = field(default=(0.0, 0.0), compare=False)


@dataclass(frozen=True, slots=True)
class InvocationsNotStarted:
    """What was left of a batch that stopped at a failure."""

    invocations: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class TimeCame:
    """The delay of a ``WakeLater`` is over."""

    timer: int


@dataclass(frozen=True, slots=True)
class SuspendAsked:
    """Start nothing more for now."""


@dataclass(frozen=True, slots=True)
class ResumeAsked:
    """Go on."""


@dataclass(frozen=True, slots=True)
class StopAsked:
    """Start nothing more, ever."""


Event: TypeAlias = (
    RunStarted
    | InvocationDone
    | InvocationFailed
    | PartCame
    | PartsEnded
    | InvocationsNotStarted
    | TimeCame
    | SuspendAsked
    | ResumeAsked
    | StopAsked
)

# -- instructions ------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class InvokeBatch:
    """Invoke an activity once for each item, one after the other, in order."""

    activity: str
    """Key of the activity in the plan (``WorkflowPlan.activities``)."""
    items: tuple[tuple[int, Values], ...]
    """Number of the invocation, inputs by activity port."""
    stop_at_failure: bool = False
    """Give the rest back (``InvocationsNotStarted``) after a failure: it is tried
    again before the others, as Taverna does."""
    in_parts: bool = False
    """Outputs may come item by item (``PartCame``) where the activity can."""


@dataclass(frozen=True, slots=True)
class WakeLater:
    """Send ``TimeCame(timer)`` after the delay."""

    timer: int
    seconds: float


@dataclass(frozen=True, slots=True)
class ProcessorStarted:
    """For the log: the first job of a processor is on its way."""

    label: str
    """Processor names from the top, with the iteration where they repeat: ``Outer[2]/Inner``."""


@dataclass(frozen=True, slots=True)
class ProcessorFinished:
    """For the log: a processor has sent its last output."""

    label: str
    jobs: int
    errors: int


@dataclass(frozen=True, slots=True)
class JobErred:
    """For the log: a job was bounced or failed; its outputs are this error."""

    label: str
    index: Index
    error: ErrorDocument


@dataclass(frozen=True, slots=True)
class JobRetried:
    """For the log: a job failed and will be tried again."""

    label: str
    index: Index
    failure: Failure
    seconds: float


@dataclass(frozen=True, slots=True)
class OutputItems:
    """Items of workflow outputs, and lists of them, before the whole is there."""

    items: tuple[tuple[str, Index, Value], ...]
    """Port, index and value, in the order in which they came."""


@dataclass(frozen=True, slots=True)
class OutputReady:
    """A workflow output has its whole value."""

    port: str
    value: Value


@dataclass(frozen=True, slots=True)
class RunCompleted:
    """Every processor has finished and every output has its value."""


@dataclass(frozen=True, slots=True)
class RunCancelled:
    """The run was stopped."""


@dataclass(frozen=True, slots=True)
class RunStuck:
    """Nothing is under way and the run is not complete: it never will be."""

    waiting: tuple[str, ...]
    """What waits for what, a sentence each."""


Instruction: TypeAlias = (
    InvokeBatch
    | WakeLater
    | ProcessorStarted
    | ProcessorFinished
    | JobErred
    | JobRetried
    | OutputItems
    | OutputReady
    | RunCompleted
    | RunCancelled
    | RunStuck
)
