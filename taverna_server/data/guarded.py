"""Files that stand where a workflow could have exchanged them for something else.

Opened without following links and without waiting: a pipe put in the place of a
file must not hold up the server, nor a link lead it anywhere.
"""

from __future__ import annotations

import errno
import os
import stat
from pathlib import Path
from typing import BinaryIO

_READ = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC
_APPEND = os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC
_LONGEST = 2**20


def read_guarded(path: Path, longest: int = _LONGEST) -> bytes:
    """The content, cut at ``longest``.

    Raises:
        OSError: it is not there (FileNotFoundError), or not an ordinary file.
    """
    with _checked(os.open(path, _READ), path, "rb") as stream:
        return stream.read(longest)


def open_to_append(path: Path) -> BinaryIO:
    """The file, made if it is not there, for writing at its end.

    Raises:
        OSError: something else stands there, or a file that has another name, too.
    """
    return _checked(os.open(path, _APPEND, 0o644), path, "ab")


def _checked(handle: int, path: Path, mode: str) -> BinaryIO:
    found = os.fstat(handle)
    if stat.S_ISREG(found.st_mode) and (mode == "rb" or found.st_nlink == 1):
        return os.fdopen(handle, mode)  # type: ignore[return-value]  # binary, as the mode says
    os.close(handle)
    raise OSError(errno.EPERM, "not an ordinary file", str(path))
