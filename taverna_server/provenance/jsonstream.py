"""JSON written piece by piece, where a list may be longer than memory."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from typing import Any, TextIO


class Many:
    """A list that is made while it is written."""

    def __init__(self, items: Iterable[Any]) -> None:
        self.items = items


def write(stream: TextIO, value: Any) -> None:
    """The value as JSON; ``Many`` may stand for a list at any place of a mapping."""
    if isinstance(value, Many):
        write_list(stream, value.items)
    elif isinstance(value, Mapping) and any(isinstance(item, Many) for item in value.values()):
        stream.write("{")
        for number, (key, item) in enumerate(value.items()):
            stream.write(f"{', ' if number else ''}{json.dumps(key)}: ")
            write(stream, item)
        stream.write("}")
    else:
        stream.write(json.dumps(value))


def write_list(stream: TextIO, items: Iterable[Any]) -> None:
    """An item on each line."""
    stream.write("[")
    for number, item in enumerate(items):
        stream.write(",\n" if number else "\n")
        write(stream, item)
    stream.write("]")
