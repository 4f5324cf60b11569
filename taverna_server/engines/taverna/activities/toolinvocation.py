"""One run of an external tool on this machine (activities.md 10).

Each invocation has a directory of its own. Standard output and error go to
files, not through this process, so that they may be of any size and a process
left behind by the tool holds up nobody. Small outputs are values; large ones stay
files, which live as long as the run's scratch directory. The tool belongs to the
run's session; a cancel kills it with all its descendants.
"""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path
from typing import IO

from taverna_server.data.values import ErrorDocument, FileValue, ListValue, Value, read_bytes
from taverna_server.engines.taverna.activities.base import (
    ActivityFailure,
    Inputs,
    Outputs,
    RunContext,
)
from taverna_server.engines.taverna.activities.jvmprocess import LARGE
from taverna_server.engines.taverna.activities.processtree import kill_tree
from taverna_server.engines.taverna.activities.tooldescription import Tool
from taverna_server.engines.taverna.activities.toolstaging import Staging

_MOST_OF_STDERR = 1 << 16


class Invocation:
    """One run of the tool in a place of its own: ``work`` for it, its streams beside it."""

    def __init__(self, tool: Tool, context: RunContext, place: Path) -> None:
        self._tool = tool
        self._context = context
        self._work = place / "usecase"
        self._kept = 0
        self._stdin, self._stdout, self._stderr = (place / f"std{s}" for s in ("in", "out", "err"))

    def run(self, inputs: Inputs) -> Outputs:
        self._work.mkdir()
        command = self._staging().stage(self._tool, inputs)
        code = self._execute(command, self._source(inputs.get("STDIN")))
        self._context.check_cancelled()
        if code not in self._tool.valid_codes:
            raise _invalid_exit_code(code, self._stderr)
        return self._collect()

    def _staging(self) -> Staging:
        return Staging(self._work)

    def _execute(self, command: str, stdin: Path) -> int:
        """Run it to its end; the exit code as a shell would see it."""
        with (
            stdin.open("rb") as given,
            self._stdout.open("wb") as stdout,
            self._stderr.open("wb") as stderr,
        ):
            process = _start(_arguments(self._tool, command), self._work, given, stdout, stderr)
        with self._context.cancelled.stopping(lambda: kill(process)):
            code = process.wait()
        return code if code >= 0 else 128 - code

    def _source(self, stdin: Value | None) -> Path:
        """The file that standard input is read from."""
        if stdin is None or not self._tool.takes_stdin:
            return Path(os.devnull)
        if isinstance(stdin, FileValue):
            return stdin.path
        if isinstance(stdin, ListValue | ErrorDocument):
            raise TypeError("STDIN takes single values")
        self._stdin.write_bytes(read_bytes(stdin))
        return self._stdin

    def _collect(self) -> Outputs:
        values: dict[str, Value] = {}
        for output in self._tool.outputs:
            file = self._work / output.path.lstrip("/")
            values[output.port] = (
                self._value(file, output.binary)
                if file.is_file()
                else ErrorDocument(f"No result for {output.port}")
            )
        if self._tool.gives_stdout:
            values["STDOUT"] = self._value(self._stdout, binary=True)
        if self._tool.gives_stderr:
            values["STDERR"] = self._value(self._stderr, binary=True)
        return values

    def _value(self, file: Path, binary: bool) -> Value:
        if file.stat().st_size >= LARGE:
            return FileValue(self._keep(file), None if binary else "utf-8")
        content = file.read_bytes()
        return content if binary else content.decode("utf-8", "replace")

    def _keep(self, file: Path) -> Path:
        """A large file gets a second name, as the tool's directory goes."""
        self._kept += 1
        path = self._context.scratch / f"{self._work.parent.name}-{self._kept}"
        if file.is_symlink():
            shutil.copyfile(file, path)
        else:
            path.hardlink_to(file)
        return path


def _arguments(tool: Tool, command: str) -> list[str]:
    return [*tool.shell_prefix, command] if tool.shell_prefix else command.split()


def _start(
    arguments: list[str],
    directory: Path,
    stdin: IO[bytes],
    stdout: IO[bytes],
    stderr: IO[bytes],
) -> subprocess.Popen[bytes]:
    try:
        return subprocess.Popen(arguments, cwd=directory, stdin=stdin, stdout=stdout, stderr=stderr)
    except (OSError, ValueError) as error:
        raise ActivityFailure(f"The tool did not start: {error}") from error


def _invalid_exit_code(code: int, stderr: Path) -> ActivityFailure:
    with stderr.open("rb") as stream:
        said = stream.read(_MOST_OF_STDERR).decode("ascii", "replace")
    return ActivityFailure(f"Invalid exit code {code}:{said}")


def kill(process: subprocess.Popen[bytes]) -> None:
    """End a tool, with all that it has started."""
    if process.poll() is None:
        kill_tree(process.pid)
