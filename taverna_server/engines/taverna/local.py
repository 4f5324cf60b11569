"""One workflow executed here, without a server: what ``taverna-server run`` does.

Messages, checks and the place of the outputs are those of Taverna's command line
(execution-semantics 14, 15).
"""

from __future__ import annotations

import signal
import sys
import tempfile
import uuid
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import chain, count
from pathlib import Path
from types import FrameType

from taverna_server.data.outputs import file_name
from taverna_server.data.rundir import WORKING_SUBDIRECTORIES
from taverna_server.data.values import FileValue, Value, make_list
from taverna_server.engines.taverna.activities.base import RunContext
from taverna_server.engines.taverna.display import make_display
from taverna_server.engines.taverna.driver import Controls, Ended
from taverna_server.engines.taverna.events import RunCancelled, RunStuck
from taverna_server.engines.taverna.execution import Inputs, execute, read_workflow
from taverna_server.engines.taverna.inputs import check_names, fitted, read_document
from taverna_server.engines.taverna.plan import WorkflowPlan
from taverna_server.engines.taverna.recording import Recording, recording
from taverna_server.engines.taverna.saving import OutputFiles
from taverna_server.errors import TavernaServerError, WorkflowInvalid

COULD_NOT_RUN = 255
INTERRUPTED = 130


@dataclass(frozen=True, slots=True)
class LocalOrder:
    """What the command line asks for."""

    workflow: Path
    values: Mapping[str, str] = field(default_factory=dict)
    """Texts by input port."""
    files: Mapping[str, Path] = field(default_factory=dict)
    """Files by input port; a directory with files 1, 2, ... is a list."""
    baclava: Path | None = None
    """A Baclava document with all inputs, instead of both."""
    output: Path | None = None
    """A directory that does not exist yet; without it one named for the workflow."""
    bundle: Path | None = None
    """A run bundle to write, beside the outputs."""
    options: Mapping[str, object] = field(default_factory=dict)
    """``java``, ``executor``, ... as in ``RunOrder``."""


def run_locally(order: LocalOrder) -> int:
    """Execute a workflow with progress on standard error; returns the exit code."""
    try:
        return _run(order)
    except TavernaServerError as error:
        print(error, file=sys.stderr)
        return COULD_NOT_RUN


def _run(order: LocalOrder) -> int:
    document = _read(order.workflow)
    plan = read_workflow(document, order.options)
    _check_bundle(order.bundle)
    target = _output_directory(order.output, plan.top.dataflow.name)
    with tempfile.TemporaryDirectory(prefix="taverna-run-") as name:
        wd, scratch = Path(name, "wd"), Path(name, "scratch")
        scratch.mkdir()
        for folder in WORKING_SUBDIRECTORIES:
            (wd / folder).mkdir(parents=True)
        context = RunContext(wd, scratch, options=order.options)

        def read(plan: WorkflowPlan) -> Mapping[str, Value]:
            return _inputs(order, plan, scratch)

        wanted = order.bundle is not None
        with recording(wanted, plan, document, str(uuid.uuid4()), scratch) as record:
            files = OutputFiles(target)
            ended = _execute(plan, read, context, record, files)
            code = _finish(ended, files, target)
            if record is not None and order.bundle is not None and code == 0:
                return _save_bundle(order.bundle, record, ended)
            return code


def _execute(
    plan: WorkflowPlan,
    read: Inputs,
    context: RunContext,
    record: Recording | None,
    files: OutputFiles,
) -> Ended:
    controls = Controls()

    def begun(inputs: Mapping[str, Value], problems: Sequence[tuple[str, str]]) -> None:
        _warn(problems)
        if record is not None:
            record.started(inputs)

    witness = None if record is None else record.witness
    listeners = [files, make_display(sys.stderr)]
    with _stopped_by_signals(controls):
        return execute(plan, read, context, controls, listeners, begun, witness)


def _check_bundle(bundle: Path | None) -> None:
    """Said before the workflow has worked for hours."""
    if bundle is None:
        return
    if bundle.exists():
        raise WorkflowInvalid([f"The run bundle '{bundle}' already exists."])
    if not bundle.absolute().parent.is_dir():
        raise WorkflowInvalid([f"There is no directory '{bundle.absolute().parent}'."])


def _save_bundle(bundle: Path, record: Recording, ended: Ended) -> int:
    try:
        record.save(bundle.absolute(), ended.outputs, lambda: False)
    except OSError as error:
        raise WorkflowInvalid([f"No run bundle was written: {error}"]) from error
    print(f"The run bundle was saved as: {bundle}")
    return 0


def _read(workflow: Path) -> bytes:
    try:
        return workflow.read_bytes()
    except OSError as error:
        raise WorkflowInvalid([f"There was an error opening the workflow: {error}"]) from error


def _output_directory(wanted: Path | None, workflow: str) -> Path:
    """Cases I11 and I12."""
    if wanted is not None:
        if wanted.exists():
            raise WorkflowInvalid([f"The specified output directory '{wanted}' already exists."])
        return wanted.absolute()
    name = f"{file_name(workflow)}_output"
    names = chain([name], (f"{name}_{number}" for number in count(1)))
    return next(path for path in map(Path, names) if not path.exists()).absolute()


def _inputs(order: LocalOrder, plan: WorkflowPlan, spool: Path) -> dict[str, Value]:
    if order.baclava is not None:
        if order.values or order.files:
            raise WorkflowInvalid(["You can't provide both -input and -inputdoc arguments"])
        return fitted(plan.top, read_document(order.baclava, spool))
    values: dict[str, Value] = dict(order.values)
    values.update((port, _from_file(port, path)) for port, path in order.files.items())
    known = [port.name for port in plan.top.dataflow.inputs]
    unknown = [f"Cannot find an input port named '{port}'" for port in values if port not in known]
    if unknown:
        raise WorkflowInvalid(unknown)
    check_names(plan.top, values)
    return fitted(plan.top, values)


def _from_file(port: str, path: Path) -> Value:
    if not path.is_dir():
        if not path.is_file():
            raise WorkflowInvalid([f"Could not read input {port}: there is no file '{path}'"])
        return FileValue(path.absolute())
    items = [item for item in path.iterdir() if item.name.isdigit()]
    members = [_from_file(port, item) for item in sorted(items, key=lambda item: int(item.name))]
    try:
        return make_list(members, None if members else 1)
    except ValueError as error:
        raise WorkflowInvalid([f"Could not read input {port}: {error}"]) from error


def _warn(problems: Sequence[tuple[str, str]]) -> None:
    for path, problem in problems:
        print(f"{path} will fail: {problem}", file=sys.stderr)


@contextmanager
def _stopped_by_signals(controls: Controls) -> Iterator[None]:
    """Ctrl-C stops the workflow, not this program in the middle of it."""

    def stop(number: int, frame: FrameType | None) -> None:
        controls.stop()

    before = {number: signal.signal(number, stop) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _finish(ended: Ended, files: OutputFiles, target: Path) -> int:
    """The words are those of Taverna's command line, which said them at the beginning."""
    if files.begun:
        print(f"Outputs will be saved to the directory: {target}")
    files.finish()
    if isinstance(ended.end, RunStuck):
        return COULD_NOT_RUN
    return INTERRUPTED if isinstance(ended.end, RunCancelled) else 0
