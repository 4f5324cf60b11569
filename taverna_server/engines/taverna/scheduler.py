"""Something happened, what now? The heart of the engine, and pure.

Theory of operation. ``handle`` takes events and answers with instructions; it
touches no clock, thread or file. Inside, values travel as tokens, literally as
in Taverna: a token reaches an input port, which cuts it into pieces
(``ports``); the iteration strategy joins pieces into jobs (``iteration``); jobs
queue in the dispatch stack (``dispatch``), which calls activities and takes
their results; results leave at once as tokens and are gathered into lists
(``crystallizer``), and reach the next ports. So a processor begins with item 0
before the list it belongs to is complete, also where one invocation makes the list
and its activity gives it item by item.

Tokens run through the graph as plain calls and stop in the queue on top of a
stack; ``ready`` remembers that queue, and the loop at the end of ``handle``
lets the stacks begin. That bounds recursion, and all jobs that wait when a
stack begins leave together as one batch.

Nested workflows are not activities: they are further instances, here.

What is unlovely: the objects below keep state, so the scheduler is a machine,
not a function. But the same events always give the same instructions.
"""

from __future__ import annotations

from collections import defaultdict, deque
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Any

from taverna_server.data.values import Value, depth_of, wrap
from taverna_server.engines.taverna.componenterrors import handle_errors
from taverna_server.engines.taverna.dispatch.base import Call, Called, Reply
from taverna_server.engines.taverna.events import (
    WHOLE,
    Event,
    Failure,
    Index,
    Instruction,
    InvocationDone,
    InvocationFailed,
    InvocationsNotStarted,
    InvokeBatch,
    Job,
    OutputItems,
    OutputReady,
    PartCame,
    PartsEnded,
    ResumeAsked,
    RunCancelled,
    RunCompleted,
    RunStarted,
    RunStuck,
    StopAsked,
    SuspendAsked,
    TimeCame,
    Values,
    WakeLater,
)
from taverna_server.engines.taverna.instance import DataflowInstance
from taverna_server.engines.taverna.listening import Witness
from taverna_server.engines.taverna.plan import DataflowPlan, ProcessorPlan, WorkflowPlan
from taverna_server.engines.taverna.processor import Desk, ProcessorRun
from taverna_server.engines.taverna.tally import Tally
from taverna_server.workflow.model import Activity


class Scheduler(Desk):
    """Executes one workflow once."""

    def __init__(self, plan: WorkflowPlan, witness: Witness | None = None) -> None:
        self._plan = plan
        self._witness = witness
        self.tallies: dict[str, Tally] = defaultdict(Tally)
        self._suspended = False
        self._over = False
        self._said: list[Instruction] = []
        self._items: list[tuple[str, Index, Value]] = []
        """Of the workflow's outputs, not said yet."""
        self._ready: deque[ProcessorRun] = deque()
        self._calls: dict[int, tuple[Job, Reply]] = {}
        self._timers: dict[int, Callable[[], None]] = {}
        self._number = 0
        self._instances: dict[int, DataflowInstance] = {}
        self._handlers: dict[type, Callable[[Any], None]] = {
            RunStarted: self._start,
            InvocationDone: self._done,
            InvocationFailed: self._failed,
            PartCame: self._part,
            PartsEnded: self._parts_ended,
            InvocationsNotStarted: self._not_started,
            TimeCame: self._time_came,
            SuspendAsked: self._suspend,
            ResumeAsked: self._resume,
            StopAsked: self._stop,
        }

    def handle(self, *events: Event) -> list[Instruction]:
        """Say what is to be done now that all this has happened."""
        for event in events:
            if not self._over:
                self._handlers[type(event)](event)
        self._let_begin()
        if not (self._over or self._suspended or self._calls or self._timers):
            self._give_up()
        self._say_items()
        said, self._said = self._said, []
        return said

    def _let_begin(self) -> None:
        if self._witness is not None:
            self._witness.idle()
        while self._ready and not self._over:
            self._ready.popleft().release()

    def _give_up(self) -> None:
        self._over = True
        self._say_items()
        waiting = [text for instance in self._instances.values() for text in instance.waiting()]
        self.say(RunStuck(tuple(waiting)))

    # -- events --------------------------------------------------------------------------

    def _start(self, event: RunStarted) -> None:
        self._begin(
            self._plan.top, ("", ""), ("", ()), event.inputs, self._say_output, self._complete
        )

    def _done(self, event: InvocationDone) -> None:
        job, reply = self._calls.pop(event.invocation)
        if self._witness is not None:
            self._witness.answered(event.times)
        reply.answered(job, event.outputs)

    def _failed(self, event: InvocationFailed) -> None:
        job, reply = self._calls.pop(event.invocation)
        if self._witness is not None:
            self._witness.answered(event.times)
        reply.failed(job, event.failure)

    def _part(self, event: PartCame) -> None:
        job, reply = self._calls[event.invocation]
        reply.part(job, event.outputs)

    def _parts_ended(self, event: PartsEnded) -> None:
        job, reply = self._calls.pop(event.invocation)
        if self._witness is not None:
            self._witness.answered(event.times)
        reply.parts_ended(job)

    def _not_started(self, event: InvocationsNotStarted) -> None:
        taken = [self._calls.pop(number) for number in event.invocations]
        for _, reply in taken[:1]:
            reply.not_started([job for job, _ in taken])

    def _time_came(self, event: TimeCame) -> None:
        self._timers.pop(event.timer)()

    def _suspend(self, event: SuspendAsked) -> None:
        self._suspended = True

    def _resume(self, event: ResumeAsked) -> None:
        self._suspended = False
        for instance in list(self._instances.values()):
            for processor in instance.processors.values():
                processor.stack.resume()

    def _stop(self, event: StopAsked) -> None:
        self._over = True
        self._say_items()
        self.say(RunCancelled())

    # -- what processors and their layers ask for ----------------------------------------

    @property
    def witness(self) -> Witness | None:
        return self._witness

    @property
    def suspended(self) -> bool:
        return self._suspended

    @property
    def cancelled(self) -> bool:
        return self._over

    def tally(self, path: str) -> Tally:
        return self.tallies[path]

    def ready(self, processor: ProcessorRun) -> None:
        if not processor.awake:
            processor.awake = True
            self._ready.append(processor)

    def say(self, instruction: Instruction) -> None:
        self._said.append(instruction)

    def later(self, seconds: float, action: Callable[[], None]) -> None:
        self._number += 1
        self._timers[self._number] = action
        self.say(WakeLater(self._number, seconds))

    def condition_ports(self, plan: ProcessorPlan) -> Sequence[str]:
        loop = plan.processor.dispatch.loop
        if loop is None:
            return ()
        if loop.condition.nested is not None:
            return [port.name for port in self._nested(loop.condition.nested).dataflow.inputs]
        return [port.name for port in loop.condition.inputs]

    def call(self, call: Call, items: Called, reply: Reply) -> None:
        if call.activity.nested is not None:
            for job, inputs in items:
                self._nest(call, job, inputs, reply)
            return
        first = self._number + 1
        self._number += len(items)
        numbered = list(enumerate(items, first))
        self._calls.update((number, (job, reply)) for number, (job, _) in numbered)
        batch = tuple((number, inputs) for number, (_, inputs) in numbered)
        self.say(InvokeBatch(call.key, batch, call.stop_at_failure, call.in_parts))

    # -- instances of dataflows ----------------------------------------------------------

    def _nested(self, dataflow_id: str) -> DataflowPlan:
        return self._plan.nested[dataflow_id]

    def _nest(self, call: Call, job: Job, inputs: Values, reply: Reply) -> None:
        plan = self._nested(call.activity.nested or "")
        try:
            wrapped = fit_inputs(plan, inputs)
        except ValueError as misfit:
            reply.failed(job, Failure(f"Nested workflow '{plan.dataflow.name}': {misfit}"))
            return
        place = (f"{call.path}/", f"{call.label}{iteration(job)}/")
        caller = (call.label, job.index)
        self._begin(
            plan, place, caller, wrapped, _ignore, partial(_answer, reply, job, call.activity)
        )

    def _begin(
        self,
        plan: DataflowPlan,
        place: tuple[str, str],
        caller: tuple[str, Index],
        inputs: Values,
        output: Callable[[str, Index, Value], None],
        done: Callable[[Values], None],
    ) -> None:
        self._number += 1
        finish = partial(self._end, self._number, done)
        instance = DataflowInstance(plan, place, self, output, finish)
        self._instances[self._number] = instance
        if self._witness is not None:
            self._witness.began(self._number, plan.dataflow.id, place[1], caller, inputs)
        instance.start(inputs)

    def _end(self, number: int, done: Callable[[Values], None], instance: DataflowInstance) -> None:
        del self._instances[number]
        if self._witness is not None:
            self._witness.ended(number, instance.outputs)
        done(instance.outputs)

    def _say_output(self, port: str, index: Index, value: Value) -> None:
        if index == WHOLE:
            self._say_items()
            self.say(OutputReady(port, value))
        else:
            self._items.append((port, index, value))

    def _say_items(self) -> None:
        """One instruction for all that came together."""
        if self._items:
            self.say(OutputItems(tuple(self._items)))
            self._items.clear()

    def _complete(self, outputs: Values) -> None:
        self._over = True
        self.say(RunCompleted())


def _ignore(port: str, index: Index, value: Value) -> None:
    return


def _answer(reply: Reply, job: Job, activity: Activity, outputs: Values) -> None:
    if activity.error_handling is not None:
        outputs = handle_errors(outputs, activity.error_handling)
    reply.answered(job, outputs)


def iteration(job: Job) -> str:
    """``[2][1]`` for people: counted from 1, like the files of a list output."""
    return "".join(f"[{position + 1}]" for position in job.index)


def fit_inputs(plan: DataflowPlan, given: Mapping[str, Value]) -> dict[str, Value]:
    """The values at their ports' declared depths, shallower ones wrapped (11).

    Raises:
        ValueError: a value that something waits for is missing, or one is too deep.
    """
    fitted: dict[str, Value] = {}
    for port in plan.dataflow.inputs:
        if port.name in given:
            if depth_of(given[port.name]) > port.depth:
                raise ValueError(depth_mismatch(port.name, port.depth, depth_of(given[port.name])))
            fitted[port.name] = wrap(given[port.name], port.depth)
        elif port.name in plan.used_inputs:
            raise ValueError(f"the input port '{port.name}' has no value")
    return fitted


def depth_mismatch(port: str, wanted: int, given: int) -> str:
    """The sentence of Taverna's command line (14)."""
    return (
        f"There is a mismatch between depth of the list for the input port '{port}' and the "
        f"data presented. The input port requires {_words(wanted)} and the data presented is "
        f"{_words(given)}"
    )


def _words(depth: int) -> str:
    words = ("a single item", "a list", "a list of lists")
    return words[depth] if depth < len(words) else f"a list of depth {depth}"
