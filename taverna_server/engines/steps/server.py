"""Answers the engines' calls for steps (``calling.py``): a thread for each call.

A descriptor that leads to where the engine itself writes means "nowhere in
particular": what is written there belongs into the job's log.
"""

from __future__ import annotations

import contextlib
import json
import os
import socket
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import IO, Any

from taverna_server.engines.steps.calling import reachable
from taverna_server.engines.steps.commands import Leash, Limits, Streams, memory_of
from taverna_server.engines.steps.stepping import Step, Stepping

Told = Callable[[Mapping[str, Any]], None]
"""Hears what is not a call for a step."""
Called = Callable[[Mapping[str, Any]], Mapping[str, Any]]
"""Completes a call for a step by what the engine knows of it."""
MOST_DESCRIPTORS = 3


class StepServer:
    """Listens at ``path`` while the run lasts."""

    def __init__(
        self, path: Path, stepping: Stepping, told: Told, called: Called, outputs: Sequence[int]
    ) -> None:
        """``outputs`` are descriptors to which the engine itself writes."""
        self.path = path
        self._stepping = stepping
        self._told = told
        self._called = called
        self._outputs = {_identity(descriptor) for descriptor in outputs}
        self._calls: set[threading.Thread] = set()
        self._socket = socket.socket(socket.AF_UNIX)
        with reachable(str(path)) as name:
            self._socket.bind(name)
        self._socket.listen(64)
        threading.Thread(target=self._listen, daemon=True).start()

    def close(self, patience: float) -> None:
        """Answers nobody any more, and waits for the calls that are under way to end."""
        deadline = time.monotonic() + patience
        with contextlib.suppress(OSError):
            self._socket.shutdown(socket.SHUT_RDWR)
        self._socket.close()
        for call in list(self._calls):
            call.join(max(0.0, deadline - time.monotonic()))

    def _listen(self) -> None:
        while True:
            try:
                caller, _ = self._socket.accept()
            except OSError:  # closed
                return
            call = threading.Thread(target=self._serve, args=(caller,), daemon=True)
            self._calls.add(call)
            call.start()

    def _serve(self, caller: socket.socket) -> None:
        descriptors: list[int] = []
        with caller, contextlib.suppress(ConnectionError):
            first, descriptors, _, _ = socket.recv_fds(caller, 1, MOST_DESCRIPTORS)
            try:
                with caller.makefile("rb") as stream:
                    self._answer(caller, json.loads(first + stream.readline()), descriptors)
            finally:
                with contextlib.suppress(OSError):
                    # To close is not enough while ``_watch`` waits for the other end.
                    caller.shutdown(socket.SHUT_RDWR)
                for descriptor in descriptors:
                    os.close(descriptor)
        self._calls.discard(threading.current_thread())

    def _answer(
        self, caller: socket.socket, message: Mapping[str, Any], descriptors: Sequence[int]
    ) -> None:
        if message["do"] != "run":
            self._told(message)
            return
        leash = Leash()
        threading.Thread(target=_watch, args=(caller, leash), daemon=True).start()
        step = _step(self._called(message))
        code = self._stepping.run(step, self._streams(descriptors), leash)
        caller.sendall(json.dumps({"exit_code": code}).encode() + b"\n")

    def _streams(self, descriptors: Sequence[int]) -> Streams | None:
        if len(descriptors) < MOST_DESCRIPTORS:
            return None
        outputs: list[int | IO[bytes] | None] = [
            None if _identity(descriptor) in self._outputs else descriptor
            for descriptor in descriptors[1:]
        ]
        return Streams(descriptors[0], outputs[0], outputs[1])


def _watch(caller: socket.socket, leash: Leash) -> None:
    """A caller says nothing more: what can be read is its end."""
    with contextlib.suppress(OSError):
        if not caller.recv(1):
            leash.cut()


def _identity(descriptor: int) -> tuple[int, int]:
    status = os.fstat(descriptor)
    return status.st_dev, status.st_ino


def _step(message: Mapping[str, Any]) -> Step:
    return Step(
        step=message["step"],
        command=message["command"],
        cwd=Path(message["cwd"]),
        environment=message.get("environment", ""),
        name=message.get("name"),
        shown=message.get("shown", ""),
        variables=message.get("variables", {}),
        limits=Limits(message.get("seconds"), memory_of(message.get("memory_limit", ""))),
    )
