"""The engine as ``executeworkflow`` knows it: a run directory in, outputs out."""

from __future__ import annotations

import contextlib
import shutil
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from taverna_server.data.outputs import write_output
from taverna_server.data.rundir import RunDirectory, RunOrder
from taverna_server.data.values import Value
from taverna_server.engines.base import Engine, Report
from taverna_server.engines.taverna.activities.base import RunContext
from taverna_server.engines.taverna.detail_log import DetailLog
from taverna_server.engines.taverna.driver import Controls, Ended
from taverna_server.engines.taverna.events import RunCancelled, RunStuck
from taverna_server.engines.taverna.execution import execute, read_workflow
from taverna_server.engines.taverna.inputs import below, read_inputs
from taverna_server.engines.taverna.plan import WorkflowPlan
from taverna_server.engines.taverna.reporting import EventReport
from taverna_server.errors import WorkflowInvalid

STOPPED = 143
"""The exit code of what SIGTERM ended."""


class TavernaEngine(Engine):
    """Executes workflows of all versions of Taverna."""

    def __init__(self) -> None:
        self._controls = Controls()

    def execute(self, directory: RunDirectory, order: RunOrder, report: Report) -> int:
        with DetailLog(directory.detail_log) as log, _scratch(directory) as scratch:
            try:
                return self._execute(directory, order, report, log, scratch)
            except WorkflowInvalid as invalid:
                log.refused(invalid.problems)
                raise

    def stop(self) -> None:
        self._controls.stop()

    def suspend(self) -> None:
        """Begin nothing new until ``resume``; what is under way ends."""
        self._controls.suspend()

    def resume(self) -> None:
        """Go on."""
        self._controls.resume()

    def _execute(
        self,
        directory: RunDirectory,
        order: RunOrder,
        report: Report,
        log: DetailLog,
        scratch: Path,
    ) -> int:
        plan = read_workflow(directory.workflow.read_bytes())
        context = RunContext(directory.wd, scratch, order.run_id, order.options, directory)

        def read(plan: WorkflowPlan) -> Mapping[str, Value]:
            return read_inputs(order, directory.wd, plan.top, scratch)

        def begun(inputs: Mapping[str, Value], problems: Sequence[tuple[str, str]]) -> None:
            report("started", {"workflow": plan.top.dataflow.name})
            log.started(plan.top.dataflow.name, inputs)
            for path, problem in problems:
                log.problem(f"Processor '{path}' will fail: {problem}")

        listeners = (log, EventReport(report))
        ended = execute(plan, read, context, self._controls, listeners, begun)
        _write_outputs(directory, order, ended.outputs)
        return _exit_code(ended)


@contextlib.contextmanager
def _scratch(directory: RunDirectory) -> Iterator[Path]:
    directory.scratch.mkdir(mode=0o700, exist_ok=True)
    try:
        yield directory.scratch
    finally:
        shutil.rmtree(directory.scratch, ignore_errors=True)


def _write_outputs(directory: RunDirectory, order: RunOrder, outputs: Mapping[str, Value]) -> None:
    """Also those of a run that was stopped, as far as they were ready.

    Raises:
        WorkflowInvalid: something lies where an output belongs (15).
    """
    if order.baclava_output is not None:
        from taverna_server.data.baclava import write_baclava  # few runs need it

        write_baclava(below(directory.wd, order.baclava_output), outputs)
        return
    for port, value in outputs.items():
        try:
            write_output(directory.out, port, value)
        except FileExistsError as error:
            raise WorkflowInvalid([f"There is already data saved to: {error.filename}"]) from error


def _exit_code(ended: Ended) -> int:
    if isinstance(ended.end, RunStuck):
        raise WorkflowInvalid([f"The workflow cannot go on: {text}" for text in ended.end.waiting])
    return STOPPED if isinstance(ended.end, RunCancelled) else 0
