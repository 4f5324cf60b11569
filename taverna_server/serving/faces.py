"""The faces side by side: which of them a request is for.

A face is a part of the address space with habits of its own: how it writes
errors, and how else than by ``Authorization`` its callers say who they are.
``app.py`` lists the faces; the first that owns the path of a request has it.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from flask import Response, current_app, request

from taverna_server.model.identity import User

PLAYER_PLACES = ("runs", "workflows", "users", "service_credentials", "job_queue")
"""First segments of the paths of the Player interface and its pages."""

ErrorWriter = Callable[[Exception, int, str], Response]
"""Takes the exception, the status and the sentence for the client."""

NAME = "taverna_server.faces"


def nobody() -> User | None:
    """For faces to which callers say who they are in ``Authorization`` only."""
    return None


@dataclass(frozen=True, slots=True)
class Face:
    """One of them."""

    name: str
    owns: Callable[[str], bool]
    """Whether a path (without query) belongs to it."""
    write_error: ErrorWriter
    identify: Callable[[], User | None] = nobody
    """Who is calling, where there is no ``Authorization``.

    Raises NotAuthenticated for somebody who says it wrongly.
    """


def below(*places: str) -> Callable[[str], bool]:
    """Owns the places and what is below them: ``below("/rest")``."""
    return lambda path: (path.rstrip("/") + "/").startswith(tuple(f"{it}/" for it in places))


def current_face() -> Face:
    """The face that the request is for."""
    faces: Sequence[Face] = current_app.extensions[NAME]
    return next(face for face in faces if face.owns(request.path))
