"""The records of a run, read back: what ran, what it used, what it made.

Records come in the order in which things ended. What is said here of a value is
said once, where the value came to be; every use refers to it by its address. So one
record at a time is enough, beside the instances that live at that moment.

The result of a nested workflow is a value of its own, derived from the one that the
processor within made: the engine may have put an error in its place.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from taverna_server.data.values import ErrorDocument, ListValue, Value
from taverna_server.provenance.addresses import Addresses, Live, depth_of_input
from taverna_server.provenance.contents import ending, parts, port_path
from taverna_server.provenance.graph import Graph, Index, Step
from taverna_server.provenance.names import INPUT, MERGED, WRAPPED, Address, Names
from taverna_server.provenance.records import (
    BEGAN,
    ENDED,
    GATHERED,
    JOB,
    decode,
    has_errors,
    kind_of,
    read_records,
    wrapped,
)
from taverna_server.provenance.said import Datum, Members, Ran, Ref, RunRan, Said
from taverna_server.workflow.model import Endpoint


class Replay(Addresses):
    """Reads the records of one run as often as it is iterated over."""

    def __init__(
        self,
        graph: Graph,
        names: Names,
        records: Path,
        inputs: Mapping[str, Value],
        outputs: Mapping[str, Value],
    ) -> None:
        super().__init__(graph, names, inputs, outputs)
        self._records = records

    def __iter__(self) -> Iterator[Said]:
        self.live, self.top = {}, 0
        last = 0.0
        for kind, *fields in read_records(self._records):
            if kind == JOB:
                last = fields[4]
                yield from self._job(*fields)
            elif kind == GATHERED:
                yield from self._gathered(*fields)
            elif kind == BEGAN:
                yield from self._began(*fields)
            elif kind == ENDED:
                last = fields[1]
        if self.top:
            yield from self._finish(last)

    # -- records -------------------------------------------------------------------------

    def _began(
        self,
        number: int,
        dataflow: str,
        home: int,
        place: int,
        index: list[int],
        kept: Mapping[str, Any] | None,
        time: float,
    ) -> Iterator[Said]:
        flow = self.graph.flows[dataflow]
        if not home:
            self.top = number
            self.live[number] = Live(flow, self.names.run, time)
            yield from self._workflow_inputs(time)
            return
        outer = self.live[home]
        step = outer.flow.steps[place]
        live = Live(flow, self.names.process(home, step.name, tuple(index)), time)
        self.live[number] = live
        if kept is not None:
            for port, value in kept.items():
                uri = self.names.port(dataflow, None, port, output=False)
                address = (number, INPUT, port, ())
                yield from self._describe(address, decode(value), None, time, uri)
            return
        for port, (given, own) in self.handed_on(step, home, dataflow, tuple(index)):
            wraps = max(0, depth_of_input(flow, port) - step.depths[own])
            live.inputs[port] = (given, wraps)
            if wraps:
                yield from self._wrapped_input(number, port, wraps, time)

    def _wrapped_input(self, number: int, port: str, wraps: int, time: float) -> Iterator[Said]:
        """Lists with one item, put around an input of a nested dataflow."""
        flow = self.live[number].flow
        uri = self.names.port(flow.dataflow.id, None, port, output=False)
        for level in reversed(range(wraps)):
            kind = 2 * (depth_of_input(flow, port) - level)
            inner = 2 * (depth_of_input(flow, port) - level - 1)
            base = (number, INPUT, port, (0,) * level)
            yield self._list(base, kind, [inner], None, time, uri)

    def _workflow_inputs(self, time: float) -> Iterator[Said]:
        for port, value in self.inputs.items():
            uri = self.names.port(self.graph.top.dataflow.id, None, port, output=False)
            yield from self._describe((self.top, INPUT, port, ()), value, None, time, uri)

    def _job(
        self,
        instance: int,
        place: int,
        at: list[int],
        began: float,
        ended: float,
        kinds: list[Any],
        values: list[Any],
        within: list[int] | None,
        inner: Mapping[str, int | None] | None,
    ) -> Iterator[Said]:
        live = self.live[instance]
        step, index = live.flow.steps[place], tuple(at)
        for port, kind in zip(step.inputs, kinds, strict=True):
            yield from self._arrival(instance, step, port, kind, began)
        used = tuple(
            (port, self._used(instance, step, port, index, _whole(kind)))
            for port, kind in zip(step.inputs, kinds, strict=True)
        )
        outputs = dict(zip(step.outputs, map(decode, values), strict=True))
        addresses = {port: (instance, step.name, port, index) for port in outputs}
        made = tuple((port, self.ref(addresses[port], kind_of(v))) for port, v in outputs.items())
        child = self._main_child(step, within)
        nested = None if child is None else self.live[child].flow.dataflow.id
        uri, flow = self.names.process(instance, step.name, index), live.flow.dataflow.id
        failure = _failure(outputs)
        times = (began, max(began, ended))
        causes = tuple(ref for _, ref in used if has_errors(ref.kind))
        for port, value in outputs.items():
            iri = self.names.port(flow, step.name, port, output=True)
            same, derived = self._origin(child, step, port, inner or {}, causes)
            yield from self._describe(addresses[port], value, uri, times[1], iri, derived, same)
        yield Ran(uri, flow, step.name, index, live.activity, *times, used, made, nested, failure)
        for number in within or ():
            self.live.pop(number, None)

    def _main_child(self, step: Step, within: list[int] | None) -> int | None:
        """The last instance that did the work; others were conditions of a loop."""
        for number in reversed(within or ()):
            if step.calling(self.live[number].flow.dataflow.id) is not None:
                return number
        return None

    def _origin(
        self,
        child: int | None,
        step: Step,
        port: str,
        inner: Mapping[str, int | None],
        causes: tuple[Ref, ...],
    ) -> tuple[Address | None, tuple[Ref, ...]]:
        """The address of the same value within a nested dataflow, or what it derives from."""
        found = self._inner(child, step, port) if port in inner else None
        if found is None:
            return None, causes
        kind = inner[port]
        return (found, ()) if kind is None else (None, (self.ref(found, kind),))

    def _inner(self, number: int | None, step: Step, port: str) -> Address | None:
        """The value within a nested dataflow that became an output of its processor."""
        if number is None:
            return None
        activity = step.calling(self.live[number].flow.dataflow.id)
        for inner, own in activity.output_map.items() if activity is not None else ():
            if own == port:
                found = self.at_sink(number, Endpoint(None, inner), ())
                return None if found[1].startswith(MERGED) else found
        return None

    def _used(self, instance: int, step: Step, port: str, index: Index, kind: int) -> Ref:
        wraps = step.wraps[port]
        return self.ref(self.input_of(instance, step, port, index), wrapped(kind, wraps))

    def _arrival(
        self, instance: int, step: Step, port: str, kind: Any, time: float
    ) -> Iterator[Said]:
        """Lists that came to be on the way to a processor: merged, or put around a value."""
        live = self.live[instance]
        wraps = step.wraps[port]
        if (not wraps and not isinstance(kind, list)) or (step.name, port) in live.said:
            return
        live.said.add((step.name, port))
        iri = self.names.port(live.flow.dataflow.id, step.name, port, output=False)
        if isinstance(kind, list):
            merged = (instance, f"{MERGED}{step.name}", port, ())
            yield self._list(merged, kind[0], kind[1:], live.activity, time, iri)
        base = (instance, f"{WRAPPED}{step.name}", port)
        for level in reversed(range(wraps)):
            inner = wrapped(_whole(kind), wraps - level - 1)
            around = wrapped(_whole(kind), wraps - level)
            yield self._list((*base, (0,) * level), around, [inner], live.activity, time, iri)

    def _gathered(
        self, instance: int, place: int, number: int, at: list[int], content: Any, time: float
    ) -> Iterator[Said]:
        live = self.live[instance]
        step, index = live.flow.steps[place], tuple(at)
        port = step.outputs[number]
        iri = self.names.port(live.flow.dataflow.id, step.name, port, output=True)
        address = (instance, step.name, port, index)
        depth, kinds, holes = content
        if kinds is None:
            yield from self._describe(address, decode(holes), live.activity, time, iri)
            return
        for hole, value in holes:
            gap = (instance, step.name, port, (*index, hole))
            yield from self._describe(gap, decode(value), live.activity, time, iri)
        errors = isinstance(kinds, list) and any(map(has_errors, kinds))
        yield self._list(address, 2 * depth + errors, kinds, live.activity, time, iri)

    def _finish(self, time: float) -> Iterator[Said]:
        top = self.live[self.top]
        flow = top.flow.dataflow.id
        used = tuple(
            (port, self.ref((self.top, INPUT, port, ()), kind_of(value)))
            for port, value in self.inputs.items()
        )
        made = []
        for port, value in self.outputs.items():
            address = self.at_sink(self.top, Endpoint(None, port), ())
            ref = self.ref(address, kind_of(value))
            if address[1] == MERGED:
                iri = self.names.port(flow, None, port, output=True)
                yield from self._merged_output(address, value, time, iri)
            made.append((port, ref))
        yield RunRan(top.began, max(top.began, time), used, tuple(made))

    def _merged_output(self, base: Address, value: Value, time: float, iri: str) -> Iterator[Said]:
        if isinstance(value, ListValue):
            kinds = list(map(kind_of, value.items))
            path = port_path("outputs", base[2], (), value)
            ref = self.ref(base, kind_of(value))
            items = Members(self.member, base, kinds)
            yield Datum(ref, None, items, path, False, self.names.run, time, iri)
        else:
            yield from self._describe(base, value, self.names.run, time, iri)

    # -- values --------------------------------------------------------------------------

    def _list(
        self,
        address: Address,
        kind: int,
        kinds: int | Sequence[int],
        maker: str | None,
        time: float,
        port: str,
    ) -> Datum:
        ref = self.ref(address, kind)
        path = self.public_path(address)
        return Datum(
            ref, None, Members(self.member, address, kinds), path, False, maker, time, port
        )

    def _describe(
        self,
        address: Address,
        value: Value,
        maker: str | None,
        time: float,
        port: str,
        derived: tuple[Ref, ...] = (),
        inner: Address | None = None,
    ) -> Iterator[Datum]:
        """The value and everything in it; ``inner`` is the address of the same value within."""
        instance, owner, name, begin = address
        for index, found in parts(value):
            here = (instance, owner, name, (*begin, *index))
            there = None if inner is None else (*inner[:3], (*inner[3], *index))
            path, stored = self._path(here, there, found)
            members = None
            if isinstance(found, ListValue):
                kinds = list(map(kind_of, found.items))
                members = Members(self.member, here, kinds if any(kinds) else len(kinds))
            origin = derived
            if there is not None:
                origin = (self.ref(there, kind_of(found)),)
            ref = self.ref(here, kind_of(found))
            yield Datum(ref, found, members, path, stored, maker, time, port, origin)
            if isinstance(found, ErrorDocument):
                yield from self._within_error(here, found, maker, time, port, path)

    def _within_error(
        self,
        address: Address,
        error: ErrorDocument,
        maker: str | None,
        time: float,
        port: str,
        path: str | None,
    ) -> Iterator[Datum]:
        """An error in place of a list is handed out as its own only item."""
        index = address[3]
        for level in range(1, error.depth + 1):
            here = (address[0], address[1], address[2], (*index, *(0,) * level))
            inner = error.at_depth(error.depth - level)
            outer = self.ref((*here[:3], here[3][:-1]), kind_of(inner) - 1)
            ref = self.ref(here, kind_of(inner))
            yield Datum(ref, inner, None, path, False, maker, time, port, (outer,))

    def _path(
        self, address: Address, inner: Address | None, value: Value
    ) -> tuple[str | None, bool]:
        """Of the value's file, and whether that is yet to be written."""
        public = self.public_path(address)
        if public is None and inner is not None:
            public = self.public_path(inner)
        if public is not None or isinstance(value, ListValue):
            return public, False
        number = self.names.unique(*(inner or address))
        return f"intermediates/{number[:2]}/{number}.{ending(value)}", inner is None


def _whole(kind: Any) -> int:
    return int(kind[0] if isinstance(kind, list) else kind)


def _failure(outputs: Mapping[str, Value]) -> str | None:
    for value in outputs.values():
        if isinstance(value, ErrorDocument):
            return value.message
    return None
