"""Runs of small workflows with a recorder, and what the replay says of them."""

from __future__ import annotations

import itertools
import random
from collections.abc import Callable, Mapping
from contextlib import closing
from pathlib import Path
from typing import Any

from taverna_server.data.values import Value, make_list
from taverna_server.provenance.graph import Graph, Index
from taverna_server.provenance.names import Names
from taverna_server.provenance.recorder import Recorder
from taverna_server.provenance.replay import Replay
from taverna_server.provenance.said import Datum, Ran, Ref, RunRan, Said
from taverna_server.workflow.model import Workflow
from tests.engines.taverna.building import Play, join

RUN = "aaaaaaaa-0000-4000-8000-000000000001"


class Attentive(Recorder):
    """Also remembers the inputs themselves, which the records leave out."""

    def __init__(self, graph: Graph, path: Path, clock: Callable[[], float]) -> None:
        super().__init__(graph, path, clock)
        self.inputs: dict[tuple[int, str, Index], Mapping[str, Value]] = {}

    def result(self, label: str, index: Index, inputs: Any, outputs: Any) -> None:
        work = self._works[label]
        self.inputs[work.instance, work.step.name, index] = inputs
        super().result(label, index, inputs, outputs)


class Recorded:
    """One run, played to its end."""

    def __init__(
        self,
        folder: Path,
        workflow: Workflow,
        inputs: Mapping[str, Value],
        services: Any = join,
        shuffle: random.Random | None = None,
        *,
        keep: bool = True,
    ) -> None:
        """``keep`` is whether to remember what the replay says."""
        graph = Graph(workflow)
        ticks = itertools.count(1.0)
        with closing(Attentive(graph, folder / "records", lambda: next(ticks))) as recorder:
            self.play = Play(workflow, services, shuffle, recorder).run(inputs)
        self.names = Names(RUN, workflow)
        self.replay = Replay(graph, self.names, recorder.path, inputs, self.play.outputs)
        self.given = {
            self.names.process(*place): inputs for place, inputs in recorder.inputs.items()
        }
        self.values: dict[str, Value] = {}
        self.said: list[Said] = [self._kept(said) for said in self.replay] if keep else []

    def _kept(self, said: Said) -> Said:
        """Lists of which only the members are known are put together from them."""
        if isinstance(said, Datum):
            if said.value is not None:
                self.values[said.ref.uri] = said.value
            elif said.members is not None:
                items = [self.values[member.uri] for member in said.members]
                self.values[said.ref.uri] = make_list(items, said.ref.kind >> 1)
        return said

    @property
    def ran(self) -> list[Ran]:
        return [said for said in self.said if isinstance(said, Ran)]

    @property
    def data(self) -> list[Datum]:
        return [said for said in self.said if isinstance(said, Datum)]

    @property
    def run(self) -> RunRan:
        (found,) = (said for said in self.said if isinstance(said, RunRan))
        return found

    def value(self, ref: Ref) -> Value:
        return self.values[ref.uri]
