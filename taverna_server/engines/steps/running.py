"""Around a whole run: its scratch directory, and the word to stop."""

from __future__ import annotations

import contextlib
import shutil
from collections.abc import Iterator

from taverna_server.data.rundir import RunDirectory
from taverna_server.engines.steps.commands import Commands


class Control:
    """Takes a stop at any time, also before there is anything to stop."""

    def __init__(self) -> None:
        self._commands: Commands | None = None
        self._stopped = False

    def begin(self, commands: Commands) -> None:
        """From now on, a stop ends these commands."""
        self._commands = commands
        if self._stopped:
            commands.stop()

    def stop(self) -> None:
        self._stopped = True
        if self._commands is not None:
            self._commands.stop()


@contextlib.contextmanager
def scratch_of(directory: RunDirectory) -> Iterator[None]:
    """The run's scratch directory, from nothing to nothing."""
    shutil.rmtree(directory.scratch, ignore_errors=True)
    directory.scratch.mkdir(mode=0o700)
    try:
        yield
    finally:
        shutil.rmtree(directory.scratch, ignore_errors=True)
