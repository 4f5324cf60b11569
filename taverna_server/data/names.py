"""Names that clients give to files: what is allowed, before anything is opened.

Rules and texts: protocol dossier 8.2.
"""

from __future__ import annotations

import os

from taverna_server.errors import BadPath


def split(path: str) -> tuple[str, ...]:
    """The names along a client's path; a slash at its end is tolerated."""
    trimmed = path[:-1] if path.endswith("/") else path
    return tuple(trimmed.split("/")) if trimmed else ()


def check_new_name(name: str, refusal: str = "failed to make empty file") -> str:
    """The name, if a client may give it to a new entry (protocol dossier 8.2).

    Raises:
        BadPath: empty, ``.``, ``..``, too long, or with a slash, a space or a control
            character.
    """
    if fault := _fault_of_name(name):
        raise BadPath(f"{refusal}: {fault}")
    return name


def _fault_of_name(name: str) -> str:
    if name in ("", ".", ".."):
        return "that is not a name"
    if any(character <= " " or character == "/" for character in name):
        return "a name has no blanks, slashes and control characters"
    return "the name is longer than 255 bytes" if len(os.fsencode(name)) > 255 else ""


def check_relative(path: str) -> str:
    """A file name below ``wd`` as inputs and Baclava files have it, not opened yet.

    Raises:
        BadPath: absolute, with a ``..``, or with a name that no client may give.
    """
    if path.startswith("/"):
        raise BadPath("filename may not be absolute")
    names = path.split("/")
    if ".." in names:
        raise BadPath("filename may not refer to parent")
    for name in names:
        check_new_name(name, f"not a file name: {path[:100]!r}")
    return path
