"""Whole workflows as they ran in Taverna 2.4, their services answering from the record.

Everything else is done again: iteration, merges, nested workflows, scripts, XPath.
What comes out is what came out then, byte for byte.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from taverna_server.engines.taverna import bindings
from taverna_server.engines.taverna.activities.base import (
    ActivityFailure,
    BoundActivity,
    Inputs,
    Outputs,
    RunContext,
)
from taverna_server.engines.taverna.activities.beanshell import script_text
from taverna_server.engines.taverna.activities.registry import bound_activity_class
from taverna_server.workflow.model import Activity
from tests.corpus import CORPUS, needs_corpus
from tests.corpus_table import files, recorded_value, table
from tests.engines.taverna.activities.recorded import Recorded, invocations_of
from tests.engines.taverna.activities.test_recorded import OUTSIDE, comparable

pytestmark = needs_corpus

OURS = {
    "beanshell",
    "localworker",
    "stringconstant",
    "xmlinputsplitter",
    "xmloutputsplitter",
    "xpath",
}

NOT_COMPARABLE = {
    "workflow_1152_version_1": "services that failed are not in the record",
    "workflow_1652_version_1": "the order of a HashSet in Java 6",
    "workflow_2004_version_3": "services that failed are not in the record",
    "workflow_2212_version_3": "a parser that was inside Java 6",
    "workflow_2227_version_1": "a parser that was inside Java 6",
    "workflow_2491_version_1": "services that failed are not in the record",
    "workflow_2615_version_1": "tools that were not there are not in the record",
    "workflow_3032_version_1": "services that failed are not in the record",
    "workflow_3300_version_1": "the columns of a spreadsheet are not all in the record",
    "workflow_799_version_2": "services that failed are not in the record",
}

TRACES = [
    trace
    for trace in sorted(CORPUS.glob("myexperiment/*/*/workflowrun.prov.ttl"))
    if trace.parent.parent.name not in NOT_COMPARABLE
]


class Recording:
    """Stands for the services of a workflow, and notes what they were never asked then."""

    def __init__(self, invocations: Iterator[Recorded]) -> None:
        self._invocations = list(invocations)
        self.unknown: list[Inputs] = []

    def bound_activity_class(self, kind: str) -> type[BoundActivity]:
        """The class for a kind of activity, as the registry has it."""
        real = bound_activity_class(kind)

        class Replayed(real):  # type: ignore[misc, valid-type]
            def __new__(cls, activity: Activity, context: RunContext) -> BoundActivity:
                if is_ours(activity):
                    return real(activity, context)
                return Service(activity, context, recording)

        recording = self
        return Replayed

    def answer(self, activity: Activity, inputs: Inputs) -> Outputs:
        """Raises ActivityFailure where the record has none."""
        asked = questions(inputs)
        for recorded in reversed(self._invocations):  # of "wait" and "done" the last word
            if recorded.activity == activity and questions(recorded.inputs) == asked:
                return recorded.outputs
        self.unknown.append(inputs)
        raise ActivityFailure("not in the record")


class Service(BoundActivity):
    """Answers as it once did."""

    def __init__(self, activity: Activity, context: RunContext, recording: Recording) -> None:
        super().__init__(activity, context)
        self._recording = recording

    def invoke(self, inputs: Inputs) -> Outputs:
        return self._recording.answer(self.activity, inputs)


def is_ours(activity: Activity) -> bool:
    """Whether the engine can do it without the world outside."""
    script = script_text(activity)
    return activity.kind in OURS and not any(word in script for word in OUTSIDE)


def questions(inputs: Inputs) -> dict[str, Any]:
    return {port: comparable(value) for port, value in inputs.items()}


@pytest.fixture
def recording(monkeypatch: pytest.MonkeyPatch) -> Callable[[Path], Recording]:
    def prepared(trace: Path) -> Recording:
        made = Recording(invocations_of(trace))
        monkeypatch.setattr(bindings, "bound_activity_class", made.bound_activity_class)
        return made

    return prepared


@pytest.mark.parametrize("trace", TRACES, ids=lambda t: f"{t.parent.parent.name}-{t.parent.name}")
def test_recorded_run_comes_out_the_same(
    trace: Path, recording: Callable[[Path], Recording]
) -> None:
    found = next(item for path, item in files().items() if path.parent == trace.parent.parent)
    record = recording(trace)
    outputs = table().outputs_of(found, table().inputs_for(found, trace.parent))
    assert record.unknown == []
    for port in found.workflow.top.outputs:
        assert comparable(outputs[port.name]) == recorded_value(trace.parent, port.name)


def test_many_runs_are_compared() -> None:
    assert len(TRACES) >= 25
