"""A Dask scheduler and workers, each a process of its own."""

from __future__ import annotations

import contextlib
import socket
import subprocess
import sys
import tempfile
from collections.abc import Iterator

DASK = (sys.executable, "-m", "dask")


@contextlib.contextmanager
def dask_workers(number: int, threads: int = 1) -> Iterator[str]:
    """The address of a scheduler; its workers come within a second or two."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    address = f"tcp://127.0.0.1:{port}"
    scheduler = (*DASK, "scheduler", "--host", "127.0.0.1", "--port", str(port), "--no-dashboard")
    worker = (*DASK, "worker", address, "--nthreads", str(threads))
    worker += ("--no-nanny", "--no-dashboard")
    with tempfile.TemporaryDirectory(prefix="taverna-dask-") as here:
        processes = [_start(command, here) for command in (scheduler, *[worker] * number)]
        try:
            yield address
        finally:
            for process in reversed(processes):
                process.terminate()
                process.wait(20)


def _start(command: tuple[str, ...], here: str) -> subprocess.Popen[bytes]:
    return subprocess.Popen(command, cwd=here, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
