"""CWL documents as graphs: packed (``$graph``), one workflow, or one tool alone.

Ids in packed documents are addresses (``#main/first/out``); keys here are what
is left of them within their workflow (``first``).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from taverna_server.diagrams.graph import Graph, Kind, Line, Mark, Node, Role
from taverna_server.diagrams.loose import entries, mapping, names, text

_WORDS = {
    "CommandLineTool": Kind("command", "tool"),
    "ExpressionTool": Kind("expression", "script"),
    "Workflow": Kind("workflow", "nested"),
    "Operation": Kind("not implemented", "other"),
}
_UNKNOWN = Kind("step", "other")
_DEEPEST = 16
"""Workflows in workflows; what is deeper is shown as a box."""
_METHODS = {
    "dotproduct": "dot",
    "flat_crossproduct": "cross",
    "nested_crossproduct": "cross",
}


def graph_of_cwl(document: Any) -> Graph:
    """The workflow ``main``, or the only tool as one box."""
    document = mapping(document)
    processes = {
        _address(process): process for process in entries(document.get("$graph"), "id")
    } or {_address(document): document}
    main = processes.get("main") or next(iter(processes.values()))
    return _Packed(processes).graph(main, "CWL workflow")


class _Packed:
    def __init__(self, processes: Mapping[str, Mapping[str, Any]]) -> None:
        self._processes = processes
        self._made: dict[str, Graph] = {}
        self._open: list[str] = []
        """Addresses of the workflows being made: one that contains itself is shown as a box."""

    def graph(self, process: Mapping[str, Any], name: str) -> Graph:
        if process.get("class") != "Workflow":
            return self._alone(process, name)
        self._open.append(_address(process))
        graph = self._workflow(process, name)
        self._open.pop()
        return graph

    def _workflow(self, process: Mapping[str, Any], name: str) -> Graph:
        place = _Place(_address(process))
        nodes = [
            *(_port(port, place, Role.INPUT) for port in entries(process.get("inputs"), "id")),
            *(self._step(step, place) for step in entries(process.get("steps"), "id", "run")),
            *(_port(port, place, Role.OUTPUT) for port in entries(process.get("outputs"), "id")),
        ]
        unique = {node.key: node for node in nodes}
        lines = [line for line in place.lines(process) if {line.source, line.target} <= {*unique}]
        return Graph(_title(process, name), tuple(unique.values()), tuple(lines), _about(process))

    def _alone(self, process: Mapping[str, Any], name: str) -> Graph:
        kind = _WORDS.get(text(process.get("class")))
        if kind is None:
            return Graph(name, (), ())
        key = _address(process) or "main"
        return Graph(name, (Node(key, _title(process, key), Role.STEP, kind, _notes(process)),), ())

    def _step(self, step: Mapping[str, Any], place: _Place) -> Node:
        key = place.local(text(step.get("id")))
        run = step.get("run")
        address = text(run).rpartition("#")[2] if isinstance(run, str) else _address(mapping(run))
        process = mapping(run) or self._processes.get(address, {})
        kind = _WORDS.get(text(process.get("class")), _UNKNOWN)
        marks = tuple(_marks(step))
        known = address and address in self._open
        if process.get("class") != "Workflow" or known or len(self._open) > _DEEPEST:
            return Node(key, key, Role.STEP, kind, _notes(process), marks)
        inside = self._inside(address, process, key)
        doors = {f"in:{key}/{port.key[3:]}": port.key for port in inside.nodes if _is_in(port)}
        doors |= {f"out:{key}/{port.key[4:]}": port.key for port in inside.nodes if _is_out(port)}
        return Node(key, key, Role.STEP, kind, _notes(process), marks, inside, doors)

    def _inside(self, address: str, process: Mapping[str, Any], name: str) -> Graph:
        """Made once where it has an address."""
        graph = self._made.get(address) or self.graph(process, name)
        if address:
            self._made[address] = graph
        return graph


class _Place:
    """Ids within one workflow."""

    def __init__(self, address: str) -> None:
        self._prefix = f"{address}/"

    def local(self, id: str) -> str:
        return id.rpartition("#")[2].removeprefix(self._prefix)

    def lines(self, process: Mapping[str, Any]) -> Iterator[Line]:
        for step in entries(process.get("steps"), "id", "run"):
            key = self.local(text(step.get("id")))
            for port in entries(step.get("in"), "id", "source"):
                name = self.local(text(port.get("id"))).removeprefix(f"{key}/")
                yield from self._into(key, f"{key}/{name}", port.get("source"))
        for port in entries(process.get("outputs"), "id"):
            name = self.local(text(port.get("id")))
            yield from self._into(f"out:{name}", name, port.get("outputSource"))

    def _into(self, target: str, port: str, given: Any) -> Iterator[Line]:
        sources = [self.local(name) for name in names(given)]
        for number, source in enumerate(sources, 1):
            step, _, inner = source.partition("/")
            yield Line(
                step if inner else f"in:{source}",
                target,
                f"{source} to {port}",
                position=number if len(sources) > 1 else None,
                source_port=f"out:{source}",
                target_port=f"in:{port}",
            )


def _is_in(node: Node) -> bool:
    return node.role is Role.INPUT


def _is_out(node: Node) -> bool:
    return node.role is Role.OUTPUT


def _address(process: Mapping[str, Any]) -> str:
    return text(process.get("id")).rpartition("#")[2]


def _port(port: Mapping[str, Any], place: _Place, role: Role) -> Node:
    name = place.local(text(port.get("id")))
    key = f"{'in' if role is Role.INPUT else 'out'}:{name}"
    kind = Kind(_type(port.get("type")), "port")
    about = filter(None, (f"Workflow {role.value}", _about(port)))
    return Node(key, name, role, kind, tuple(about))


def _type(given: Any) -> str:
    """A word, where the type is a simple one."""
    if isinstance(given, Mapping) and given.get("type") == "array":
        return "list"
    return "list" if text(given).endswith("[]") else text(given).removesuffix("?")[:20]


def _marks(step: Mapping[str, Any]) -> Iterator[Mark]:
    over = [name.rpartition("/")[2] for name in names(step.get("scatter"))]
    if over:
        yield Mark("iterates", f"Iterates over a list: {', '.join(over)}")
    method = text(step.get("scatterMethod"))
    if len(over) > 1 and method in _METHODS:
        yield Mark(_METHODS[method], f"Joined as {method.replace('_', ' ')}")


def _title(process: Mapping[str, Any], otherwise: str) -> str:
    return text(process.get("label")) or otherwise


def _about(process: Mapping[str, Any]) -> str:
    return text(process.get("doc"))


def _notes(process: Mapping[str, Any]) -> tuple[str, ...]:
    command = " ".join(names(process.get("baseCommand")))
    return tuple(filter(None, (_about(process), command and f"Runs {command}")))
