"""The JVM of a run: scripts go in row by row, answers come out in order.

It is started by the first use, or beforehand by ``warm``; all scripts of the run
share it, as they shared Taverna's. Rows travel in chunks, and the next chunk is
on its way while the answers of the last one are read, so that ten thousand
iterations cost as many evaluations but only some dozens of round trips.

A script may end the process (``System.exit``) or crash it. Then its invocation
has failed and the process is started anew for the rest; rows that were waiting
behind it, or were executing beside it, are sent again.
"""

from __future__ import annotations

import itertools
import threading
from collections import deque
from collections.abc import Generator, Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

import msgpack

from taverna_server.engines.taverna.activities import java
from taverna_server.engines.taverna.activities.artifacts import Libraries
from taverna_server.engines.taverna.activities.jvmprocess import (
    DRIVER,
    Answer,
    JvmProcess,
    Request,
    Script,
)

VALUES, EVALUATION_FAILED, DATA_FAILED, UNCAUGHT, EXITED, DIED = range(6)
"""Statuses of an answer: the driver's, and DIED, which only we can tell."""

find_java = java.find_java
find_beanshell = java.find_beanshell

_CHUNK_ROWS = 256
_CHUNK_BYTES = 1 << 18
_CHUNKS_UNDER_WAY = 2


class JvmMissing(Exception):
    """No Java or no BeanShell on this machine; the message is for people."""


class JvmClosed(Exception):
    """The run is over, or cancelled."""


class Jvm:
    """The scripts of one run. All methods may be called from any thread."""

    def __init__(
        self, wd: Path, scratch: Path, java: str = "", beanshell: str = "", maven: str = "mvn"
    ) -> None:
        self.libraries = Libraries(wd, maven)
        self._wd = wd
        self._scratch = scratch
        self._java = java
        self._beanshell = beanshell
        self._numbers = itertools.count()
        self._guard = threading.Lock()
        self._process: JvmProcess | None = None
        self._closed = False

    def declare(
        self, text: str, inputs: Iterable[str], outputs: Iterable[tuple[str, int]]
    ) -> Script:
        """A script with the variables it reads and those it is to set, with their depths."""
        return Script(next(self._numbers), text, tuple(inputs), tuple(outputs))

    def warm(self) -> None:
        """Begin to start, and return at once; what goes wrong is told at the first use."""
        threading.Thread(target=self._warm, daemon=True).start()

    def run(self, script: Script, rows: Iterable[Sequence[Any]]) -> Generator[Answer, None, None]:
        """Execute the script for each row of values of its inputs; None leaves a variable unset.

        Values are ``str``, ``bytes``, sequences of them, or dicts (``Values.java``).

        Raises:
            JvmMissing: nothing to run it on.
            JvmClosed: meanwhile.
        """
        under_way: deque[_Chunk] = deque()
        try:
            for packed in _chunks(rows):
                under_way.append(_Chunk(self, script, packed))
                if len(under_way) == _CHUNKS_UNDER_WAY:
                    yield from under_way[0].answers()
                    under_way.popleft()
            while under_way:
                yield from under_way[0].answers()
                under_way.popleft()
        finally:
            for chunk in under_way:
                chunk.abandon()

    def close(self) -> None:
        """End the process; nothing can be run afterwards."""
        process = self._end()
        if process:
            process.close()

    def kill(self) -> None:
        """End the process now, with everything that scripts have started."""
        process = self._end()
        if process:
            process.kill()

    def process(self) -> JvmProcess:
        """The process, started when there is none. Raises as ``run``."""
        with self._guard:
            self.check_open()
            if self._process is None or self._process.gone:
                self._process = self._start()
            return self._process

    def check_open(self) -> None:
        """Raises JvmClosed once the run is over."""
        if self._closed:
            raise JvmClosed

    def _warm(self) -> None:
        try:
            self.process()
        except (JvmMissing, JvmClosed):
            return

    def _end(self) -> JvmProcess | None:
        with self._guard:
            self._closed = True
            process, self._process = self._process, None
            return process

    def _start(self) -> JvmProcess:
        executable = find_java(self._java)
        if executable is None:
            raise JvmMissing(java.NO_JAVA)
        beanshell = find_beanshell(self._beanshell)
        if beanshell is None:
            raise JvmMissing(java.NO_BEANSHELL)
        own = sorted((self._wd / "lib").glob("*.jar"))
        jars = [DRIVER, beanshell, *own, *java.find_libraries(), *self.libraries.jars()]
        try:
            return JvmProcess(executable, jars, self._wd, self._scratch)
        except OSError as error:
            raise JvmMissing(f"Java did not start: {error}") from error


class _Chunk:
    """Some rows on their way through the JVM, and what of them is still unanswered."""

    def __init__(self, jvm: Jvm, script: Script, rows: list[bytes]) -> None:
        self._jvm = jvm
        self._script = script
        self._rows = rows
        self._answered = 0
        self._submit()

    def answers(self) -> Iterator[Answer]:
        while self._answered < len(self._rows):
            arrived = self._request.answers.get()
            if arrived is None:
                yield from self._begin_again()
                continue
            for answer in arrived:
                self._answered += 1
                yield answer
        self.abandon()

    def abandon(self) -> None:
        self._process.forget(self._request)

    def _submit(self) -> None:
        self._request = Request(self._script, self._rows[self._answered :])
        self._process = self._jvm.process()
        while not self._process.submit(self._request):
            self._process = self._jvm.process()

    def _begin_again(self) -> Iterator[Answer]:
        self._jvm.check_open()
        if self._request.was_running:
            self._answered += 1
            yield DIED, (self._process.ending(),)
        if self._answered < len(self._rows):
            self._submit()


def _chunks(rows: Iterable[Sequence[Any]]) -> Iterator[list[bytes]]:
    """Packed rows, so many together that a chunk is worth its trip and no burden."""
    pack = msgpack.Packer(unicode_errors="surrogatepass").pack
    chunk: list[bytes] = []
    size = 0
    for row in rows:
        chunk.append(pack(row))
        size += len(chunk[-1])
        if len(chunk) == _CHUNK_ROWS or size > _CHUNK_BYTES:
            yield chunk
            chunk, size = [], 0
    if chunk:
        yield chunk
