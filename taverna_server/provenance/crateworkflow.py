"""The workflow in a crate: its steps, tools, parameters and the links between them."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping
from typing import Any

from taverna_server.provenance.entities import many, software
from taverna_server.provenance.graph import Flow, Graph, Step
from taverna_server.provenance.names import Names
from taverna_server.workflow.model import Endpoint, Port


class CrateWorkflow:
    """Writes those parts of the workflow that were used."""

    def __init__(
        self, graph: Graph, names: Names, main: str, write: Callable[[Mapping[str, Any]], None]
    ) -> None:
        """``main`` is the file of the main workflow."""
        self._graph = graph
        self._names = names
        self._main = main
        self._write = write

    def control(self, flow: str, processor: str) -> str:
        return f"#control/{self._number(flow, processor)}"

    def step(self, flow: str, processor: str) -> str:
        return f"#step/{self._number(flow, processor)}"

    def _number(self, flow: str, processor: str) -> str:
        return self._names.unique("step", flow, processor)

    def tool(self, flow: str) -> str:
        """The id of a workflow; the main one is a file."""
        if flow == self._graph.top.dataflow.id:
            return self._main
        return self._names.workflow(flow)

    def write(self, used: Collection[tuple[str, str]]) -> None:
        """``used`` are the processors, with their dataflow, that did something."""
        for flow in self._graph.flows.values():
            steps = [step for step in flow.steps if (flow.dataflow.id, step.name) in used]
            if steps or flow is self._graph.top:
                self._one_workflow(flow, steps)
            elif flow.dataflow.id in self._nested(used):
                ports = self._ports(flow.dataflow.id, None, flow.dataflow)
                name = self._names.workflow(flow.dataflow.id)
                self._write({**software(name, flow.dataflow.name, "1"), **ports})

    def _nested(self, used: Collection[tuple[str, str]]) -> set[str]:
        """Dataflows that were executed by a processor."""
        flows = self._graph.flows
        return {
            inner
            for flow, processor in used
            for inner in flows[flow].steps[flows[flow].numbers[processor]].processor.nested
        }

    def _one_workflow(self, flow: Flow, steps: list[Step]) -> None:
        ident, main = flow.dataflow.id, flow is self._graph.top
        tools = [self._tool_of(ident, step) for step in steps]
        connections = list(self._connections(flow, {step.name for step in steps}))
        kinds = ["SoftwareSourceCode", "ComputationalWorkflow", "HowTo"]
        about = flow.dataflow.annotations
        entity = {
            "@id": self.tool(ident),
            "@type": ["File", *kinds] if main else kinds,
            "name": about.title or flow.dataflow.name,
            "version": "1",
            "programmingLanguage": {"@id": "#taverna"},
            **({"description": about.description} if about.description else {}),
            **self._ports(ident, None, flow.dataflow),
            **many("hasPart", ({"@id": tool} for tool in dict.fromkeys(tools))),
            **many("step", ({"@id": self.step(ident, step.name)} for step in steps)),
            **many("connection", ({"@id": one["@id"]} for one in connections)),
        }
        self._write(entity)
        for connection in connections:
            self._write(connection)
        for position, (step, tool) in enumerate(zip(steps, tools, strict=True)):
            self._one_step(ident, step, tool, position)

    def _tool_of(self, flow: str, step: Step) -> str:
        nested = [activity.nested for activity in step.processor.activities if activity.nested]
        return self.tool(nested[0]) if nested else self._names.processor(flow, step.name)

    def _one_step(self, flow: str, step: Step, tool: str, position: int) -> None:
        self._write(
            {
                "@id": self.step(flow, step.name),
                "@type": "HowToStep",
                "name": step.name,
                "position": str(position),
                "workExample": {"@id": tool},
            }
        )
        ports = self._ports(flow, step.name, step.processor)
        if tool == self._names.processor(flow, step.name):
            self._write({**software(tool, step.name, "1"), **ports})

    def _ports(self, flow: str, owner: str | None, holder: Any) -> dict[str, Any]:
        """The formal parameters, written, and how they are linked to."""
        links: dict[str, Any] = {}
        sides: tuple[tuple[str, tuple[Port, ...]], ...] = (
            ("input", holder.inputs),
            ("output", holder.outputs),
        )
        for side, ports in sides:
            made = [self._parameter(flow, owner, port, side == "output") for port in ports]
            links |= many(side, ({"@id": one} for one in made))
        return links

    def _parameter(self, flow: str, owner: str | None, port: Port, output: bool) -> str:
        uri = self._names.port(flow, owner, port.name, output=output)
        kind = "Collection" if port.depth else "File"
        entity = {"@id": uri, "@type": "FormalParameter", "name": port.name}
        self._write({**entity, "additionalType": kind})
        return uri

    def _connections(self, flow: Flow, used: set[str]) -> Iterator[dict[str, Any]]:
        for link in flow.dataflow.datalinks:
            if {link.source.processor, link.sink.processor} <= used | {None}:
                source = self._end(flow, link.source, link.source.processor is not None)
                target = self._end(flow, link.sink, link.sink.processor is None)
                yield {
                    "@id": f"#connection/{self._names.unique('link', source, target)}",
                    "@type": "ParameterConnection",
                    "sourceParameter": {"@id": source},
                    "targetParameter": {"@id": target},
                }

    def _end(self, flow: Flow, end: Endpoint, output: bool) -> str:
        return self._names.port(flow.dataflow.id, end.processor, end.port, output=output)
