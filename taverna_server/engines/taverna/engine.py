"""The engine as ``executeworkflow`` knows it: a run directory in, outputs out."""

from __future__ import annotations

import contextlib
import shutil
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from taverna_server.data.rundir import RunDirectory, RunOrder
from taverna_server.data.values import Value
from taverna_server.engines.base import STOPPED, Engine, Report
from taverna_server.engines.taverna.activities.base import RunContext
from taverna_server.engines.taverna.detail_log import DetailLog
from taverna_server.engines.taverna.driver import Controls, Ended
from taverna_server.engines.taverna.events import RunCancelled, RunStuck
from taverna_server.engines.taverna.execution import execute, read_workflow
from taverna_server.engines.taverna.inputs import below, read_inputs
from taverna_server.engines.taverna.listening import Listener
from taverna_server.engines.taverna.plan import WorkflowPlan
from taverna_server.engines.taverna.recording import Recording, recording
from taverna_server.engines.taverna.reporting import EventReport
from taverna_server.engines.taverna.saving import BaclavaFile, OutputFiles
from taverna_server.errors import TavernaServerError, WorkflowInvalid


class TavernaEngine(Engine):
    """Executes workflows of all versions of Taverna."""

    def __init__(self) -> None:
        self._controls = Controls()

    def execute(self, directory: RunDirectory, order: RunOrder, report: Report) -> int:
        if order.workspace is not None:
            _clear_outputs(directory)
        with (
            contextlib.closing(DetailLog(directory.detail_log)) as log,
            _scratch(directory) as scratch,
        ):
            try:
                return _OneRun(directory, order, report, log, scratch, self._controls).execute()
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


@dataclass(frozen=True, slots=True)
class _OneRun:
    directory: RunDirectory
    order: RunOrder
    report: Report
    log: DetailLog
    scratch: Path
    controls: Controls

    def execute(self) -> int:
        document = self.directory.workflow.read_bytes()
        plan = read_workflow(document, self.order.options)
        wanted = self.order.generate_provenance and self.order.baclava_output is None
        with recording(wanted, plan, document, self.order.run_id, self.scratch) as record:
            files = self._outputs()
            ended = self._run(plan, record, files)
            files.finish()
            code = _exit_code(ended)
            return code if record is None or code else self._save(record, ended)

    def _outputs(self) -> OutputFiles | BaclavaFile:
        if self.order.baclava_output is not None:
            return BaclavaFile(below(self.directory.wd, self.order.baclava_output))
        return OutputFiles(self.directory.out)

    def _run(self, plan: WorkflowPlan, record: Recording | None, files: Listener) -> Ended:
        order, directory = self.order, self.directory
        context = RunContext(directory.wd, self.scratch, order.run_id, order.options, directory)

        def read(plan: WorkflowPlan) -> Mapping[str, Value]:
            return read_inputs(order, directory.wd, plan.top, self.scratch)

        def begun(inputs: Mapping[str, Value], problems: Sequence[tuple[str, str]]) -> None:
            self.report("started", {"workflow": plan.top.dataflow.name})
            self.log.started(plan.top.dataflow.name, inputs)
            for path, problem in problems:
                self.log.problem(f"Processor '{path}' will fail: {problem}")
            if record is not None:
                record.started(inputs)

        listeners = (files, self.log, EventReport(self.report))
        witness = None if record is None else record.witness
        return execute(plan, read, context, self.controls, listeners, begun, witness)

    def _save(self, record: Recording, ended: Ended) -> int:
        """A run whose bundle cannot be written has its outputs all the same."""
        bundle = self.directory.run_bundle
        try:
            whole = record.save(bundle, ended.outputs, self.controls.stopped.is_set)
        except (OSError, TavernaServerError) as error:
            problem = f"No run bundle was written: {error}"
            self.log.problem(problem)
            self.report("log", {"level": "error", "message": problem})
            return 0
        return 0 if whole else STOPPED


@contextlib.contextmanager
def _scratch(directory: RunDirectory) -> Iterator[Path]:
    directory.scratch.mkdir(mode=0o700, exist_ok=True)
    try:
        yield directory.scratch
    finally:
        shutil.rmtree(directory.scratch, ignore_errors=True)


def _clear_outputs(directory: RunDirectory) -> None:
    """Of the run before in the same workspace: what REANA calls a restart replaces them."""
    from taverna_server.data.removal import remove_tree

    remove_tree(directory.out)


def _exit_code(ended: Ended) -> int:
    if isinstance(ended.end, RunStuck):
        raise WorkflowInvalid([f"The workflow cannot go on: {text}" for text in ended.end.waiting])
    return STOPPED if isinstance(ended.end, RunCancelled) else 0
