"""Turtle, written as it comes: terms, and one subject with its statements at a time."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import UTC, datetime
from typing import TextIO
from urllib.parse import quote

_ESCAPES = {
    "\\": "\\\\", '"': '\\"', "\n": "\\n", "\r": "\\r", "\t": "\\t", "\b": "\\b", "\f": "\\f",
}  # fmt: skip
_SPECIAL = re.compile(r'[\\"\x00-\x1f\x7f]')
_SURROGATE = re.compile(r"[\ud800-\udfff]")


def iri(uri: str) -> str:
    """An absolute IRI, as ``names`` makes them: escaped already."""
    return f"<{uri}>"


def path(name: str) -> str:
    """A file of the bundle, relative to its root."""
    return f"<{quote(name.encode('utf-8', 'replace'), safe='/-._~!$&()*+,;=:@')}>"


def text(value: str, language: str = "") -> str:
    """A string; what XML and Turtle cannot hold becomes U+FFFD."""
    value = _SURROGATE.sub("\ufffd", value)
    escaped = _SPECIAL.sub(_escape, value)
    return f'"{escaped}"@{language}' if language else f'"{escaped}"'


def _escape(found: re.Match[str]) -> str:
    return _ESCAPES.get(found[0]) or f"\\u{ord(found[0]):04X}"


def long(number: int) -> str:
    return f'"{number}"^^xsd:long'


def moment(time: float) -> str:
    return f'"{iso(time)}"^^xsd:dateTime'


def iso(time: float) -> str:
    """Milliseconds would hide what came first."""
    return datetime.fromtimestamp(time, UTC).isoformat(timespec="microseconds")


def seconds(time: float) -> str:
    """With milliseconds, which is all that the profile of run crates reads."""
    return datetime.fromtimestamp(time, UTC).isoformat(timespec="milliseconds")


def anonymous(*statements: str) -> str:
    """A node without a name."""
    return f"[ {' ; '.join(statements)} ]"


class Turtle:
    """Writes prefixes, then subjects."""

    def __init__(self, stream: TextIO, prefixes: dict[str, str]) -> None:
        self._write = stream.write
        for prefix, uri in prefixes.items():
            self._write(f"@prefix {prefix}: <{uri}> .\n")

    def say(self, subject: str, statements: Iterable[str]) -> None:
        """Statements (verb and objects) of one subject; written piece by piece."""
        separator = f"\n{subject}\n    "
        for statement in statements:
            self._write(separator)
            self._write(statement)
            separator = " ;\n    "
        if separator == " ;\n    ":
            self._write(" .\n")
