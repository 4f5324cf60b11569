"""Where values come from: addresses resolved along links and into nested workflows."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from taverna_server.data.values import Value
from taverna_server.provenance.contents import part, port_path
from taverna_server.provenance.graph import Flow, Graph, Index, Step
from taverna_server.provenance.names import INPUT, MERGED, WRAPPED, Address, Names
from taverna_server.provenance.said import Ref
from taverna_server.workflow.model import DataLink, Endpoint


@dataclass(slots=True)
class Live:
    flow: Flow
    activity: str
    """The URI of the run that this is."""
    began: float
    inputs: dict[str, tuple[Address, int]] = field(default_factory=dict)
    """Where a nested dataflow's inputs come from, and levels of lists around them."""
    said: set[tuple[str, str]] = field(default_factory=set)
    """The merged and wrapped lists that were described."""


class Addresses:
    """Knows the instances that live at the moment; number ``top`` is the workflow itself."""

    def __init__(
        self,
        graph: Graph,
        names: Names,
        inputs: Mapping[str, Value],
        outputs: Mapping[str, Value],
    ) -> None:
        self.graph = graph
        self.names = names
        self.inputs = inputs
        self.outputs = outputs
        self.live: dict[int, Live] = {}
        self.top = 0
        self._outputs_at = _output_links(graph.top)

    def ref(self, address: Address, kind: int) -> Ref:
        return Ref(address, kind, self.names.datum(address, kind))

    def member(self, base: Address, place: int, kind: int) -> Ref:
        """An item of a list; of a merged one what the link sent, not a copy."""
        instance, owner, port, above = base
        return self.ref(self._located((instance, owner, port, (*above, place))), kind)

    def _located(self, address: Address) -> Address:
        """The address that the value itself has: parts of a merged list lie where they were."""
        instance, owner, port, index = address
        if owner == INPUT:
            return self._resolve(instance, Endpoint(None, port), index)
        if owner.startswith(MERGED):
            return self.at_sink(instance, Endpoint(owner[1:] or None, port), index)
        if owner.startswith(WRAPPED):
            return self._unwrapped(instance, owner[1:], port, index)
        return address

    def _unwrapped(self, instance: int, processor: str, port: str, index: Index) -> Address:
        flow = self.live[instance].flow
        wraps = flow.steps[flow.numbers[processor]].wraps[port]
        if len(index) < wraps:
            return (instance, f"{WRAPPED}{processor}", port, index)
        return self.at_sink(instance, Endpoint(processor, port), index[wraps:])

    def at_sink(self, instance: int, sink: Endpoint, index: Index) -> Address:
        """What a link brings to a sink."""
        source, inner = self.live[instance].flow.source(sink, index)
        if source is None:
            return (instance, f"{MERGED}{sink.processor or ''}", sink.port, ())
        return self._resolve(instance, source, inner)

    def _resolve(self, instance: int, source: Endpoint, index: Index) -> Address:
        """The address of a value; an input of a nested dataflow is what the outer one sent."""
        if source.processor is not None:
            return (instance, source.processor, source.port, index)
        live = self.live[instance]
        if source.port not in live.inputs:
            return (instance, INPUT, source.port, index)
        (home, owner, port, begin), wraps = live.inputs[source.port]
        if len(index) < wraps:
            return (instance, INPUT, source.port, index)
        return self._located((home, owner, port, (*begin, *index[wraps:])))

    def handed_on(
        self, step: Step, home: int, dataflow: str, index: Index
    ) -> Iterator[tuple[str, tuple[Address, str]]]:
        """The inputs of a nested dataflow, each with its address and the outer port."""
        activity = step.calling(dataflow)
        for own, inner in activity.input_map.items() if activity is not None else ():
            if own in step.slices:
                yield inner, (self.input_of(home, step, own, index), own)

    def input_of(self, instance: int, step: Step, port: str, index: Index) -> Address:
        """What a job got at a port."""
        if step.wraps[port]:
            return (instance, f"{WRAPPED}{step.name}", port, ())
        return self.at_sink(instance, Endpoint(step.name, port), step.slices[port].of(index))

    def public_path(self, address: Address) -> str | None:
        """Of the file or folder of what is an input or an output of the run; None for others."""
        instance, owner, port, index = address
        if instance != self.top:
            return None
        if owner == INPUT:
            value = part(self.inputs.get(port), index)
            return None if value is None else port_path("inputs", port, index, value)
        for output, begin in self._outputs_at.get((owner, port), ()):
            value = part(self.outputs.get(output), (*begin, *index))
            if value is not None:
                return port_path("outputs", output, (*begin, *index), value)
        return None


def _output_links(flow: Flow) -> dict[tuple[str, str], list[tuple[str, Index]]]:
    """The outputs that a processor's output becomes, and its place in a merge."""
    found: dict[tuple[str, str], list[tuple[str, Index]]] = {}
    for source, links in flow.leaving.items():
        if source.processor is not None:
            outputs = [(link.sink.port, _place(link)) for link in links if not link.sink.processor]
            found[source.processor, source.port] = outputs
    return found


def _place(link: DataLink) -> Index:
    return () if link.merge_position is None else (link.merge_position,)


def depth_of_input(flow: Flow, port: str) -> int:
    return next((found.depth for found in flow.dataflow.inputs if found.name == port), 0)
