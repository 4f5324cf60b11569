"""A processor at work in one instance of its dataflow.

From bottom to top of the page: tokens come in at the ports, the iteration
strategy makes jobs, the dispatch stack does them, the crystallizer sends tokens
out. Control links hold jobs back between strategy and stack (9).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Protocol

from taverna_server.data.values import ErrorDocument, Value
from taverna_server.engines.taverna.crystallizer import Crystallizer, Emit
from taverna_server.engines.taverna.dispatch.base import Services
from taverna_server.engines.taverna.dispatch.stack import build_stack
from taverna_server.engines.taverna.events import (
    WHOLE,
    Completion,
    Failure,
    Index,
    Job,
    JobErred,
    ProcessorFinished,
    ProcessorStarted,
    Values,
)
from taverna_server.engines.taverna.iteration import port_depths, strategy_inlets
from taverna_server.engines.taverna.listening import Witness
from taverna_server.engines.taverna.plan import ProcessorPlan
from taverna_server.engines.taverna.ports import InputPort
from taverna_server.engines.taverna.tally import Tally


class Desk(Services, Protocol):
    """What a processor needs of the scheduler beside what its layers need."""

    @property
    def witness(self) -> Witness | None:
        """Who is told of each result."""

    def tally(self, path: str) -> Tally:
        """The counts of the processor of that path."""

    def condition_ports(self, plan: ProcessorPlan) -> Sequence[str]:
        """The names of the inputs of the loop's condition, if there is a loop."""

    def ready(self, processor: ProcessorRun) -> None:
        """Call the processor's ``release`` soon."""


class ProcessorRun:
    """Strategy, stack and crystallizer of one processor."""

    def __init__(
        self,
        plan: ProcessorPlan,
        place: tuple[str, str],
        desk: Desk,
        emit: Emit,
        finished: Callable[[str], None],
    ) -> None:
        """``place`` is the path and the label; ``finished`` is called with the name, once."""
        path, self.label = place
        self.plan = plan
        self.finished = False
        self.awake = False
        """Whether ``release`` is about to be called."""
        self._desk = desk
        self._report = finished
        self._tally = desk.tally(path)
        self._held_by = 0
        self._jobs = self._errors = 0
        self._started = False
        self._parts: dict[Index, int] = {}
        """How many parts have come, by the index of their job."""
        self._witness = desk.witness
        if self._witness is not None:
            emit = self._telling(self._witness, emit)
        self._crystallizer = Crystallizer(plan.output_depths, plan.levels, emit)
        self.stack = build_stack(
            plan.processor,
            plan.output_depths,
            place,
            plan.in_parts,
            self._Top(self),
            (self._wake, self._erred),
            desk.condition_ports(plan),
            self._tally,
            desk,
        )
        self.ports = self._make_ports()

    def _make_ports(self) -> Mapping[str, InputPort]:
        if not self.plan.strategies:
            return {}
        wanted = port_depths(self.plan.strategies[0])
        inlets = strategy_inlets(self.plan.strategies, self)
        return {
            name: InputPort(name, wanted[name], depth, inlets[name], name in self.plan.fed_in_parts)
            for name, depth in self.plan.filter_depths.items()
        }

    def _telling(self, witness: Witness, emit: Emit) -> Emit:
        """Passes tokens on, and tells of those that are no job's own."""

        def told(port: str, index: Index, value: Value) -> None:
            if len(index) < self.plan.levels:
                witness.gathered(self.label, port, index, value)
            emit(port, index, value)

        return told

    def fire(self) -> None:
        """One job for a processor that waits for no data."""
        if not self.ports:
            self.job(Job(WHOLE, {}))

    def hold(self) -> None:
        """One more control link to wait for."""
        self._held_by += 1

    def unhold(self) -> None:
        """One control link less."""
        self._held_by -= 1
        self._wake()

    def job(self, job: Job) -> None:
        """From the strategy."""
        self._jobs += 1
        self._tally.arrived += 1
        self.stack.enqueue(job)

    def completion(self, index: Index) -> None:
        """From the strategy."""
        self.stack.enqueue(Completion(index))

    def release(self) -> None:
        """Let the stack begin what it may."""
        self.awake = False
        if self._held_by or self.finished:
            return
        if self._jobs and not self._started:
            self._started = True
            self._desk.say(ProcessorStarted(self.label))
        self.stack.release()

    def _wake(self) -> None:
        self._desk.ready(self)

    def _erred(self, index: Index, error: ErrorDocument) -> None:
        self._errors += 1
        self._tally.errors += 1
        self._desk.say(JobErred(self.label, index, error))

    def _finish(self) -> None:
        self.finished = True
        self._desk.say(ProcessorFinished(self.label, self._jobs, self._errors))
        self._report(self.plan.name)

    class _Top:
        """What the stack reports to."""

        def __init__(self, run: ProcessorRun) -> None:
            self._run = run

        def result(self, job: Job, outputs: Values) -> None:
            self._run._tally.done += 1
            if self._run._witness is not None:
                self._run._witness.result(self._run.label, job.index, job.inputs, outputs)
            self._run._crystallizer.result(job.index, outputs)
            if job.index == WHOLE:
                self._run._finish()

        def part(self, job: Job, outputs: Values) -> None:
            place = self._run._parts.get(job.index, 0)
            self._run._parts[job.index] = place + 1
            self._run._crystallizer.result((*job.index, place), outputs)

        def parts_ended(self, job: Job) -> None:
            self._run._parts.pop(job.index, None)
            self._run._tally.done += 1
            lists = self._run._crystallizer.completion(job.index)
            if self._run._witness is not None:
                self._run._witness.result(self._run.label, job.index, job.inputs, lists)
            if job.index == WHOLE:
                self._run._finish()

        def broken(self, job: Job, failure: Failure) -> None:
            raise AssertionError("what breaks off ends with an error below")

        def completion(self, index: Index) -> None:
            self._run._crystallizer.completion(index)
            if index == WHOLE:
                self._run._finish()

        def failure(self, job: Job, failure: Failure) -> None:
            raise AssertionError("failures become error documents below")

        def not_started(self, jobs: Sequence[Job]) -> None:
            raise AssertionError("jobs not started stay in the queue")
