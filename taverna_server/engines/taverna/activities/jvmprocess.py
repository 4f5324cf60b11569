"""One JVM with the driver in it, and the pipes to it.

The driver (``java/src``, shipped as ``driver.jar``) takes requests on its
standard input and gives answers on a pipe of its own, as MessagePack; standard
output and error stay with the scripts and are those of this process. A thread
reads the answers and hands them to whoever waits, so that neither side ever
waits for the other to read. When the process is gone, everybody who waits is
told, and each is told whether it was his script that was running then.
"""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import threading
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from queue import SimpleQueue
from typing import IO, Any

import msgpack

FLAGS = (
    # Half the start-up time and a third of the memory; scripts are short.
    "-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC", "-Xshare:auto",
    # Text is UTF-8 whatever the locale; nobody looks at a screen here.
    "-Dfile.encoding=UTF-8", "-Dstdout.encoding=UTF-8", "-Dstderr.encoding=UTF-8",
    "-Djava.awt.headless=true",
)  # fmt: skip

OPENED = (
    "java.lang", "java.util", "java.io", "java.net", "java.text", "java.util.regex",
    "sun.net.www.protocol.http", "sun.net.www.protocol.https",
)  # fmt: skip
"""A script that declares a class makes BeanShell reach into these from then on."""

DRIVER = Path(__file__).with_name("driver.jar")
LARGE = 1 << 20
"""Values of so many bytes and more come back as files."""

_DECLARE, _RUN = 0, 1
_EXITED = 4
_PATIENCE = 1.0

Answer = tuple[int, tuple[Any, ...]]
"""Status and what belongs to it, as ``Script.java`` says."""


@dataclass(frozen=True, slots=True)
class Script:
    """What is declared to the driver, once for each process."""

    number: int
    text: str
    inputs: tuple[str, ...]
    outputs: tuple[tuple[str, int], ...]


@dataclass(eq=False, slots=True)
class Request:
    """Rows that wait for their answers; lists of answers arrive in the queue, None at the end."""

    script: Script
    rows: Sequence[bytes]
    answers: SimpleQueue[list[Answer] | None] = field(default_factory=SimpleQueue)
    was_running: bool = False
    """Its first unanswered row was being executed when the process died for no known reason."""


class JvmProcess:
    """A running JVM. Threads may submit at will; ``closed`` is set when it has ended."""

    def __init__(self, java: Path, class_path: Sequence[Path], cwd: Path, scratch: Path) -> None:
        self._guard = threading.Lock()
        self._writing = threading.Lock()
        self._waiting: dict[int, Request] = {}
        self._declared: set[int] = set()
        self._last = 0
        self._exit_explained = False
        self.gone = False
        requests, self._requests = _pipe()
        answers, answers_in = _pipe()
        command = _command(java, class_path, answers_in.fileno(), scratch)
        try:
            with requests, answers_in:
                self.process = subprocess.Popen(
                    command, stdin=requests, cwd=cwd, pass_fds=(answers_in.fileno(),)
                )
        except OSError:
            self._requests.close()
            answers.close()
            raise
        self._reader = threading.Thread(target=self._read, args=(answers,), daemon=True)
        self._reader.start()

    def submit(self, request: Request) -> bool:
        """Send a request; False when the process is gone and nothing was sent."""
        with self._guard:
            if self.gone:
                return False
            self._last += 1
            number = self._last
            self._waiting[number] = request
        self._send(number, request)
        return True

    def forget(self, request: Request) -> None:
        """Nobody waits for these answers any more."""
        with self._guard:
            for number in [n for n, known in self._waiting.items() if known is request]:
                del self._waiting[number]

    def close(self) -> None:
        """End it: scripts' own shutdown code runs for a moment, then everything is killed."""
        if self._writing.acquire(timeout=_PATIENCE):
            with contextlib.suppress(BrokenPipeError):
                self._requests.close()
            self._writing.release()
            self._reader.join(_PATIENCE)
        if self._reader.is_alive():
            self.kill()

    def kill(self) -> None:
        """End it now, with the processes its scripts have started."""
        from taverna_server.engines.taverna.activities.processtree import kill_tree

        kill_tree(self.process.pid)
        self._reader.join()

    def ending(self) -> str:
        """How the process ended, for people."""
        code = self.process.wait()
        if code < 0:
            return f"it was killed by signal {signal.Signals(-code).name}"
        return f"it ended with exit code {code}"

    def _send(self, number: int, request: Request) -> None:
        with self._writing:
            head = self._head(number, request)
            # A process that has gone is noticed by the reader, and everybody is told there.
            with contextlib.suppress(BrokenPipeError, ValueError):
                stream = self._requests
                stream.write(head)
                stream.writelines(request.rows)
                stream.flush()

    def _head(self, number: int, request: Request) -> bytes:
        packer = msgpack.Packer(autoreset=False, unicode_errors="surrogatepass")
        script = request.script
        if script.number not in self._declared:
            self._declared.add(script.number)
            packer.pack((_DECLARE, script.number, script.text, script.inputs, script.outputs))
        packer.pack_array_header(4)
        for item in (_RUN, number, script.number):
            packer.pack(item)
        packer.pack_array_header(len(request.rows))
        head: bytes = packer.bytes()
        return head

    def _read(self, answers: IO[bytes]) -> None:
        unpacker = msgpack.Unpacker(use_list=False, max_buffer_size=0)
        with answers:
            while data := answers.read(1 << 16):
                unpacker.feed(data)
                self._deliver(unpacker)
        self.process.wait()
        self._end()

    def _deliver(self, messages: msgpack.Unpacker) -> None:
        arrived: dict[int, list[Answer]] = {}
        for number, status, payload in messages:
            self._exit_explained |= status == _EXITED
            arrived.setdefault(number, []).append((status, payload))
        for number, answers in arrived.items():
            request = self._waiting.get(number)
            if request is not None:
                request.answers.put(answers)

    def _end(self) -> None:
        with self._guard:
            self.gone = True
            waiting, self._waiting = self._waiting, {}
        busy: set[int] = set()
        for request in waiting.values():
            request.was_running = not self._exit_explained and request.script.number not in busy
            busy.add(request.script.number)
            request.answers.put(None)
        with contextlib.suppress(BrokenPipeError):
            self._requests.close()


def _command(java: Path, class_path: Sequence[Path], answers: int, scratch: Path) -> list[str]:
    opens = [f"--add-opens=java.base/{package}=ALL-UNNAMED" for package in OPENED]
    jars = os.pathsep.join(map(str, class_path))
    arguments = [f"/dev/fd/{answers}", str(scratch), str(LARGE)]
    return [str(java), *FLAGS, *opens, "-cp", jars, "taverna.driver.Main", *arguments]


def _pipe() -> tuple[IO[bytes], IO[bytes]]:
    reading, writing = os.pipe()
    return os.fdopen(reading, "rb", buffering=0), os.fdopen(writing, "wb")
