"""How an engine in another process has a step executed: a call over a socket.

One file for three uses, and the standard library only, because it runs under
whatever Python an engine has: as a script (``calling.py STEP COMMAND...``, with
the step as JSON) it is the program that cwltool starts in place of a command;
``snakemake/bash.py`` and the back end of Yadage import it. The socket is named
by the variable ``TAVERNA_STEPS``, or by the same word in the step.

A call is one line of JSON, with up to three file descriptors: what the command
takes as its input, output and errors. The answer is one line with its exit code.
A caller that goes away takes its command with it.
"""

from __future__ import annotations

import json
import os
import socket
import sys

TYPE_CHECKING = False
"""As ``typing`` has it, which this does without: it starts once for each command."""
if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from typing import Any

VARIABLE = "TAVERNA_STEPS"
LONGEST_PATH = 100
"""Of a socket, which the kernel limits to 107 bytes."""
GONE = 143
"""The exit code where nobody answers: the run is being stopped."""


def connect(path: str) -> socket.socket:
    """Raises OSError when nobody listens."""
    caller = socket.socket(socket.AF_UNIX)
    with reachable(path) as name:
        caller.connect(name)
    return caller


class reachable:  # reads as a word in a with statement
    """A name for a path of any length that sockets can use, for a moment."""

    def __init__(self, path: str) -> None:
        self._path = path
        self._directory = -1

    def __enter__(self) -> str:
        if len(self._path) <= LONGEST_PATH:
            return self._path
        parent, name = os.path.split(self._path)
        self._directory = os.open(parent, os.O_PATH)
        return f"/proc/self/fd/{self._directory}/{name}"

    def __exit__(self, *exception: object) -> None:
        if self._directory >= 0:
            os.close(self._directory)


def send(path: str, message: Mapping[str, Any], descriptors: Sequence[int] = ()) -> socket.socket:
    """Say something; what is given back answers when there is an answer."""
    line = json.dumps(message).encode() + b"\n"
    caller = connect(path)
    # Descriptors go with the first byte: the rest may be more than one message can hold.
    socket.send_fds(caller, [line[:1]], list(descriptors))
    caller.sendall(line[1:])
    return caller


def tell(path: str, message: Mapping[str, Any]) -> None:
    """Say something and wait until it was heard."""
    with send(path, message) as caller:
        caller.recv(1)


def answer(caller: socket.socket) -> int:
    """Wait for the exit code."""
    with caller, caller.makefile("rb") as stream:
        line = stream.readline()
    return int(json.loads(line)["exit_code"]) if line else GONE


def run(step: Mapping[str, Any], command: Sequence[str]) -> int:
    """Have a command executed with the input, outputs, place and environment of this process."""
    path = str(step.get(VARIABLE) or os.environ[VARIABLE])
    message = {"do": "run", **step, "command": list(command), "cwd": os.getcwd()}  # noqa: PTH109
    message["variables"] = {name: value for name, value in os.environ.items() if name != VARIABLE}
    try:
        return answer(send(path, message, (0, 1, 2)))
    except OSError:
        return GONE


if __name__ == "__main__":
    sys.exit(run(json.loads(sys.argv[1]), sys.argv[2:]))
