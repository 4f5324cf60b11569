"""Everything that keeps a workflow from running, found before it is started.

The rules are Taverna's (t2flow-format 5 and 9), stricter in one place: a port
may have one link, or links that are all merged, in whatever order they stand.
Every sentence names the port or processor and, where known, the line.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from graphlib import CycleError, TopologicalSorter

from taverna_server.errors import WorkflowInvalid
from taverna_server.workflow.depths import (
    data_dependencies,
    links_by_sink,
    name_of,
    workflow_depths,
)
from taverna_server.workflow.elements import Findings
from taverna_server.workflow.iteration import ports_of
from taverna_server.workflow.model import (
    Dataflow,
    DataLink,
    Endpoint,
    Processor,
    Workflow,
)

MAX_CIRCLES = 10
"""Reported for one dataflow."""


def check(workflow: Workflow) -> list[str]:
    """What is wrong, a sentence each, by line; empty for a workflow that can run."""
    findings = Findings()
    depths = workflow_depths(workflow)
    _check(workflow.top, depths.top.faults, findings)
    for ref in _reachable(workflow):
        inner = Findings(findings.noted, prefix=f"in '{workflow.nested[ref].name}': ")
        _check(workflow.nested[ref], depths.nested[ref].faults, inner)
    return findings.sentences


def require_valid(workflow: Workflow) -> None:
    """Raises WorkflowInvalid with all problems, if there are any."""
    problems = check(workflow)
    if problems:
        raise WorkflowInvalid(problems)


def _reachable(workflow: Workflow) -> list[str]:
    """Ids of the nested dataflows that are executed at all."""
    found: dict[str, None] = {}
    todo = [workflow.top]
    while todo:
        for processor in todo.pop().processors:
            for ref in processor.nested:
                if ref not in found:
                    found[ref] = None
                    todo.append(workflow.nested[ref])
    return list(found)


def _check(
    dataflow: Dataflow, depth_faults: tuple[tuple[int, str], ...], findings: Findings
) -> None:
    if not dataflow.processors and not dataflow.outputs:
        findings.add_at(dataflow.line, "the workflow has neither processors nor outputs")
    _check_ends(dataflow, findings)
    _check_sinks(dataflow, findings)
    for processor in dataflow.processors:
        _check_processor(processor, findings)
    _check_control_links(dataflow, findings)
    _check_circles(dataflow, findings)
    for line, sentence in depth_faults:
        findings.add_at(line, sentence)


def _check_ends(dataflow: Dataflow, findings: Findings) -> None:
    """Links begin and end at ports that exist."""
    sources = {Endpoint(None, port.name) for port in dataflow.inputs}
    sinks = {Endpoint(None, port.name) for port in dataflow.outputs}
    for processor in dataflow.processors:
        sources.update(Endpoint(processor.name, port.name) for port in processor.outputs)
        sinks.update(Endpoint(processor.name, port.name) for port in processor.inputs)
    for link in dataflow.datalinks:
        if link.source not in sources:
            origin = name_of(link.source, "input")
            findings.add_at(link.line, f"a link comes from {origin}, which does not exist")
        if link.sink not in sinks:
            findings.add_at(link.line, f"a link goes to {name_of(link.sink)}, which does not exist")


def _check_sinks(dataflow: Dataflow, findings: Findings) -> None:
    """Every port that takes data has one link, or only merged ones."""
    links = links_by_sink(dataflow)
    for sink, line in _sinks(dataflow):
        sentence = _fault_of(links.get(sink, []))
        if sentence:
            findings.add_at(line, f"{name_of(sink)} {sentence}")


def _sinks(dataflow: Dataflow) -> Iterator[tuple[Endpoint, int]]:
    for port in dataflow.outputs:
        yield Endpoint(None, port.name), port.line
    for processor in dataflow.processors:
        for port in processor.inputs:
            yield Endpoint(processor.name, port.name), port.line


def _fault_of(links: list[DataLink]) -> str:
    plain = sum(link.merge_position is None for link in links)
    if not links:
        return "has no incoming link"
    if plain and plain < len(links):
        return "has links that are merged and links that are not"
    return f"has {plain} incoming links that are not merged" if plain > 1 else ""


def _check_processor(processor: Processor, findings: Findings) -> None:
    where = f"processor '{processor.name}'"
    if not processor.activities:
        findings.add_at(processor.line, f"{where} has no activity")
    ports = {port.name for port in processor.inputs}
    for strategy in processor.strategies:
        counts = Counter(leaf.name for leaf in ports_of(strategy))
        _check_strategy(where, ports, counts, processor.line, findings)
    if ports and not processor.strategies:
        findings.add_at(processor.line, f"{where} has inputs but no iteration strategy")


def _check_strategy(
    where: str, ports: set[str], counts: Mapping[str, int], line: int, findings: Findings
) -> None:
    strategy = f"{where}: its iteration strategy"
    for name in sorted(ports - counts.keys()):
        findings.add_at(line, f"{strategy} leaves out the input '{name}'")
    for name in sorted(counts.keys() - ports):
        findings.add_at(line, f"{strategy} names '{name}', which is no input")
    for name, count in counts.items():
        if count > 1:
            findings.add_at(line, f"{strategy} names the input '{name}' {count} times")


def _check_control_links(dataflow: Dataflow, findings: Findings) -> None:
    known = {processor.name for processor in dataflow.processors}
    for link in dataflow.control_links:
        for name in (link.control, link.target):
            if name not in known:
                sentence = f"a control link names the processor '{name}', which does not exist"
                findings.add_at(link.line, sentence)


def _check_circles(dataflow: Dataflow, findings: Findings) -> None:
    """First circles of data alone, then those that control links close."""
    before = data_dependencies(dataflow)
    line = {processor.name: processor.line for processor in dataflow.processors}
    for circle in _circles(before):
        names = " -> ".join(circle)
        findings.add_at(line[circle[0]], f"data would flow in a circle: {names}")
    for link in dataflow.control_links:
        if link.control in before and link.target in before:
            before[link.target].add(link.control)
    for circle in _circles(before):
        findings.add_at(line[circle[0]], f"processors wait for each other: {' -> '.join(circle)}")


def _circles(before: dict[str, set[str]]) -> Iterator[list[str]]:
    """Circles without a processor in common; those are taken out of ``before``."""
    for _ in range(MAX_CIRCLES):
        try:
            TopologicalSorter(before).prepare()
        except CycleError as error:
            circle: list[str] = error.args[1]
            yield circle
            for name in circle:
                before.pop(name, None)
            for sources in before.values():
                sources.difference_update(circle)
        else:
            return
