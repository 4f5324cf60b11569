"""The bell of the reconciler: a named pipe beside the database.

Whoever committed something for the reconciler to do writes a byte. The pipe
carries nothing else, and a byte that is lost (nobody listens, the pipe is full)
costs nothing but the time until the next look.
"""

from __future__ import annotations

import contextlib
import os
from pathlib import Path


def bell(data: Path) -> Path:
    """Where the pipe lies."""
    return data / "wake"


def ring(data: Path) -> None:
    """Have the reconciler look now."""
    try:
        handle = os.open(bell(data), os.O_WRONLY | os.O_NONBLOCK)
    except (FileNotFoundError, OSError):  # nobody listens: it looks when it starts
        return
    try:
        with contextlib.suppress(BlockingIOError, BrokenPipeError):
            os.write(handle, b"\0")
    finally:
        os.close(handle)


class Ear:
    """The reconciler's end: a descriptor that is readable when it rang."""

    def __init__(self, data: Path) -> None:
        path = bell(data)
        with contextlib.suppress(FileExistsError):
            os.mkfifo(path, 0o600)
        # For reading and writing: without a writer of its own the pipe would be
        # at its end, and always readable, after each ring.
        self.handle = os.open(path, os.O_RDWR | os.O_NONBLOCK)

    def quiet(self) -> None:
        """Forget what rang so far; call it before looking."""
        with contextlib.suppress(BlockingIOError):
            while len(os.read(self.handle, 4096)) == 4096:
                pass

    def close(self) -> None:
        os.close(self.handle)
