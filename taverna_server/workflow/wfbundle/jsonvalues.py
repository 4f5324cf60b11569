"""Looking into JSON that somebody else wrote: what is not there, or not as expected, is empty."""

from __future__ import annotations

from typing import Any, TypeAlias

from taverna_server.workflow.model import ActivityPort

Json: TypeAlias = dict[str, Any]
Ports: TypeAlias = tuple[list[ActivityPort], list[ActivityPort]]
"""Inputs and outputs of an activity."""


def text(data: Any, *path: str) -> str:
    """A text in an object in an object; numbers and flags as t2flow writes them."""
    for name in path:
        data = data.get(name) if isinstance(data, dict) else None
    if isinstance(data, bool):
        return str(data).lower()
    return str(data) if isinstance(data, str | int | float) else ""


def items(data: Any, *path: str) -> list[Any]:
    """A list in an object in an object."""
    for name in path:
        data = data.get(name) if isinstance(data, dict) else None
    return data if isinstance(data, list) else []


def member(data: Any, name: str) -> Json:
    """An object in an object."""
    found = data.get(name) if isinstance(data, dict) else None
    return found if isinstance(found, dict) else {}
