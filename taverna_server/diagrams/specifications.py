"""REANA's workflows as graphs, from the specification that a client posts (REANA dossier 6.2).

A specification is whatever a client wrote: what is not as it should be is left
out of the drawing, and never an error here. Keys of steps are the names under
which the engines report progress.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from itertools import pairwise
from typing import Any

from taverna_server.diagrams.cwl import graph_of_cwl
from taverna_server.diagrams.graph import Graph, Kind, Line, Mark, Node, Role
from taverna_server.diagrams.loose import entries, listed, mapping, names, text

COMMAND = Kind("command", "tool")
RULE = Kind("rule", "tool")
STAGE = Kind("stage", "tool")
STAGES = Kind("workflow", "nested")
_DEEPEST = 16
_LONGEST_NOTE = 300


def graph_of_specification(type: str, specification: Mapping[str, Any]) -> Graph:
    """A graph of a posted ``reana.yaml``; one box where no more than its file is known."""
    workflow = mapping(specification.get("workflow"))
    document = workflow.get("specification") or workflow.get("spec")
    read = _READERS.get(type)
    graph = read(document) if read is not None else None
    if graph is not None and graph.nodes:
        return graph
    file = text(workflow.get("file")) or f"{type} workflow"
    note = "Its steps are known when it runs"
    return Graph(
        file, (Node(file, file, Role.STEP, Kind(f"{type} workflow", "tool"), (note,)),), ()
    )


def _serial(document: Any) -> Graph:
    nodes: list[Node] = []
    for number, step in enumerate(entries(mapping(document).get("steps")), 1):
        label = text(step.get("name")) or f"step {number}"
        nodes.append(Node(label, label, Role.STEP, COMMAND, tuple(_notes(step))))
    unique = tuple({node.key: node for node in nodes}.values())
    lines = (
        Line(one.key, other.key, f"{one.name}, then {other.name}")
        for one, other in pairwise(unique)
    )
    return Graph("Serial workflow", unique, tuple(lines))


def _notes(step: Mapping[str, Any]) -> Iterator[str]:
    environment = text(step.get("environment"))
    if environment:
        yield f"In {environment}"
    for command in listed(step.get("commands")):
        yield text(command)[:_LONGEST_NOTE]


def _snakemake(document: Any) -> Graph:
    """A box a rule, however many jobs it has."""
    steps = list(entries(mapping(document).get("steps")))
    needs = mapping(mapping(document).get("job_dependencies"))
    jobs = Counter(text(step.get("name")) for step in steps)
    notes = {text(step.get("name")): tuple(_notes(step)) for step in reversed(steps)}
    rules = dict.fromkeys([*filter(None, jobs), *map(str, needs)])
    nodes = tuple(
        Node(rule, rule, Role.STEP, RULE, notes.get(rule, ()), tuple(_jobs(jobs[rule])))
        for rule in rules
    )
    lines = tuple(
        Line(other, str(rule), f"{rule} needs {other}")
        for rule, others in needs.items()
        for other in dict.fromkeys(names(others))
        if other in rules and other != rule
    )
    return Graph("Snakemake workflow", nodes, lines)


def _jobs(number: int) -> Iterator[Mark]:
    if number > 1:
        yield Mark("iterates", f"{number} jobs")


def _yadage(document: Any) -> Graph:
    return _stages(document, "Yadage workflow", 0)


def _stages(document: Any, name: str, level: int) -> Graph:
    stages = {
        text(stage.get("name")): stage
        for stage in entries(mapping(document).get("stages"))
        if text(stage.get("name"))
    }
    nodes = [_stage(key, stage, level) for key, stage in stages.items()]
    lines = [
        Line(other, key, f"{key} waits for {other}")
        for key, stage in stages.items()
        for other in dict.fromkeys(_dependencies(stage))
        if other in stages and other != key
    ]
    return Graph(name, tuple(nodes), tuple(lines))


def _stage(name: str, stage: Mapping[str, Any], level: int) -> Node:
    scheduler = mapping(stage.get("scheduler"))
    inner = mapping(scheduler.get("workflow"))
    several = text(scheduler.get("scheduler_type")).startswith("multistep")
    marks = (Mark("iterates", "Several steps, as many as its inputs ask for"),) if several else ()
    if inner.get("stages") and level < _DEEPEST:
        inside = _stages(inner, name, level + 1)
        return Node(name, name, Role.STEP, STAGES, (), marks, inside)
    return Node(name, name, Role.STEP, STAGE, (), marks)


def _dependencies(stage: Mapping[str, Any]) -> Iterator[str]:
    """Names, in a list or in expressions; of a place inside a stage the stage."""
    given = stage.get("dependencies")
    if isinstance(given, Mapping):
        given = given.get("expressions")
    for name in names(given):
        yield name.partition(".")[0].partition("[")[0]


_READERS: Mapping[str, Callable[[Any], Graph]] = {
    "serial": _serial,
    "cwl": graph_of_cwl,
    "snakemake": _snakemake,
    "yadage": _yadage,
}
