"""What the engine does, as records in a file.

The recorder is a witness of the engine (``engines/taverna/listening.py``) and is
called for every job, in the thread that schedules: it does as little as it can. A
record holds a job's outputs and only the *kinds* of its inputs, because what they
are follows from its index (``graph``). In memory stay the instances and processors
that are at work, nothing that grows with the number of jobs.

A file that cannot be written, on a full disk say, ends the recording and not the run.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from taverna_server.data.values import GAP, ErrorDocument, ListValue, Value
from taverna_server.provenance.graph import Graph, Index, Step
from taverna_server.provenance.records import (
    BEGAN,
    ENDED,
    GATHERED,
    JOB,
    encode,
    kind_of,
    packer,
)

BUFFER = 1 << 18


@dataclass(slots=True)
class _Work:
    """A processor of a live instance."""

    instance: int
    number: int
    step: Step
    simple: bool
    """Whether kinds of inputs are all there is to say of them."""
    within: dict[Index, list[_Within]] = field(default_factory=dict)
    """The instances that each job has begun."""


@dataclass(slots=True)
class _Within:
    number: int
    began: float
    dataflow: str
    outputs: Mapping[str, Value] = field(default_factory=dict)


class Recorder:
    """Writes the records of one run."""

    def __init__(self, graph: Graph, path: Path, clock: Callable[[], float]) -> None:
        self.graph = graph
        self.path = path
        self.failure: OSError | None = None
        """Why the recording ended before the run did."""
        self._clock = clock
        self._stream = path.open("wb", BUFFER)
        self._pack = packer().pack
        self._works: dict[str, _Work] = {}
        self._live: dict[int, tuple[list[str], _Within | None]] = {}
        self._times: tuple[float, float] | None = None

    def close(self) -> None:
        """All records are in the file after this."""
        try:
            self._stream.close()
        except OSError as failure:
            self.failure = self.failure or failure

    # -- what the engine tells -----------------------------------------------------------

    def began(
        self,
        number: int,
        dataflow: str,
        prefix: str,
        caller: tuple[str, Index],
        inputs: Mapping[str, Value],
    ) -> None:
        flow = self.graph.flows[dataflow]
        labels = [prefix + step.name for step in flow.steps]
        for place, (label, step) in enumerate(zip(labels, flow.steps, strict=True)):
            self._works[label] = _Work(number, place, step, _is_simple(step))
        now = self._clock()
        label, index = caller
        home = self._works.get(label) or self._works.get(label.removesuffix("?"))
        within = None
        if home is None:
            self._write([BEGAN, number, dataflow, 0, 0, (), None, now])
        else:
            within = _Within(number, now, dataflow)
            home.within.setdefault(index, []).append(within)
            own = home.step.processor.dispatch.loop is not None
            kept = {port: encode(value) for port, value in inputs.items()} if own else None
            self._write([BEGAN, number, dataflow, home.instance, home.number, index, kept, now])
        self._live[number] = (labels, within)

    def ended(self, number: int, outputs: Mapping[str, Value]) -> None:
        labels, within = self._live.pop(number)
        for label in labels:
            work = self._works.get(label)
            if work is not None and work.instance == number:
                del self._works[label]
        if within is not None:
            within.outputs = outputs
        self._write([ENDED, number, self._clock()])

    def answered(self, times: tuple[float, float]) -> None:
        self._times = times

    def idle(self) -> None:
        self._times = None

    def result(
        self, label: str, index: Index, inputs: Mapping[str, Value], outputs: Mapping[str, Value]
    ) -> None:
        work = self._works[label]
        step = work.step
        if work.simple:
            kinds: list[Any] = [kind_of(inputs[port]) for port in step.inputs]
        else:
            kinds = [_input(step, port, inputs[port]) for port in step.inputs]
        values = [
            value if type(value) is str else encode(value)
            for value in map(outputs.__getitem__, step.outputs)
        ]
        within = work.within.pop(index, None) if work.within else None
        if within is None:
            began, ended = self._times or (now := self._clock(), now)
            numbers, inner = None, None
        else:
            began, ended = within[0].began, self._clock()
            numbers = [one.number for one in within]
            inner = _inner(step, within, outputs)
        place = (work.instance, work.number)
        self._write([JOB, *place, index, began, ended, kinds, values, numbers, inner])

    def gathered(self, label: str, port: str, index: Index, value: Value) -> None:
        work = self._works[label]
        if isinstance(value, ListValue):
            content = [value.depth, _members(value), _gaps(value)]
        else:
            content = [0, None, encode(value)]
        place = (work.instance, work.number, work.step.outputs.index(port))
        self._write([GATHERED, *place, index, content, self._clock()])

    def _write(self, record: list[Any]) -> None:
        if self.failure is None:
            try:
                self._stream.write(self._pack(record))
            except OSError as failure:
                self.failure = failure


def _is_simple(step: Step) -> bool:
    return not step.merged and not any(step.wraps.values())


def _input(step: Step, port: str, value: Value) -> Any:
    """The kind of what arrived, without lists put around it; of a merge also of its members."""
    for _ in range(step.wraps[port]):
        if isinstance(value, ListValue) and value.items:
            value = value.items[0]
    if port in step.merged and isinstance(value, ListValue):
        return [kind_of(value), *map(kind_of, value.items)]
    return kind_of(value)


def _members(value: ListValue) -> Any:
    """Mostly single values: then their number is enough."""
    kinds = list(map(kind_of, value.items))
    return kinds if any(kinds) else len(kinds)


def _gaps(value: ListValue) -> list[Any]:
    """Place and value of errors that no job made: they have no record of their own."""
    return [
        [place, encode(item)]
        for place, item in enumerate(value.items)
        if type(item) is ErrorDocument and item.message == GAP
    ]


def _inner(
    step: Step, within: list[_Within], outputs: Mapping[str, Value]
) -> dict[str, int | None]:
    """Outputs of a nested dataflow by the ports they went to: None where they are unchanged,
    their kind where an error was put in their place."""
    for one in reversed(within):
        activity = step.calling(one.dataflow)
        if activity is not None:
            return {
                port: None if one.outputs[inner] is outputs[port] else kind_of(one.outputs[inner])
                for inner, port in activity.output_map.items()
                if port in outputs and inner in one.outputs
            }
    return {}
