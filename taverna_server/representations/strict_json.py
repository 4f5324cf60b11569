"""The one way JSON comes in: no repeated members, no NaN, bounded depth, numbers as text.

What ``etree`` is for XML. Numbers are never converted, so that a huge one costs
nothing and every one comes out as it was written.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any

from taverna_server.errors import MalformedDocument

MAX_DEPTH = 256
"""As for XML."""

Json = Any


def parse_json(body: bytes) -> Json:
    """JSON with numbers as their text; strict where parsers disagree.

    Raises:
        MalformedDocument: not UTF-8, not JSON, nested more than 256 deep, a
            member given twice, NaN or Infinity.
    """
    try:
        value = json.loads(
            body.decode("utf-8-sig"),
            object_pairs_hook=_members,
            parse_int=str,
            parse_float=str,
            parse_constant=_refuse_constant,
        )
    except (UnicodeDecodeError, json.JSONDecodeError) as error:
        raise MalformedDocument(f"not well-formed JSON: {error}") from error
    except RecursionError:
        raise MalformedDocument(f"JSON nested more than {MAX_DEPTH} deep") from None
    check_depth(value)
    return value


def check_depth(value: Json) -> None:
    """Raises MalformedDocument where lists and objects are nested more than 256 deep."""
    level = [value]
    for _ in range(MAX_DEPTH):
        if not level:
            return
        level = [inner for outer in level for inner in _inside(outer)]
    raise MalformedDocument(f"JSON nested more than {MAX_DEPTH} deep")


def _inside(value: Json) -> Iterable[Json]:
    if isinstance(value, dict):
        return value.values()
    return value if isinstance(value, list) else ()


def _members(pairs: list[tuple[str, Json]]) -> dict[str, Json]:
    members = dict(pairs)
    if len(members) < len(pairs):
        names = [name for name, _ in pairs]
        twice = next(name for name in names if names.count(name) > 1)
        raise MalformedDocument(f"the JSON member '{twice[:40]}' is given twice in one object")
    return members


def _refuse_constant(word: str) -> Json:
    raise MalformedDocument(f"{word} is not JSON")
