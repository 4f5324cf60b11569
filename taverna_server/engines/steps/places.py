"""Where a step runs: on the host, in a sandbox, in an image.

The image a step asks for decides, in this order: unpacked by the administrator
(``step_images``), it is the root of a bubblewrap sandbox; else a container tool
that works here runs it; else ``unknown_images`` says whether the step runs with
the programs of this machine after all, with a warning, or fails. Steps without
an image run with the programs of this machine. Whatever the place, the workspace
and the scratch directory lie under their own names in it, so commands and links
between files mean the same everywhere.
"""

from __future__ import annotations

import os
import threading
from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from taverna_server.engines.steps.settings import StepSettings
from taverna_server.engines.steps.surroundings import (
    RUN_VARIABLE,
    Surroundings,
    environment_of_host,
)
from taverna_server.errors import StepRefused

Warn = Callable[[str], None]
DESCRIPTOR = "\0descriptor\0"
"""Stands for a number in a command; no word of one has a NUL."""


@dataclass(frozen=True, slots=True)
class Invocation:
    """A command of this machine that executes a command of a step."""

    command: tuple[str, ...]
    cwd: Path
    environment: Mapping[str, str] = field(repr=False)
    on_stop: tuple[str, ...] = ()
    """A command that ends it, where killing its processes is not enough."""
    told: bytes = field(default=b"", repr=False)
    """What the command reads from a descriptor, whose number stands for ``DESCRIPTOR`` in it."""


class Place(ABC):
    """Somewhere commands can be executed."""

    backend: str

    @abstractmethod
    def invocation(
        self, command: Sequence[str], cwd: Path, variables: Mapping[str, str]
    ) -> Invocation:
        """How to execute a command there; ``variables`` come before those of the place."""

    @abstractmethod
    def shell(self) -> str:
        """``bash``, or ``sh`` where there is nothing better."""


@dataclass(frozen=True, slots=True)
class Host(Place):
    """The programs of this machine, without walls."""

    around: Surroundings
    backend = "host"

    def invocation(
        self, command: Sequence[str], cwd: Path, variables: Mapping[str, str]
    ) -> Invocation:
        environment = {**environment_of_host(self.around), **variables}
        if "PATH" in variables:
            environment["PATH"] += f"{os.pathsep}{self.around.programs}"
        return Invocation(tuple(command), cwd, {**environment, **self.around.variables})

    def shell(self) -> str:
        return "bash"


@dataclass(frozen=True, slots=True)
class Sandbox(Place):
    """bubblewrap, around the programs of this machine or of an unpacked image."""

    around: Surroundings
    settings: StepSettings
    image: Path | None = None

    @property
    def backend(self) -> str:  # type: ignore[override]  # not a constant
        return "image" if self.image else "bwrap"

    def invocation(
        self, command: Sequence[str], cwd: Path, variables: Mapping[str, str]
    ) -> Invocation:
        from taverna_server.engines.steps import sandbox

        walls = sandbox.walls(self.around, self.settings, self.image)
        program, *options = walls
        line = (program, "--args", DESCRIPTOR, *options, "--chdir", str(cwd), *command)
        # Outside of the walls nothing may depend on what a step has in its environment.
        marked = {RUN_VARIABLE: self.around.variables[RUN_VARIABLE]}
        inside = sandbox.environment(self.around, variables, self.image)
        return Invocation(line, self.around.workspace, marked, told=sandbox.settings_of(inside))

    def shell(self) -> str:
        from taverna_server.engines.steps import sandbox

        return sandbox.shell_of(self.image) if self.image else "bash"


@dataclass(frozen=True, slots=True)
class Container(Place):
    """A container tool of this machine that works."""

    around: Surroundings
    tool: str
    image: str
    network: bool

    @property
    def backend(self) -> str:  # type: ignore[override]  # the tool
        return self.tool

    def invocation(
        self, command: Sequence[str], cwd: Path, variables: Mapping[str, str]
    ) -> Invocation:
        from taverna_server.engines.steps import containers

        started, on_stop, told = containers.command(self, command, cwd, variables)
        return Invocation(started, self.around.workspace, dict(os.environ), on_stop, told)

    def shell(self) -> str:
        return "sh"


class Places:
    """Finds the place for an image; says once what it has to warn of."""

    def __init__(self, settings: StepSettings, around: Surroundings, warn: Warn) -> None:
        self._settings = settings
        self._around = around
        self._warn = warn
        self._lock = threading.Lock()
        self._found: dict[str, Place] = {}

    def find(self, image: str) -> Place:
        """Where a step that asks for this image runs; for no image, the host or its sandbox.

        Raises:
            StepRefused: nowhere; the text says why.
        """
        with self._lock:
            if image not in self._found:
                self._found[image] = self._look(image)
            return self._found[image]

    def _look(self, image: str) -> Place:
        if not image:
            return self._here()
        unpacked = self._settings.images.get(image)
        if unpacked is not None:
            return self._unpacked(image, unpacked)
        tool = _working_tool(self._settings.containers)
        if tool:
            return Container(self._around, tool, image, self._settings.network)
        if self._settings.unknown_images == "fail":
            raise StepRefused(f"The image '{image}' is not on this machine.")
        self._warn(
            f"The image '{image}' is not on this machine: "
            "its steps use the programs of this machine."
        )
        return self._here()

    def _here(self) -> Place:
        if self._settings.sandbox == "host":
            return Host(self._around)
        require_sandbox()
        return Sandbox(self._around, self._settings)

    def _unpacked(self, image: str, directory: Path) -> Place:
        if not directory.is_dir():
            raise StepRefused(f"The image '{image}' should lie in {directory}, and does not.")
        require_sandbox()
        return Sandbox(self._around, self._settings, directory)


# Most runs need neither, and the time it takes to import them is their users'.


def _working_tool(wanted: str) -> str:
    from taverna_server.engines.steps import containers

    return containers.working_tool(wanted)


def require_sandbox() -> None:
    """Raises StepRefused where there is no bubblewrap."""
    from taverna_server.engines.steps import sandbox

    sandbox.require()
