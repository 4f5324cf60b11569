"""Removing trees that a workflow may have made hard to remove.

Directories far deeper than Python's stack, without permissions, full of links:
a tree is emptied by lifting the directories in it to its top, so two descriptors
are enough for any depth, and everything is named relative to a descriptor, so no
link is ever followed.
"""

from __future__ import annotations

import contextlib
import os
import secrets
import stat
from pathlib import Path

_DIRECTORY = os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC


def remove_tree(path: Path) -> None:
    """Remove a directory and everything in it; nothing happens when there is none.

    Follows no link, needs neither recursion nor permissions a workflow took away.
    """
    with contextlib.suppress(FileNotFoundError):
        parent = os.open(path.parent, _DIRECTORY)
        try:
            remove_entry(parent, path.name, path.lstat().st_mode)
        finally:
            os.close(parent)


def remove_entry(parent: int, name: str, mode: int) -> None:
    """Remove one entry of an open directory; ``mode`` is its ``st_mode``."""
    if not stat.S_ISDIR(mode):
        os.unlink(name, dir_fd=parent)
        return
    top = _open_for_removal(parent, name)
    try:
        while _empty_one_level(top):
            pass
    finally:
        os.close(top)
    os.rmdir(name, dir_fd=parent)


def _empty_one_level(top: int) -> bool:
    """Remove the files of ``top`` and replace each directory by what is in it."""
    names = os.listdir(top)
    for name in names:
        if not _is_directory(top, name):
            _unlink(top, name)
            continue
        inner = _open_for_removal(top, name)
        try:
            _lift(inner, top)
        finally:
            os.close(inner)
        os.rmdir(name, dir_fd=top)
    return bool(names)


def _lift(inner: int, top: int) -> None:
    """Move the directories in ``inner`` up, under names nobody has, and unlink the rest."""
    for name in os.listdir(inner):
        if _is_directory(inner, name):
            _open_and_close(inner, name)
            os.rename(name, f".removed-{secrets.token_hex(8)}", src_dir_fd=inner, dst_dir_fd=top)
        else:
            _unlink(inner, name)


def _unlink(parent: int, name: str) -> None:
    with contextlib.suppress(FileNotFoundError):  # a run that still works removed it itself
        os.unlink(name, dir_fd=parent)


def _is_directory(parent: int, name: str) -> bool:
    with contextlib.suppress(FileNotFoundError):
        return stat.S_ISDIR(os.stat(name, dir_fd=parent, follow_symlinks=False).st_mode)
    return False


def _open_and_close(parent: int, name: str) -> None:
    """A directory can be moved only when it can be written."""
    os.close(_open_for_removal(parent, name))


def _open_for_removal(parent: int, name: str) -> int:
    """A directory's descriptor, after giving its owner every right over it."""
    flags = os.O_PATH | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC
    handle = os.open(name, flags, dir_fd=parent)
    try:
        Path(f"/proc/self/fd/{handle}").chmod(0o700)  # fchmod refuses an O_PATH descriptor
        return os.open(".", _DIRECTORY, dir_fd=handle)
    finally:
        os.close(handle)
