"""Small workflows in a few words, values as nested Python lists, and a player of events.

``flow({"a": 1}, [step("P", {"a": 0})], "a > P.a", "P.o > out")`` is a workflow;
``=>`` in place of ``>`` is a merge link.
"""

from __future__ import annotations

import random
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from taverna_server.data.values import ErrorDocument, ListValue, Value, make_list
from taverna_server.engines.taverna.activities.base import ActivityFailure
from taverna_server.engines.taverna.events import (
    Event,
    Failure,
    Instruction,
    InvocationDone,
    InvocationFailed,
    InvocationsNotStarted,
    InvokeBatch,
    OutputReady,
    PartCame,
    PartsEnded,
    RunCancelled,
    RunCompleted,
    RunStarted,
    RunStuck,
    TimeCame,
    WakeLater,
)
from taverna_server.engines.taverna.listening import Witness
from taverna_server.engines.taverna.plan import plan_workflow
from taverna_server.engines.taverna.scheduler import Scheduler
from taverna_server.workflow.model import (
    Activity,
    ActivityPort,
    ControlLink,
    Cross,
    Dataflow,
    DataLink,
    DispatchStack,
    Dot,
    Endpoint,
    Loop,
    Port,
    PortNode,
    Prefix,
    Processor,
    Retry,
    StrategyNode,
    Workflow,
)

Service = Callable[[Mapping[str, Value]], Mapping[str, Value]]

# -- values ------------------------------------------------------------------------------

E = ErrorDocument("it was so when it came")


def err(depth: int) -> ErrorDocument:
    return E.at_depth(depth)


def value(plain: Any, depth: int = 0) -> Value:
    """Nested lists as a value; ``depth`` matters for empty ones and errors in place of lists."""
    if isinstance(plain, list):
        return make_list([value(item, depth - 1) for item in plain], depth or None)
    return plain if isinstance(plain, ErrorDocument) else str(plain)


def plain(found: Value) -> Any:
    """A value as nested lists; an error of depth n is ``"ERRn"``, an empty list ``("[]", n)``."""
    if isinstance(found, ErrorDocument):
        return f"ERR{found.depth}"
    if isinstance(found, ListValue):
        return [plain(item) for item in found] if len(found) else ("[]", found.depth)
    return found


def empty(depth: int) -> Any:
    return ("[]", depth)


# -- workflows ---------------------------------------------------------------------------


def cross(*children: StrategyNode) -> Cross:
    return Cross(children)


def dot(*children: StrategyNode) -> Dot:
    return Dot(children)


def prefix(*children: StrategyNode) -> Prefix:
    return Prefix(children)


def activity(kind: str, ins: Sequence[str], outs: Mapping[str, int]) -> Activity:
    ports = tuple(ActivityPort(name, depth) for name, depth in outs.items())
    names = {name: name for name in ins}
    return Activity(
        kind, f"test.{kind.capitalize()}Activity", names, {name: name for name in outs},
        inputs=tuple(ActivityPort(name) for name in ins), outputs=ports,
    )  # fmt: skip


def step(
    name: str,
    ins: Mapping[str, int] | None = None,
    outs: Mapping[str, int] | None = None,
    *,
    strategy: StrategyNode | Sequence[StrategyNode] | None = None,
    alternates: Sequence[Activity] = (),
    max_jobs: int = 1,
    retry: Retry = Retry(),  # noqa: B008
    loop: Loop | None = None,
    kind: str = "fake",
) -> Processor:
    """A processor; its strategy crosses all ports unless said otherwise."""
    ins = {} if ins is None else ins
    outs = {"o": 0} if outs is None else outs
    if strategy is None:
        strategy = cross(*(PortNode(port, depth) for port, depth in ins.items()))
    return Processor(
        name,
        tuple(Port(port, depth, depth) for port, depth in ins.items()),
        tuple(Port(port, depth, depth) for port, depth in outs.items()),
        tuple(alternates) or (activity(kind, list(ins), outs),),
        DispatchStack(max_jobs, retry, loop),
        (strategy,) if not isinstance(strategy, Sequence) else tuple(strategy),
    )


def granular(processor: Processor) -> Processor:
    """The same with outputs whose items may come on their own."""
    outputs = tuple(replace(port, granular_depth=port.depth - 1) for port in processor.outputs)
    return replace(processor, outputs=outputs)


def nested(name: str, inner: Dataflow, outs: Mapping[str, int], **more: Any) -> Processor:
    ins = {port.name: port.depth for port in inner.inputs}
    calls = Activity(
        "dataflow", "DataflowActivity", {n: n for n in ins}, {n: n for n in outs}, nested=inner.id
    )
    return step(name, ins, outs, alternates=[calls], **more)


def _end(text: str) -> Endpoint:
    processor, _, port = text.rpartition(".")
    return Endpoint(processor or None, port)


def _links(texts: Sequence[str]) -> tuple[DataLink, ...]:
    merged: dict[Endpoint, int] = defaultdict(int)
    links = []
    for text in texts:
        source, arrow, sink = text.split()
        position = None
        if arrow == "=>":
            position = merged[_end(sink)]
            merged[_end(sink)] += 1
        links.append(DataLink(_end(source), _end(sink), position))
    return tuple(links)


def graph(
    inputs: Mapping[str, int],
    steps: Sequence[Processor],
    *links: str,
    controls: Sequence[tuple[str, str]] = (),
    name: str = "flow",
) -> Dataflow:
    datalinks = _links(links)
    outputs = dict.fromkeys(link.sink.port for link in datalinks if link.sink.processor is None)
    return Dataflow(
        f"id-{name}",
        name,
        tuple(Port(port, depth, depth) for port, depth in inputs.items()),
        tuple(Port(port) for port in outputs),
        tuple(steps),
        datalinks,
        tuple(ControlLink(*pair) for pair in controls),
    )


def flow(
    inputs: Mapping[str, int],
    steps: Sequence[Processor],
    *links: str,
    controls: Sequence[tuple[str, str]] = (),
    inner: Sequence[Dataflow] = (),
) -> Workflow:
    top = graph(inputs, steps, *links, controls=controls, name="top")
    return Workflow(top, {dataflow.id: dataflow for dataflow in inner})


def one_step(
    depths: Mapping[str, int], processor: Processor, sources: Mapping[str, int] | None = None
) -> Workflow:
    """A workflow around one processor: each port fed by an input of its name."""
    links = [f"{port} > {processor.name}.{port}" for port in depths]
    links += [f"{processor.name}.{port.name} > {port.name}" for port in processor.outputs]
    return flow(sources or depths, [processor], *links)


# -- services ----------------------------------------------------------------------------


def join(inputs: Mapping[str, Value]) -> Mapping[str, Value]:
    """Concatenates its inputs in the order of their names."""
    return {"o": "".join(str(inputs[name]) for name in sorted(inputs))}


def size(inputs: Mapping[str, Value]) -> Mapping[str, Value]:
    """How many items its only input has."""
    (only,) = inputs.values()
    assert isinstance(only, ListValue)
    return {"o": f"n={len(only)}"}


class Fails:
    """Fails for some inputs, or the first few times."""

    def __init__(self, message: str = "boom", *, when: Any = None, times: int = 1 << 30) -> None:
        self.message, self.when, self.times = message, when, times
        self.calls = 0

    def __call__(self, inputs: Mapping[str, Value]) -> Mapping[str, Value]:
        self.calls += 1
        if self.calls <= self.times and (self.when is None or self.when in inputs.values()):
            raise ActivityFailure(self.message)
        return join(inputs)


class InParts:
    """Gives the items of its lists one by one, where it may; then it may fail, a few times."""

    def __init__(self, service: Service, fails: int = 0) -> None:
        self.service, self.fails = service, fails

    def __call__(self, inputs: Mapping[str, Value]) -> Mapping[str, Value]:
        return self.service(inputs)

    def events(self, number: int, inputs: Mapping[str, Value]) -> list[Event]:
        lists = {port: list(items) for port, items in self(inputs).items()}  # type: ignore[arg-type]
        rows = zip(*lists.values(), strict=True)
        parts = [PartCame(number, dict(zip(lists, row, strict=True))) for row in rows]
        self.fails -= 1
        last = PartsEnded(number) if self.fails < 0 else InvocationFailed(number, Failure("broke"))
        return [*parts, last]


# -- playing -----------------------------------------------------------------------------


@dataclass
class Stream:
    """The rest of what an invocation gives, and the batch that it is the first of."""

    events: list[Event]
    batch: InvokeBatch


class Play:
    """Feeds a scheduler and answers its instructions at once, in order or at random.

    Afterwards everything that must hold for any run has been checked.
    """

    def __init__(
        self,
        workflow: Workflow,
        services: Mapping[str, Service] | Service = join,
        shuffle: random.Random | None = None,
        witness: Witness | None = None,
    ) -> None:
        self.scheduler = Scheduler(plan_workflow(workflow), witness)
        self.workflow = workflow
        self.services = services
        self.shuffle = shuffle
        self.outputs: dict[str, Value] = {}
        self.told: list[Instruction] = []
        self.called: list[tuple[str, Mapping[str, Value]]] = []
        self.delays: list[float] = []
        self.waiting: list[list[Event] | InvokeBatch | Stream] = []
        self.numbers: set[int] = set()

    def run(self, inputs: Mapping[str, Value]) -> Play:
        self.tell(RunStarted(inputs))
        while self.waiting:
            self.step()
        self.check()
        return self

    def tell(self, *events: Event) -> list[Instruction]:
        told = self.scheduler.handle(*events)
        self.told += told
        for instruction in told:
            self._take(instruction)
        return told

    def _take(self, instruction: Instruction) -> None:
        if isinstance(instruction, InvokeBatch):
            numbers = {number for number, _ in instruction.items}
            assert not numbers & self.numbers, "no invocation number is used twice"
            assert numbers, "no batch is empty"
            self.numbers |= numbers
            self.waiting.append(instruction)
        elif isinstance(instruction, WakeLater):
            self.delays.append(instruction.seconds)
            self.waiting.append([TimeCame(instruction.timer)])
        elif isinstance(instruction, OutputReady):
            assert instruction.port not in self.outputs, "an output is ready once"
            self.outputs[instruction.port] = instruction.value

    def step(self) -> None:
        """Let one thing happen: the next item of a batch, or a timer."""
        place = self.shuffle.randrange(len(self.waiting)) if self.shuffle else 0
        waiting = self.waiting.pop(place)
        if isinstance(waiting, list):
            self.tell(*waiting)
            return
        if isinstance(waiting, Stream):
            self._flow(place, waiting)
            return
        number, inputs = waiting.items[0]
        service = self.service(waiting.activity)
        if waiting.in_parts and isinstance(service, InParts):
            self.called.append((waiting.activity, inputs))
            self._flow(place, Stream(service.events(number, inputs), waiting))
            return
        event = self.invoke(waiting.activity, number, inputs)
        self._ended(place, waiting, event)

    def _flow(self, place: int, stream: Stream) -> None:
        event, *later = stream.events
        if later:
            self.waiting.insert(place, Stream(later, stream.batch))
            self.tell(event)
        else:
            self._ended(place, stream.batch, event)

    def _ended(self, place: int, batch: InvokeBatch, event: Event) -> None:
        """The first of the batch has ended; what becomes of the others?"""
        rest = batch.items[1:]
        if rest and batch.stop_at_failure and isinstance(event, InvocationFailed):
            self.numbers -= {number for number, _ in rest}
            self.tell(event, InvocationsNotStarted(tuple(number for number, _ in rest)))
            return
        if rest:
            self.waiting.insert(place, replace(batch, items=rest))
        self.tell(event)

    def service(self, key: str) -> Service:
        return self.services if callable(self.services) else self.services[key]

    def invoke(self, key: str, number: int, inputs: Mapping[str, Value]) -> Event:
        self.called.append((key, inputs))
        try:
            return InvocationDone(number, self.service(key)(inputs))
        except ActivityFailure as failure:
            return InvocationFailed(number, Failure(failure.message, failure.exception))

    def check(self) -> None:
        """What holds at the end of every run."""
        ends = [t for t in self.told if isinstance(t, RunCompleted | RunCancelled | RunStuck)]
        assert len(ends) == 1, f"a run ends once: {ends}"
        assert self.told[-1] is ends[0], "nothing is said after the end"
        if isinstance(ends[0], RunCompleted):
            assert set(self.outputs) == {port.name for port in self.workflow.top.outputs}
            for path, tally in self.scheduler.tallies.items():
                assert (tally.queued, tally.running) == (0, 0), path
                assert tally.done == tally.arrived, path
            assert not self.scheduler._calls
            assert not self.scheduler._instances

    @property
    def end(self) -> Instruction:
        return self.told[-1]

    def said(self, kind: type) -> list[Any]:
        return [instruction for instruction in self.told if isinstance(instruction, kind)]
