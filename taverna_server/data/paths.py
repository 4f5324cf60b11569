"""A client's path to a file inside one directory, never outside it.

Theory of operation. A path is never handed to the operating system as a whole:
it is split into names, and each name is opened relative to the descriptor of
the directory before it, with ``O_NOFOLLOW``. So neither ``..`` nor a symbolic
link nor a directory that the workflow exchanges for a link at this very moment
leads anywhere but to "no such directory entry". Links and special files (pipes,
sockets, devices) are as good as absent: not listed, never opened; only a
deletion of the directory they lie in removes them, itself and not its target.

A file is written without a name and given one when it is complete, so a reader
sees the old content or all of the new, and a broken upload leaves nothing. What
is written survives a kill of the server; no ``fsync`` guards it against a loss
of power, which would cost every upload its speed.

Trees are deleted (``removal.py``) and walked without recursion and with a few
descriptors: a workflow can make directories far deeper than Python's stack.

Rules and texts: protocol dossier 8.2, 8.6, 8.7, 8.8; names are checked in ``names.py``.
"""

from __future__ import annotations

import contextlib
import errno
import os
import secrets
import stat
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from taverna_server.data.local_users import take_after
from taverna_server.data.names import check_new_name, split
from taverna_server.data.removal import remove_entry
from taverna_server.errors import BadPath, UnknownEntry

MAX_DEPTH = 256
"""Directories below each other that a client may reach."""

_DIRECTORY = os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC
_REGULAR = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC
_PLACE_OF_A_FILE = "Cannot create a file that is not in a directory."


@dataclass(frozen=True, slots=True)
class Entry:
    """A file or directory as a listing shows it."""

    name: str
    is_dir: bool
    size: int
    modified: float
    """Seconds since 1970."""


class WorkDirectory:
    """Everything that clients do below one directory.

    Paths are relative to ``root`` and separated by slashes; the empty path is
    the directory itself. All methods raise UnknownEntry when an entry on the
    way is missing and BadPath when a file stands where a directory is needed.
    """

    check_name: Callable[..., str] = staticmethod(check_new_name)
    """Which names clients may give to new entries."""

    def __init__(self, root: Path) -> None:
        self.root = root

    def entry(self, path: str) -> Entry:
        """What stands at the path."""
        names = split(path)
        if not names:
            with self._directory(()) as here:
                return _entry("", os.fstat(here))
        with self._directory(names[:-1]) as parent:
            return _entry(names[-1], _visible(parent, names[-1]))

    def is_dir(self, path: str) -> bool:
        """Whether a directory stands at the path; False also where nothing does."""
        try:
            return self.entry(path).is_dir
        except (UnknownEntry, BadPath):
            return False

    def list(self, path: str = "") -> list[Entry]:
        """The files and directories in a directory, by name.

        Raises:
            BadPath: it is not a directory.
        """
        with self._directory(split(path)) as here, os.scandir(here) as found:
            entries = [entry for item in found if (entry := _scanned(item))]
        return sorted(entries, key=lambda entry: entry.name)

    def open_file(self, path: str) -> tuple[BinaryIO, os.stat_result]:
        """A regular file, open for reading; the caller closes it.

        Raises:
            BadPath: it is a directory.
        """
        names = split(path)
        if not names:
            raise BadPath("not a file")
        with self._directory(names[:-1]) as parent:
            return _open_regular(parent, names[-1])

    def walk(self, path: str = "") -> Iterator[tuple[str, Entry]]:
        """Every file below a directory, with its path from there.

        Raises:
            BadPath: directories nested too deep to be reached one by one.
        """
        base = split(path)
        waiting: list[tuple[str, ...]] = [()]
        while waiting:
            inner = waiting.pop()
            for entry in self.list("/".join(base + inner)):
                place = (*inner, entry.name)
                if entry.is_dir:
                    waiting.append(place)
                else:
                    yield "/".join(place), entry

    def make_directory(self, parent: str, name: str) -> None:
        """Make one directory.

        Raises:
            BadPath: a name that is not allowed or taken, or a parent that is a file.
        """
        refusal = "failed to make subdirectory"
        self.check_name(name, refusal)
        with self._place(split(parent), "You may not make a subdirectory of a file.") as place:
            try:
                os.mkdir(name, dir_fd=place)
            except OSError as error:
                raise _refused(error, refusal) from error
            _hand_over(place, name)

    def write(self, path: str, chunks: Iterable[bytes]) -> bool:
        """Make the chunks the content of a file; True if there was none before.

        Needs the memory of one chunk. When ``chunks`` raises, nothing has changed.

        Raises:
            BadPath: a new name that is not allowed, a directory of that name, or a
                parent that is a file.
        """
        names = split(path)
        if not names:
            raise BadPath(_PLACE_OF_A_FILE)
        with self._place(names[:-1], _PLACE_OF_A_FILE) as parent:
            if _is_new(parent, names[-1], _PLACE_OF_A_FILE):
                self.check_name(names[-1])
            return _write(parent, names[-1], chunks, _PLACE_OF_A_FILE)

    def create(self, path: str, content: bytes) -> bool:
        """``write`` where nothing is; False when something of that name came first."""
        names = split(path)
        if not names:
            raise BadPath(_PLACE_OF_A_FILE)
        self.check_name(names[-1])
        with self._place(names[:-1], _PLACE_OF_A_FILE) as parent:
            return _create(parent, names[-1], content)

    def upload(self, parent: str, name: str, content: bytes) -> bool:
        """``write`` for a document that names the file inside a directory (8.7)."""
        self.check_name(name)
        with self._place(split(parent), "You may not place a file in a file.") as place:
            refusal = "You may not overwrite a directory with a file."
            return _write(place, name, (content,), refusal)

    def delete(self, path: str) -> None:
        """Remove a file, or a directory with everything in it.

        Raises:
            BadPath: the path is the directory itself, or the file system refuses.
        """
        names = split(path)
        if not names:
            raise BadPath("failed to delete directory entry")
        with self._directory(names[:-1]) as parent:
            found = _visible(parent, names[-1])
            try:
                remove_entry(parent, names[-1], found.st_mode)
            except FileNotFoundError as error:
                raise UnknownEntry(path) from error
            except OSError as error:
                raise _refused(error, "failed to delete directory entry") from error

    def move(self, source: str, target: str) -> None:
        """Give an entry another place; a file in that place is replaced.

        Raises:
            BadPath: a target that is not allowed or cannot be reached.
        """
        old, new = split(source), split(target)
        if not old or not new:
            raise BadPath("the directory itself cannot be moved")
        self.check_name(new[-1])
        with self._directory(old[:-1]) as here, self._directory(new[:-1]) as there:
            _visible(here, old[-1])
            try:
                os.rename(old[-1], new[-1], src_dir_fd=here, dst_dir_fd=there)
            except FileNotFoundError as error:
                raise UnknownEntry(source) from error
            except OSError as error:
                raise _refused(error, f"'{source}' cannot be moved to '{target}'") from error

    def _stands_for_directory(self, names: tuple[str, ...]) -> bool:
        with self._directory(names[:-1]) as parent:
            return stat.S_ISDIR(_visible(parent, names[-1]).st_mode)

    @contextlib.contextmanager
    def _directory(self, names: tuple[str, ...]) -> Iterator[int]:
        """A descriptor of the directory that the names lead to."""
        if len(names) > MAX_DEPTH:
            raise BadPath(f"directories nested more than {MAX_DEPTH} deep")
        try:
            here = os.open(self.root, _DIRECTORY)
        except FileNotFoundError as error:
            raise UnknownEntry from error
        try:
            for name in names:
                inner = _open_directory(here, name)
                os.close(here)
                here = inner
            yield here
        finally:
            os.close(here)

    @contextlib.contextmanager
    def _place(self, names: tuple[str, ...], refusal: str) -> Iterator[int]:
        """The directory for a new entry; ``refusal`` is said when it is a file."""
        if names and not self._stands_for_directory(names):
            raise BadPath(refusal)
        with self._directory(names) as here:
            yield here


def _visible(parent: int, name: str) -> os.stat_result:
    """What a name stands for. Raises UnknownEntry for links and special files, too."""
    if name in ("", ".", "..") or "/" in name or "\0" in name:
        raise UnknownEntry(name)
    try:
        found = os.stat(name, dir_fd=parent, follow_symlinks=False)
    except OSError as error:
        raise UnknownEntry(name) from error
    if not (stat.S_ISREG(found.st_mode) or stat.S_ISDIR(found.st_mode)):
        raise UnknownEntry(name)
    return found


def _open_directory(parent: int, name: str) -> int:
    if not stat.S_ISDIR(_visible(parent, name).st_mode):
        raise BadPath("trying to take subdirectory of file")
    try:
        return os.open(name, _DIRECTORY, dir_fd=parent)
    except PermissionError as error:
        raise BadPath("the workflow made this directory unreadable") from error
    except OSError as error:  # exchanged for something else since
        raise UnknownEntry(name) from error


def _open_regular(parent: int, name: str) -> tuple[BinaryIO, os.stat_result]:
    if stat.S_ISDIR(_visible(parent, name).st_mode):
        raise BadPath("not a file")
    try:
        handle = os.open(name, _REGULAR, dir_fd=parent)
    except PermissionError as error:
        raise BadPath("the workflow made this file unreadable") from error
    except OSError as error:
        raise UnknownEntry(name) from error
    stream = os.fdopen(handle, "rb", buffering=0)
    found = os.fstat(handle)
    if not stat.S_ISREG(found.st_mode):  # exchanged since; O_NONBLOCK kept us from waiting
        stream.close()
        raise UnknownEntry(name)
    return stream, found


def _entry(name: str, found: os.stat_result) -> Entry:
    return Entry(name, stat.S_ISDIR(found.st_mode), found.st_size, found.st_mtime)


def _scanned(item: os.DirEntry[str]) -> Entry | None:
    try:
        found = item.stat(follow_symlinks=False)
    except FileNotFoundError:  # gone since
        return None
    if stat.S_ISREG(found.st_mode) or stat.S_ISDIR(found.st_mode):
        return _entry(item.name, found)
    return None


def _write(parent: int, name: str, chunks: Iterable[bytes], refusal: str) -> bool:
    """Write a file without a name, then name it; ``refusal`` is for a directory of that name."""
    is_new = _is_new(parent, name, refusal)
    temporary = f".upload-{secrets.token_hex(8)}"
    try:
        with _unnamed(parent, temporary) as handle:
            take_after(handle, parent)
            for chunk in chunks:
                _write_all(handle, chunk)
            _give_name(parent, handle, temporary)
            _rename(parent, temporary, name, refusal)
    except FileNotFoundError as error:  # the directory went away while the content came
        raise UnknownEntry(name) from error
    return is_new


def _create(parent: int, name: str, content: bytes) -> bool:
    temporary = f".upload-{secrets.token_hex(8)}"
    with _unnamed(parent, temporary) as handle:
        take_after(handle, parent)
        _write_all(handle, content)
        _give_name(parent, handle, temporary)
        try:
            os.link(temporary, name, src_dir_fd=parent, dst_dir_fd=parent)
        except FileExistsError:
            return False
        finally:
            os.unlink(temporary, dir_fd=parent)
    return True


@contextlib.contextmanager
def _unnamed(parent: int, temporary: str) -> Iterator[int]:
    """A new file that goes with its descriptor, killed servers included.

    Where the file system has no such files it has the temporary name from the beginning.
    """
    flags = os.O_WRONLY | os.O_CLOEXEC
    try:
        handle = os.open(".", flags | os.O_TMPFILE, 0o666, dir_fd=parent)
    except OSError as error:
        if error.errno not in (errno.EOPNOTSUPP, errno.EISDIR, errno.EINVAL):
            raise
        handle = os.open(temporary, flags | os.O_CREAT | os.O_EXCL, 0o666, dir_fd=parent)
    try:
        yield handle
    except BaseException:
        with contextlib.suppress(FileNotFoundError):
            os.unlink(temporary, dir_fd=parent)
        raise
    finally:
        os.close(handle)


def _give_name(parent: int, handle: int, temporary: str) -> None:
    if os.fstat(handle).st_nlink == 0:
        os.link(f"/proc/self/fd/{handle}", temporary, dst_dir_fd=parent)


def _hand_over(parent: int, name: str) -> None:
    """Give a new directory to the owner of the one it is in."""
    made = _open_directory(parent, name)
    try:
        take_after(made, parent)
    finally:
        os.close(made)


def _is_new(parent: int, name: str, refusal: str) -> bool:
    """Whether no file has the name yet. Raises BadPath where a directory has it."""
    try:
        found = _visible(parent, name)
    except UnknownEntry:
        return True
    if stat.S_ISDIR(found.st_mode):
        raise BadPath(refusal)
    return False


def _write_all(handle: int, chunk: bytes) -> None:
    rest = memoryview(chunk)
    while rest:
        rest = rest[os.write(handle, rest) :]


def _rename(parent: int, old: str, new: str, refusal: str) -> None:
    try:
        os.rename(old, new, src_dir_fd=parent, dst_dir_fd=parent)
    except IsADirectoryError as error:
        raise BadPath(refusal) from error


def _refused(error: OSError, refusal: str) -> Exception:
    """The file system said no because of what the client asked for; the rest is our trouble."""
    theirs = (errno.EEXIST, errno.ENOTDIR, errno.EACCES, errno.EPERM, errno.ENAMETOOLONG,
              errno.ENOTEMPTY, errno.EISDIR, errno.EINVAL)  # fmt: skip
    return BadPath(refusal) if error.errno in theirs else error
