"""Provenance of one run: recorded while it works, put into a bundle when it has ended.

What does it is imported when provenance is wanted: most runs do without.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager, closing, nullcontext
from pathlib import Path

from taverna_server.data.values import Value
from taverna_server.engines.taverna.batch import now
from taverna_server.engines.taverna.listening import Witness
from taverna_server.engines.taverna.plan import WorkflowPlan
from taverna_server.workflow.model import Workflow


class Recording:
    """Of one run; ``save`` is called at its end, and ``close`` afterwards."""

    def __init__(self, plan: WorkflowPlan, document: bytes, run_id: str, scratch: Path) -> None:
        from taverna_server.provenance.graph import Graph
        from taverna_server.provenance.recorder import Recorder

        nested = {ref: inner.dataflow for ref, inner in plan.nested.items()}
        graph = Graph(Workflow(plan.top.dataflow, nested))
        self._document = document
        self._run_id = run_id
        self._scratch = scratch
        self._recorder = Recorder(graph, scratch / "provenance.records", now)
        self._inputs: Mapping[str, Value] = {}

    def close(self) -> None:
        """End it; what was recorded and not saved is of no use."""
        self._recorder.close()

    @property
    def witness(self) -> Witness:
        """For the scheduler."""
        return self._recorder

    def started(self, inputs: Mapping[str, Value]) -> None:
        """The run begins with these."""
        self._inputs = inputs

    def save(self, target: Path, outputs: Mapping[str, Value], stopped: Callable[[], bool]) -> bool:
        """Write the run bundle; False when it was stopped meanwhile.

        Raises:
            OSError: it could not be written, or not all was recorded.
            WorkflowInvalid: there can be no workflow bundle of this workflow.
        """
        from taverna_server.provenance.bundle import Story, write_bundle

        self._recorder.close()
        if self._recorder.failure is not None:
            raise self._recorder.failure
        graph, records = self._recorder.graph, self._recorder.path
        story = Story(self._run_id, self._document, graph, records, self._inputs, outputs)
        return write_bundle(target, story, self._scratch, stopped)


def recording(
    wanted: bool, plan: WorkflowPlan, document: bytes, run_id: str, scratch: Path
) -> AbstractContextManager[Recording | None]:
    """A recording, or None where nobody asked for one."""
    return closing(Recording(plan, document, run_id, scratch)) if wanted else nullcontext()
