"""Run directories that belong to a user of this machine, for servers that run as root.

A run directory is made and filled by the server, and closed to everybody else.
``give_directory`` hands it to a user, the top last: from then on it is in the
user's hands, and other processes of that user may exchange anything in it for
links. So whatever the server does in a run directory after the start opens
files without following links and creates them exclusively (``paths.py``,
``rundir.py``).
"""

from __future__ import annotations

import os
import pwd
from dataclasses import dataclass
from pathlib import Path

from taverna_server.errors import ConfigurationError


@dataclass(frozen=True, slots=True)
class LocalUser:
    """A user of this machine, as processes and files know it."""

    name: str
    uid: int
    gid: int
    home: str

    def groups(self) -> list[int]:
        """All groups it is in."""
        return os.getgrouplist(self.name, self.gid)


def local_user(name: str) -> LocalUser:
    """The user of this name.

    Raises:
        ConfigurationError: there is none on this machine, or it is the superuser.
    """
    try:
        return _checked(pwd.getpwnam(name))
    except KeyError:
        raise ConfigurationError(f"there is no user '{name}' on this machine") from None


def owner_of(path: Path) -> LocalUser | None:
    """Who owns a directory; None when this process could have made it.

    Raises:
        ConfigurationError: somebody whom this machine does not know.
    """
    uid = path.lstat().st_uid
    if uid == os.geteuid():
        return None
    try:
        return _checked(pwd.getpwuid(uid))
    except KeyError:
        raise ConfigurationError(f"there is no user {uid} on this machine") from None


def give_directory(root: Path, user: LocalUser) -> None:
    """Make a directory that nobody else has seen yet the user's, with all that is in it."""
    for place, directories, files in os.walk(root):
        for name in directories + files:
            os.chown(Path(place) / name, user.uid, user.gid, follow_symlinks=False)
    root.chmod(0o700)
    os.chown(root, user.uid, user.gid)


def take_after(handle: int, parent: int) -> None:
    """What the server makes inside a user's directory is the user's."""
    if os.geteuid() == 0:
        found = os.fstat(parent)
        if found.st_uid != 0:
            os.fchown(handle, found.st_uid, found.st_gid)


def _checked(found: pwd.struct_passwd) -> LocalUser:
    if found.pw_uid == 0:
        raise ConfigurationError(f"no run may execute as the superuser '{found.pw_name}'")
    return LocalUser(found.pw_name, found.pw_uid, found.pw_gid, found.pw_dir)
