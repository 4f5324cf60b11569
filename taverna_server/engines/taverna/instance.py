"""One execution of a dataflow: the workflow itself, or one job of a nested one.

It connects sources to sinks as the plan says and knows when all is done: every
processor has finished and every output has its whole value (9, 10).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping
from functools import partial

from taverna_server.data.values import Value
from taverna_server.engines.taverna.events import WHOLE, Index, Values
from taverna_server.engines.taverna.plan import DataflowPlan
from taverna_server.engines.taverna.ports import Merge, Sink
from taverna_server.engines.taverna.processor import Desk, ProcessorRun
from taverna_server.workflow.model import DataLink, Endpoint


class DataflowInstance:
    """Processors at work and the links between them."""

    def __init__(
        self,
        plan: DataflowPlan,
        place: tuple[str, str],
        desk: Desk,
        output: Callable[[str, Index, Value], None],
        done: Callable[[DataflowInstance], None],
    ) -> None:
        """``place`` is put before the path and the label of every processor.

        ``output`` takes what comes of each output, the whole value last; ``done`` is
        called when all is done.
        """
        self.plan = plan
        self.outputs: dict[str, Value] = {}
        self._output = output
        self._done = done
        self._open = 1 + len(plan.processors) + len(plan.output_depths)
        """What is not done yet; the one is ``start`` itself."""
        self._sinks: dict[str | None, dict[str, list[Sink]]] = defaultdict(dict)
        """By the processor that a token leaves, or None for inputs, and by its port."""
        self._merges: dict[Endpoint, Merge] = {}
        self.processors = {name: self._processor(name, place, desk) for name in plan.processors}
        self._connect()

    def _processor(self, name: str, place: tuple[str, str], desk: Desk) -> ProcessorRun:
        path, label = place
        return ProcessorRun(
            self.plan.processors[name],
            (path + name, label + name),
            desk,
            partial(_emit, self._sinks[name]),
            self._finished,
        )

    def _connect(self) -> None:
        for source, links in self.plan.links.items():
            self._sinks[source.processor][source.port] = [self._inlet(link) for link in links]
        for link in self.plan.dataflow.control_links:
            self.processors[link.target].hold()

    def _inlet(self, link: DataLink) -> Sink:
        if link.merge_position is None:
            return self._sink(link.sink)
        if link.sink not in self._merges:
            width, depth = self.plan.merges[link.sink]
            self._merges[link.sink] = Merge(width, depth, self._sink(link.sink))
        return self._merges[link.sink].inlet(link.merge_position)

    def _sink(self, sink: Endpoint) -> Sink:
        if sink.processor is None:
            return partial(self._take_output, sink.port)
        return self.processors[sink.processor].ports[sink.port].token

    def start(self, inputs: Values) -> None:
        """Fire the processors that wait for nothing, and push the inputs."""
        for processor in self.processors.values():
            processor.fire()
        for port, value in inputs.items():
            _emit(self._sinks[None], port, WHOLE, value)
        self._close()

    def waiting(self) -> Iterator[str]:
        """What is not done, a sentence each."""
        for processor in self.processors.values():
            if not processor.finished:
                yield f"the processor '{processor.label}' still waits for data or for its turn"
        for port in self.plan.output_depths:
            if port not in self.outputs:
                yield f"the output '{port}' has no value"

    def _take_output(self, port: str, index: Index, value: Value) -> None:
        self._output(port, index, value)
        if index == WHOLE:
            self.outputs[port] = value
            self._close()

    def _finished(self, name: str) -> None:
        for link in self.plan.dataflow.control_links:
            if link.control == name:
                self.processors[link.target].unhold()
        self._close()

    def _close(self) -> None:
        self._open -= 1
        if not self._open:
            self._done(self)


def _emit(sinks: Mapping[str, list[Sink]], port: str, index: Index, value: Value) -> None:
    for sink in sinks.get(port, ()):
        sink(index, value)
