"""Inputs and outputs of a run as ports, five keys each (Player dossier 1.3).

Types and sizes of outputs come from a look into every file; for a list of ten
thousand items that is half a second. Runs that are over hardly ever change, so
what was seen is remembered as long as the directories keep their times.
"""

from __future__ import annotations

import functools
import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from taverna_server.data.content import EMPTY, HEAD, TEXT, of_content
from taverna_server.data.outputs import OutputAbsent, describe_output
from taverna_server.data.portvalues import PortValue, Sizes, Types, port_value
from taverna_server.data.workspace import Workspace
from taverna_server.errors import BadPath, UnknownEntry
from taverna_server.manager.giving import InputContent
from taverna_server.model.identity import User
from taverna_server.model.run import COMPLETE, TAVERNA, Run, RunState
from taverna_server.serving.context import manager

MOST_DECLARED = 200
"""Files that are looked at for one document."""


@dataclass(frozen=True, slots=True)
class Port:
    """One port and what there is at it."""

    name: str
    depth: int
    value_type: Types
    """A media type, or as deep a list of them as the value is."""
    value_size: Sizes | None
    """Bytes, in the same shape; None where it is not known."""
    path: str
    """``/runs/7/output/out``: below where the server is mounted, not escaped."""

    @property
    def count(self) -> int:
        """How many items the outermost list has; 1 for a single value."""
        return len(self.value_type) if isinstance(self.value_type, list) else 1


def input_ports(user: User, run: Run) -> list[Port]:
    """What the run was given, sorted by name without regard to case."""
    return [_input(run, given) for given in manager().given_inputs(user, run.id)]


def output_ports(user: User, run: Run) -> list[Port]:
    """What came out, sorted by name without regard to case; empty until the run is over.

    A run that finished has all its ports, one that did not those with a value.
    """
    if run.state not in COMPLETE or run.baclava_output is not None:
        return []
    if run.workflow_type != TAVERNA:
        return list(_declared(run))
    names = [name for name, _ in manager().workflow_of(run).outputs]
    found = _values(str(manager().directory(run).wd), tuple(names), outputs_tag(run))
    all_of_them = run.state is RunState.FINISHED
    ports = [
        Port(name, it.depth, it.types, it.sizes, f"/runs/{run.number}/output/{name}")
        for name, it in found
        if it is not None or all_of_them
        for it in [it or PortValue(0, EMPTY, 0)]
    ]
    return sorted(ports, key=lambda port: (port.name.lower(), port.name))


def _declared(run: Run) -> Iterator[Port]:
    """Files of the workspace, by their paths there; what is missing is empty, as above."""
    wd = Workspace(manager().directory(run).wd)
    for name in manager().declared_outputs(run)[:MOST_DECLARED]:
        try:
            stream, state = wd.open_file(name)
            with stream:
                kind, size = of_content(stream.read(HEAD)), state.st_size
        except (UnknownEntry, BadPath):
            if run.state is not RunState.FINISHED:
                continue
            kind, size = EMPTY, 0
        yield Port(name, 0, kind, size, f"/runs/{run.number}/output/{name}")


def outputs_tag(run: Run) -> tuple[int, ...]:
    """Another one when something was added to the outputs or taken away from them."""
    try:
        with os.scandir(manager().directory(run).out) as entries:
            inner = [it.stat(follow_symlinks=False).st_mtime_ns for it in entries]
        return (manager().directory(run).out.stat().st_mtime_ns, *sorted(inner))
    except OSError:
        return ()


def _input(run: Run, given: InputContent) -> Port:
    """Player knows neither type nor size of inputs (ruling 17)."""
    path = f"/runs/{run.number}/input/{given.port}"
    return Port(given.port, given.depth, TEXT, None, path)


@functools.lru_cache(16)
def _values(
    wd: str, names: Sequence[str], _tag: tuple[int, ...]
) -> tuple[tuple[str, PortValue | None], ...]:
    """None for ports where nothing lies."""
    root = Path(wd)
    described = [(name, describe_output(root / "out", name, names)) for name in names]
    return tuple(
        (name, None if isinstance(it, OutputAbsent) else port_value(root, it))
        for name, it in described
    )
