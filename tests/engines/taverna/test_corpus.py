"""Every published workflow runs to its end, whatever its services answer and when."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

from taverna_server.data.values import Value
from taverna_server.engines.taverna.activities.base import ActivityFailure
from taverna_server.engines.taverna.events import RunCompleted, RunStarted
from taverna_server.engines.taverna.plan import DataflowPlan, WorkflowPlan, plan_workflow
from taverna_server.errors import WorkflowInvalid
from taverna_server.workflow.model import Processor, Workflow
from taverna_server.workflow.t2flow import read_t2flow
from tests.corpus import FILES, needs_corpus
from tests.engines.taverna.building import Play, value

pytestmark = needs_corpus
MOST_STEPS = 20_000
"""Some make hundreds of thousands of jobs."""


def something(depth: int) -> Value:
    """A value of the depth, with two items in each list."""
    shape: Any = "v"
    for _ in range(depth):
        shape = [shape, shape]
    return value(shape, depth)


class AnswersAnything(dict[str, Callable[..., Mapping[str, Value]]]):
    """A service for every activity: values of the right depth, now and then a failure."""

    def __init__(self, plan: WorkflowPlan, chance: random.Random) -> None:
        super().__init__(self._services(plan.top, plan, ""))
        self.chance = chance

    def _services(
        self, flow: DataflowPlan, plan: WorkflowPlan, prefix: str
    ) -> Iterator[tuple[str, Callable[..., Mapping[str, Value]]]]:
        for processor in flow.dataflow.processors:
            path, depths = prefix + processor.name, flow.processors[processor.name].output_depths
            yield f"{path}#loop", lambda inputs: {"loop": "false"}
            yield from self._alternates(path, processor, depths)
            for nested in processor.nested:
                yield from self._services(plan.nested[nested], plan, f"{path}/")

    def _alternates(
        self, path: str, processor: Processor, depths: Mapping[str, int]
    ) -> Iterator[tuple[str, Callable[..., Mapping[str, Value]]]]:
        for number, activity in enumerate(processor.activities):
            outputs = {
                own: something(depths[port])
                for own, port in activity.output_map.items()
                if port in depths
            }
            yield f"{path}#{number}", lambda inputs, outputs=outputs: self._answer(outputs)

    def _answer(self, outputs: Mapping[str, Value]) -> Mapping[str, Value]:
        if self.chance.random() < 0.05:
            raise ActivityFailure("by chance")
        return outputs


def _planned(path: Path) -> tuple[Workflow, WorkflowPlan]:
    workflow = read_t2flow(path.read_bytes())
    try:
        return workflow, plan_workflow(workflow)
    except WorkflowInvalid as invalid:
        pytest.skip(f"wrong on purpose: {invalid.problems[0]}")


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_published_workflow_completes(path: Path) -> None:
    workflow, plan = _planned(path)
    chance = random.Random(path.stem)
    play = Play(workflow, AnswersAnything(plan, chance), chance)
    play.tell(RunStarted({port.name: something(port.depth) for port in workflow.top.inputs}))
    for _ in range(MOST_STEPS):
        if not play.waiting:
            break
        play.step()
    play.check()
    assert play.end == RunCompleted()
