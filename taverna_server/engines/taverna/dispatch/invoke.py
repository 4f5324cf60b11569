"""The bottom layer: from the processor's ports to the activity's and back (7.7).

What Taverna learned over its versions happens on the way back: a port without a
value becomes an error, and a value with an error anywhere in it becomes one error
for the whole of it. Beyond Taverna, a value of the wrong depth is an error too,
where Taverna's engine hung.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from taverna_server.data.values import ErrorDocument, Value, contains_errors, depth_of
from taverna_server.engines.taverna.dispatch.base import Call, Layer, Services
from taverna_server.engines.taverna.dispatch.error_bounce import error_for
from taverna_server.engines.taverna.events import Failure, Index, Job, Values
from taverna_server.workflow.model import Activity

KEEPS_ERRORS_IN_LISTS = frozenset({"component"})
"""Kinds whose lists stay as they are when only some items are errors (case E21)."""


@dataclass(frozen=True, slots=True)
class _Ports:
    inputs: tuple[tuple[str, str], ...]
    """Processor port, activity port."""
    outputs: tuple[tuple[str, str | None, int], ...]
    """Processor port, activity port, depth."""
    collapses: bool


class Invoke(Layer):
    """Gathers jobs until ``flush`` and hands them over as one batch."""

    def __init__(
        self, processor: str, calls: Sequence[Call], depths: Mapping[str, int], services: Services
    ) -> None:
        """``calls`` are the alternates, ``depths`` those of the processor's outputs."""
        self._processor = processor
        self._calls = calls
        self._ports = [_ports(call.activity, depths) for call in calls]
        self._services = services
        self._gathered: list[tuple[Job, Values]] = []
        self._begun: set[Index] = set()
        """Jobs that have sent parts."""

    def job(self, job: Job) -> None:
        inputs = {
            to: job.inputs[own]
            for own, to in self._ports[job.alternate].inputs
            if own in job.inputs
        }
        self._gathered.append((job, inputs))

    def flush(self) -> None:
        gathered, self._gathered = self._gathered, []
        if gathered:
            # A batch is either first attempts or a single job tried again.
            self._services.call(self._calls[gathered[0][0].alternate], gathered, self)

    def resume(self) -> None:
        self.flush()

    def answered(self, job: Job, outputs: Values) -> None:
        """Takes the activity's outputs to the processor's ports."""
        ports = self._ports[job.alternate]
        self.above.result(
            job,
            {
                port: self._checked(port, outputs.get(own) if own else None, depth, ports.collapses)
                for port, own, depth in ports.outputs
            },
        )

    def part(self, job: Job, outputs: Values) -> None:
        """As ``answered``, for one item of each list; one error among them is one item."""
        self._begun.add(job.index)
        self.above.part(
            job,
            {
                port: self._checked(port, outputs.get(own) if own else None, depth - 1, False)
                for port, own, depth in self._ports[job.alternate].outputs
            },
        )

    def parts_ended(self, job: Job) -> None:
        """Passes the end of the activity's lists up."""
        self._begun.discard(job.index)
        self.above.parts_ended(job)

    def failed(self, job: Job, failure: Failure) -> None:
        """Passes the activity's failure up."""
        if job.index in self._begun:
            self._begun.discard(job.index)
            self.above.broken(job, failure)
        else:
            self.above.failure(job, failure)

    def _checked(self, port: str, value: Value | None, depth: int, collapses: bool) -> Value:
        if type(value) is str and not depth:
            return value
        if value is None:
            value = ErrorDocument("No data returned on port", depth)
        elif depth_of(value) != depth:
            value = _wrong_depth(value, depth)
        elif not (collapses and contains_errors(value)):
            return value
        return ErrorDocument(error_for(self._processor, port), depth, causes=(value,))


def _wrong_depth(value: Value, depth: int) -> ErrorDocument:
    found = depth_of(value)
    return ErrorDocument(f"The service returned {_words(found)} instead of {_words(depth)}", depth)


def _words(depth: int) -> str:
    return (
        ("a single value", "a list", "a list of lists")[depth]
        if depth < 3
        else (f"a list of depth {depth}")
    )


def _ports(activity: Activity, depths: Mapping[str, int]) -> _Ports:
    sources = {own: name for name, own in activity.output_map.items()}
    return _Ports(
        tuple(activity.input_map.items()),
        tuple((port, sources.get(port), depth) for port, depth in depths.items()),
        activity.kind not in KEEPS_ERRORS_IN_LISTS,
    )
