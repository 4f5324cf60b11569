"""Executes a serial workflow: stops at the first command that fails.

Each command has a shell of its own, as it had a container of its own in REANA:
what one sets in its environment the next does not see.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from taverna_server.data.rundir import RunDirectory, RunOrder
from taverna_server.engines.base import STOPPED, Engine, Report
from taverna_server.engines.serial.plan import SerialStep, chosen, read_steps
from taverna_server.engines.steps.enginelog import INFO, EngineLog
from taverna_server.engines.steps.recording import recording
from taverna_server.engines.steps.running import Control, scratch_of
from taverna_server.engines.steps.specification import read_specification
from taverna_server.engines.steps.stepping import Step, Stepping


class SerialEngine(Engine):
    """REANA's type ``serial``."""

    def __init__(self) -> None:
        self._control = Control()

    def execute(self, directory: RunDirectory, order: RunOrder, report: Report) -> int:
        specification = read_specification(directory, order)
        steps = chosen(
            read_steps(specification), specification.option("FROM"), specification.option("TARGET")
        )
        with scratch_of(directory):
            stepping = Stepping(directory, order, report, EngineLog("root"))
            self._control.begin(stepping.commands)
            stepping.start("serial", ((step.label, len(step.commands)) for step in steps))
            record = recording(directory, order)
            code = _run_all(steps, stepping, directory.wd)
            if record is not None and not stepping.stopped:
                record.save(specification, stepping.book.all(), code == 0)
        return STOPPED if stepping.stopped else code

    def stop(self) -> None:
        self._control.stop()


def _run_all(steps: Sequence[SerialStep], stepping: Stepping, workspace: Path) -> int:
    total = sum(len(step.commands) for step in steps)
    for step in steps:
        if step.ignored:
            hints = ", ".join(step.ignored)
            stepping.log(INFO, f"Step '{step.label}': not used on this machine: {hints}")
        for command in step.commands:
            stepping.log(
                INFO, f"Publishing step:{step.index}, cmd: {command}, total steps {total} to MQ"
            )
            code = stepping.run(
                Step(
                    step.label, command, workspace, step.environment, step.name, limits=step.limits
                )
            )
            if code or stepping.stopped:
                return code
    stepping.log(INFO, "Workflow finished: all steps are done")
    return 0
