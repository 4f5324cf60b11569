"""Files that appear under their name with all their content, or not at all.

Whoever looks, at any moment and also after this process was killed, sees no part of
a file. It is written without a name and then given one; that costs hardly more than
writing it in place, which counts when there are a hundred thousand. File systems
without nameless files get one with a name that no output has, and rename it.
"""

from __future__ import annotations

import errno
import os
import shutil
from typing import IO

Content = bytes | IO[bytes]

_DIRECTORY = os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC
_NAMELESS = os.O_WRONLY | os.O_TMPFILE | os.O_CLOEXEC
_NAMED = os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC
_CANNOT = {errno.EOPNOTSUPP, errno.EISDIR, errno.EINVAL, errno.ENOENT, errno.EPERM, errno.EXDEV}
"""What systems say that have no nameless files, or cannot give them names."""

UNFINISHED = ".unfinished"


class WholeFiles:
    """Makes files in one directory after the other; ``close`` at the end."""

    def __init__(self) -> None:
        self._path = ""
        self._directory = -1
        self._own = -1
        """The directory where this process has its open files by number."""
        self._nameless = True

    def create(self, directory: str, name: str, content: Content) -> None:
        """Make a new file.

        Raises:
            FileExistsError: there is one of that name.
            OSError: it could not be written.
        """
        self._enter(directory)
        if self._nameless:
            try:
                self._create_nameless(name, content)
                return
            except OSError as error:
                if error.errno not in _CANNOT:
                    raise
                self._nameless = False
                if not isinstance(content, bytes):
                    content.seek(0)
        self._create_named(name, content)

    def _create_nameless(self, name: str, content: Content) -> None:
        handle = os.open(".", _NAMELESS, 0o666, dir_fd=self._directory)
        try:
            _fill(handle, content)
            if self._own < 0:
                self._own = os.open("/proc/self/fd", _DIRECTORY)
            os.link(
                str(handle),
                name,
                src_dir_fd=self._own,
                dst_dir_fd=self._directory,
                follow_symlinks=True,
            )
        finally:
            os.close(handle)

    def _create_named(self, name: str, content: Content) -> None:
        here = self._directory
        handle = os.open(UNFINISHED, _NAMED, 0o666, dir_fd=here)
        try:
            _fill(handle, content)
        finally:
            os.close(handle)
        if _exists(name, here):
            os.unlink(UNFINISHED, dir_fd=here)
            raise FileExistsError(errno.EEXIST, os.strerror(errno.EEXIST), name)
        os.rename(UNFINISHED, name, src_dir_fd=here, dst_dir_fd=here)

    def _enter(self, directory: str) -> None:
        """Many files in a row lie in the same one: it stays open."""
        if self._path != directory:
            self.leave()
            self._directory = os.open(directory, _DIRECTORY)
            self._path = directory

    def leave(self) -> None:
        """Let go of the directory that was written to last: it may be removed."""
        if self._directory >= 0:
            os.close(self._directory)
            self._path, self._directory = "", -1

    def close(self) -> None:
        """Let go of everything."""
        self.leave()
        if self._own >= 0:
            os.close(self._own)
            self._own = -1


def _exists(name: str, directory: int) -> bool:
    try:
        os.stat(name, dir_fd=directory, follow_symlinks=False)
    except FileNotFoundError:
        return False
    return True


def _fill(handle: int, content: Content) -> None:
    if isinstance(content, bytes):
        written = os.write(handle, content)
        while written < len(content):
            written += os.write(handle, memoryview(content)[written:])
    else:
        with open(handle, "wb", closefd=False) as target:
            shutil.copyfileobj(content, target, 1 << 20)
