"""An engine that is a program of its own, in a Python environment of its own.

``make install`` makes the environments (``scripts/make_engines.sh``). A module
of ours, called by its name, runs inside: it imports the engine and has every
step executed by us (``calling.py``). Our process imports nothing of the engine.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
from abc import abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import IO, Any, ClassVar

import taverna_server
from taverna_server.data.rundir import RunDirectory, RunOrder
from taverna_server.engines.base import STOPPED, Engine, Report
from taverna_server.engines.steps.calling import VARIABLE
from taverna_server.engines.steps.commands import Streams
from taverna_server.engines.steps.enginelog import EngineLog
from taverna_server.engines.steps.places import Invocation, Sandbox, require_sandbox
from taverna_server.engines.steps.recording import recording
from taverna_server.engines.steps.running import Control, scratch_of
from taverna_server.engines.steps.server import StepServer
from taverna_server.engines.steps.specification import Specification, read_specification
from taverna_server.engines.steps.stepping import Stepping
from taverna_server.engines.steps.surroundings import RUN_VARIABLE
from taverna_server.errors import WorkflowInvalid

INSIDE = """
import sys
from importlib import import_module
root, module, *arguments = sys.argv[1:]
sys.path.append(root)
main = import_module(module).main
sys.path.remove(root)
sys.exit(main(*arguments))
"""
"""Imports a module of ours, and keeps the rest of our environment out of the engine's."""
PATIENCE = 0.8
"""Seconds for what is left of an engine that has ended: steps and log lines."""
PACKAGE = Path(taverna_server.__file__).parent


def environment_of(name: str, wanted: str = "") -> Path:
    """Where the environment of an engine lies; ``wanted`` is the option ``engine_environments``."""
    return (Path(wanted).expanduser() if wanted else Path(sys.prefix) / "engines") / name


def python_of(name: str, wanted: str = "") -> Path | None:
    """The Python of an engine's environment; None where it is not installed."""
    python = environment_of(name, wanted) / "bin" / "python"
    return python if python.exists() else None


class ForeignEngine(Engine):
    """What the three have in common."""

    name: ClassVar[str]
    """Of its environment, its workflow type and, in the log, its lines."""
    program: ClassVar[str]
    """What people call it."""
    logger: ClassVar[str]
    module: ClassVar[str]
    """Ours, that runs inside its environment: ``main(arguments as JSON)`` gives the exit code."""

    python_in_steps: ClassVar[bool] = False
    """Whether steps may be programs of the engine's own Python."""

    def __init__(self) -> None:
        self._control = Control()

    def execute(self, directory: RunDirectory, order: RunOrder, report: Report) -> int:
        specification = read_specification(directory, order)
        python = python_of(self.name, str(order.options.get("engine_environments") or ""))
        if python is None:
            raise WorkflowInvalid([f"{self.program} is not installed here: see 'make engines'."])
        with scratch_of(directory):
            seen = _homes(python) if self.python_in_steps else ()
            stepping = Stepping(directory, order, report, EngineLog(self.logger), seen)
            arguments = self.prepare(specification, directory, stepping)
            record = recording(directory, order)
            self._control.begin(stepping.commands)
            code = self._run(python, arguments, stepping)
            if code == 0:
                self.after(python, arguments, stepping)
            if record is not None and not stepping.stopped:
                record.save(specification, stepping.book.all(), code == 0)
        return STOPPED if stepping.stopped else code

    def stop(self) -> None:
        self._control.stop()

    @abstractmethod
    def prepare(
        self, specification: Specification, directory: RunDirectory, stepping: Stepping
    ) -> Mapping[str, Any]:
        """Lay out what the engine needs, tell the plan, and return its arguments.

        Raises:
            WorkflowInvalid: it cannot run.
        """

    @abstractmethod
    def told(self, message: Mapping[str, Any], stepping: Stepping) -> None:
        """Something the module inside said, other than a call for a step."""

    def heard(self, line: str, log: EngineLog) -> None:
        """A line the engine wrote; in our form already unless overridden."""
        log.line(line)

    def called(self, message: Mapping[str, Any], stepping: Stepping) -> Mapping[str, Any]:
        """A call for a step, as it came; may be completed by what this engine knows."""
        return message

    def after(self, python: Path, arguments: Mapping[str, Any], stepping: Stepping) -> None:
        """What is left to do when the workflow has completed."""

    def variables(self, stepping: Stepping) -> Mapping[str, str]:
        """What the engine's environment has beside ours."""
        return {}

    def _run(self, python: Path, arguments: Mapping[str, Any], stepping: Stepping) -> int:
        read, write = os.pipe()
        path = stepping.around.scratch / "steps"
        server = StepServer(
            path,
            stepping,
            told=lambda said: self.told(said, stepping),
            called=lambda said: self.called(said, stepping),
            outputs=[write],
        )
        reader = threading.Thread(target=self._hear, args=(os.fdopen(read, "rb"), stepping.log))
        reader.start()
        words = (str(PACKAGE.parent), self.module, json.dumps(arguments))
        line = (str(python), "-I", "-c", INSIDE, *words)
        variables = {**self.variables(stepping), VARIABLE: str(path)}
        try:
            with os.fdopen(write, "wb") as output:
                code = stepping.commands.run(
                    engine_invocation(line, variables, stepping),
                    Streams(subprocess.DEVNULL, output, output),
                )
        finally:
            # An engine that was killed leaves steps behind, which hold on to its output.
            stepping.commands.end()
            server.close(PATIENCE)
            reader.join(PATIENCE)
        return 128 - code if code < 0 else code

    def _hear(self, stream: IO[bytes], log: EngineLog) -> None:
        with stream:
            for line in stream:
                self.heard(line.decode(errors="replace").rstrip("\n"), log)


def _homes(python: Path) -> tuple[Path, Path]:
    """An environment, and the installation it was made from."""
    return python.parents[1], python.resolve().parents[1]


def engine_invocation(
    line: Sequence[str], variables: Mapping[str, str], stepping: Stepping
) -> Invocation:
    """Behind the same walls as steps: workflows bring programs that engines execute themselves.

    It has no secrets: these are for steps.

    Raises:
        StepRefused: there are to be walls, and bubblewrap is not here.
    """
    around = stepping.around
    if stepping.settings.sandbox == "host":
        return Invocation(tuple(line), around.workspace, {**os.environ, **variables})
    require_sandbox()
    run = {RUN_VARIABLE: around.variables[RUN_VARIABLE]}
    programs = (*_homes(Path(line[0])), Path(sys.prefix), Path(sys.base_prefix), PACKAGE)
    seen = (*stepping.settings.directories, *programs)
    sandbox = Sandbox(
        replace(around, secrets=None, variables=run), replace(stepping.settings, directories=seen)
    )
    return sandbox.invocation(line, around.workspace, variables)
