"""URL signatures: addresses with ``{placeholders}`` (activities.md 6).

The same templates serve for the values of headers.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping

_BRACES = re.compile(r"[{}]")
_PLAIN = frozenset(b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789")


class BadSignature(ValueError):
    """The signature itself is wrong."""


class MissingParameter(LookupError):
    """A placeholder that must have a value has none."""


def placeholders(signature: str) -> dict[str, int]:
    """Where each placeholder's opening brace stands, in order.

    Raises:
        BadSignature: empty, braces that do not match, or a name twice.
    """
    if not signature:
        raise BadSignature("the URL is empty")
    found: dict[str, int] = {}
    start = None
    for brace in _BRACES.finditer(signature):
        opens = brace[0] == "{"
        if opens is (start is not None):
            raise BadSignature(f"the braces in {signature!r} do not match")
        if start is None:
            start = brace.start()
            continue
        name = signature[start + 1 : brace.start()]
        if name in found:
            raise BadSignature(f"the placeholder {name!r} stands twice in {signature!r}")
        found[name], start = start, None
    if start is not None:
        raise BadSignature(f"the braces in {signature!r} do not match")
    return found


def fill(signature: str, values: Mapping[str, str], escape: bool) -> str:
    """The signature with values for its placeholders, from right to left.

    A query parameter without a value is left out.

    Raises:
        BadSignature: as ``placeholders``.
        MissingParameter: no value for a placeholder elsewhere than in the query.
    """
    text = signature
    for name, start in reversed(placeholders(signature).items()):
        end = start + len(name) + 2
        if name in values:
            value = escaped(values[name]) if escape else values[name]
            text = text[:start] + value + text[end:]
        else:
            text = _without_parameter(text, name, start, end)
    return text


def escaped(value: str) -> str:
    """Percent escapes as Taverna wrote them.

    All but ASCII letters and digits, without a zero before a single digit: a line
    feed is ``%A``.
    """
    content = unicodedata.normalize("NFC", value).encode("utf-8", "replace")
    return "".join(chr(byte) if byte in _PLAIN else f"%{byte:X}" for byte in content)


def _without_parameter(text: str, name: str, start: int, end: int) -> str:
    question, ampersand, slash = (text.rfind(mark, 0, start + 1) for mark in "?&/")
    begin = max(question, ampersand)
    if begin < 0 or begin < slash:
        raise MissingParameter(
            f'Parameter map does not contain a key/value for "{name}" mandatory placeholder'
        )
    if question > ampersand and end < len(text) - 1:
        return text[: begin + 1] + text[end + 1 :]
    return text[:begin] + text[end:]
