"""Invocations recorded by Taverna 2.4, read from the corpus of published workflows.

A recorded run has a PROV file that says which process used and made which
values, and the values as files (provenance-bundle 8). The files are Turtle as
one program wrote it, some with a prefix missing, which a strict parser refuses.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import unquote

from taverna_server.data.values import Value, make_list, wrap
from taverna_server.engines.taverna.activities.registry import bound_activity_class
from taverna_server.workflow.model import Activity, Workflow
from taverna_server.workflow.t2flow import read_t2flow
from tests.corpus import CORPUS

_TOKEN = re.compile(r'<([^>]*)>|"(?:[^"\\]|\\.)*"\S*|([;,.])(?=\s)|([^\s;,]+)', re.DOTALL)
_PROCESSOR = re.compile(r"/workflow/([^/]+)/processor/([^/]+)/(?:(in|out)/([^/]+))?$")

Triples = dict[str, dict[str, list[str]]]


class Incomplete(Exception):
    """A value that was not stored, or is an error."""


@dataclass(frozen=True)
class Recorded:
    """One invocation: what went in and came out, by activity port."""

    activity: Activity
    name: tuple[str, str]
    """Workflow and processor."""
    inputs: dict[str, Value]
    outputs: dict[str, Value]


@dataclass
class _Process:
    plan: str = ""
    used: dict[str, str] = field(default_factory=dict)
    made: dict[str, str] = field(default_factory=dict)


def recorded_invocations(kinds: set[str]) -> Iterator[Recorded]:
    """Every complete invocation of activities of these kinds, without errors in or out."""
    for trace in sorted(CORPUS.glob("myexperiment/*/*/workflowrun.prov.ttl")):
        yield from (found for found in invocations_of(trace) if found.activity.kind in kinds)


def invocations_of(trace: Path) -> Iterator[Recorded]:
    """Those of one run, of activities of all kinds."""
    document = next(trace.parent.parent.glob("*.t2flow"))
    yield from _invocations(trace, read_t2flow(document.read_bytes()))


def _invocations(trace: Path, workflow: Workflow) -> Iterator[Recorded]:
    triples = _read(trace)
    for process in _processes(triples).values():
        activity = _activity(workflow, process.plan)
        if activity is None:
            continue
        ports = (*activity.inputs, *bound_activity_class(activity.kind).output_ports(activity))
        depths = defaultdict(int, {port.name: port.depth for port in ports})
        made = {_inner(activity.output_map, port): uri for port, uri in process.made.items()}
        used = {activity.input_map.get(port, ""): uri for port, uri in process.used.items()}
        try:
            yield Recorded(
                activity,
                (trace.parent.parent.name, process.plan.rsplit("/", 2)[-2]),
                {
                    port: _value(uri, depths[port], triples, trace.parent)
                    for port, uri in used.items()
                },
                {
                    port: _value(uri, depths[port], triples, trace.parent)
                    for port, uri in made.items()
                },
            )
        except (Incomplete, KeyError):
            continue


def _processes(triples: Triples) -> dict[str, _Process]:
    processes: dict[str, _Process] = defaultdict(_Process)
    for subject, facts in triples.items():
        for plan in facts.get("wfprov:describedByProcess", ()):
            processes[subject].plan = plan
        for usage in facts.get("prov:qualifiedUsage", ()):
            _note(processes[subject].used, "in", triples[usage], triples[usage]["prov:entity"][0])
        for generation in facts.get("prov:qualifiedGeneration", ()):
            by = triples[generation]["prov:activity"][0]
            _note(processes[by].made, "out", triples[generation], subject)
    return processes


def _note(ports: dict[str, str], way: str, facts: dict[str, list[str]], entity: str) -> None:
    role = _PROCESSOR.search(facts.get("prov:hadRole", [""])[0])
    if role and role[3] == way:
        ports[unquote(role[4]).replace("%47", "/")] = entity  # the exporter's way to write it


def _activity(workflow: Workflow, plan: str) -> Activity | None:
    found = _PROCESSOR.search(plan)
    if not found:
        return None
    dataflow, name = unquote(found[1]), unquote(found[2])
    candidates = {
        flow.name: processor.activities[0]
        for flow in (workflow.top, *workflow.nested.values())
        for processor in flow.processors
        if processor.name == name
    }
    if len(candidates) > 1:
        candidates = {n: found for n, found in candidates.items() if _as_in_iri(n) == dataflow}
    return next(iter(candidates.values())) if len(candidates) == 1 else None


def _as_in_iri(name: str) -> str:
    return re.sub(r"\W", "_", name)


def _inner(output_map: object, port: str) -> str:
    assert hasattr(output_map, "items")
    return next((inner for inner, outer in output_map.items() if outer == port), "")


def _value(uri: str, depth: int, triples: Triples, folder: Path) -> Value:
    content = triples.get(uri, {}).get("tavernaprov:content")
    if not content or "/error/" in uri or "/true/" in uri:
        raise Incomplete(uri)
    value = _load(
        folder / unquote(content[0]), int(uri.rsplit("/", 1)[-1]) if "/list/" in uri else 0
    )
    return wrap(value, depth)


def _load(path: Path, depth: int) -> Value:
    if path.suffix == ".err" or not path.exists():
        raise Incomplete(path)
    if depth == 0:
        return path.read_bytes()
    if path.is_dir():
        items = sorted(path.iterdir(), key=lambda item: int(item.stem))
    else:
        items = [path.parent / line for line in path.read_text().split()]
    return make_list([_load(item, depth - 1) for item in items], depth)


def _read(trace: Path) -> Triples:
    """Subjects, predicates, objects; terms as written, IRIs without their brackets."""
    triples: Triples = defaultdict(lambda: defaultdict(list))
    subject = predicate = ""
    for token in _TOKEN.finditer(_statements(trace)):
        term = token[1] if token[1] is not None else token[0]
        if token[2] == ".":
            subject = predicate = ""
        elif token[2] == ";":
            predicate = ""
        elif token[2] == ",":
            continue
        elif not subject:
            subject = term
        elif not predicate:
            predicate = term
        else:
            triples[subject][predicate].append(term)
    return triples


def _statements(trace: Path) -> str:
    lines = trace.read_text(encoding="utf-8", errors="replace").splitlines()
    return "\n".join(line for line in lines if not line.startswith(("@", "#")))
