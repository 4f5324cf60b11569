"""JSON that somebody wrote, read without trust: what is of another type counts as nothing."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any


def mapping(value: Any) -> Mapping[str, Any]:
    return value if isinstance(value, Mapping) else {}


def listed(value: Any) -> Sequence[Any]:
    return value if isinstance(value, list) else ()


def text(value: Any) -> str:
    return value if isinstance(value, str) else ""


def names(value: Any) -> list[str]:
    """The strings of a list; of a string the one."""
    return [value] if isinstance(value, str) else [v for v in listed(value) if isinstance(v, str)]


def entries(value: Any, key: str = "name", short: str = "") -> Iterator[Mapping[str, Any]]:
    """The mappings of a list; of a mapping its values, each with its key as ``key``.

    A value that is no mapping becomes one of ``short`` and the value, where that is given.
    """
    if isinstance(value, Mapping):
        for name, member in value.items():
            if not isinstance(member, Mapping):
                member = {short: member} if short else {}
            yield {**member, key: str(name)}
    for member in listed(value):
        if isinstance(member, Mapping):
            yield member
