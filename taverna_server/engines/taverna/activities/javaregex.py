"""Java regular expressions that mean the same in Python.

Both engines search from left to right, take alternatives in order and
quantifiers greedily, so most patterns can be carried over; where dialects
differ, or might, ``translate`` refuses and the caller asks the JVM. What is taken:
literals, ``.`` (with Java's line ends), the classes ``\\d \\s \\w`` (ASCII, as in
Java), plain sets, groups, alternatives, ``^``, greedy and lazy quantifiers on
anything but a group. Not ``$`` (Java knows six line ends), back references, flags,
possessive quantifiers, look-around, unions of sets, ``\\p{...}``.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache

_ESCAPE = r"\\[tnrfdsw] | \\[^A-Za-z0-9\s]"
_TOKENS = re.compile(
    rf"""
      (?P<escape>   {_ESCAPE} | \\[DSW] )
    | (?P<any>      \. )
    | (?P<set>      \[ \^? (?: {_ESCAPE} | [^][\\&^-] | [0-9A-Za-z]-[0-9A-Za-z] )+ \] )
    | (?P<open>     \( (?: \?: )? (?! \? ) )
    | (?P<close>    \) (?! [*+?{{] ) )
    | (?P<repeat>   (?: [*+?] | \{{ \d{{1,3}} (?: , \d{{0,3}} )? \}} ) \?? (?! [*+?{{] ) )
    | (?P<bar>      \| )
    | (?P<start>    \^ )
    | (?P<literal>  [^][\\.(){{}}*+?|^$] )
    """,
    re.VERBOSE | re.ASCII,
)
_REPEATABLE = {"escape", "any", "set", "literal"}
_ANY = r"[^\n\r\u0085\u2028\u2029]"
_REMARKABLE_IN_SET = re.compile(r"(?<!\\)[|~]")
_LITERAL_ONLY = re.compile(r"(?:\\[^A-Za-z0-9\s]|[^][\\.(){}*+?|^$])+")


class NotPortable(ValueError):
    """A pattern that may mean something else in Python, or nothing in Java."""


@lru_cache(maxsize=256)
def translate(pattern: str) -> re.Pattern[str]:
    """The same pattern for Python. Raises NotPortable."""
    try:
        return re.compile("".join(_translated(pattern)), re.ASCII)
    except (re.error, OverflowError) as error:
        raise NotPortable(pattern) from error


def _translated(pattern: str) -> Iterator[str]:
    position, last = 0, ""
    while position < len(pattern):
        token = _TOKENS.match(pattern, position)
        if token is None or (token.lastgroup == "repeat" and last not in _REPEATABLE):
            raise NotPortable(pattern)
        position, last = token.end(), token.lastgroup or ""
        yield _token(last, token.group())


def _token(kind: str, text: str) -> str:
    if kind == "any":
        return _ANY
    if kind == "literal":
        return re.escape(text)
    if kind == "set":
        return _REMARKABLE_IN_SET.sub(r"\\\g<0>", text)
    return text


def split(text: str, pattern: str) -> list[str]:
    """``String.split``: empty strings at the end are left out.

    Raises:
        NotPortable: also where the pattern may match nothing at all, because
            the engines differ in what they look for after an empty match.
    """
    if _LITERAL_ONLY.fullmatch(pattern):
        parts = text.split(re.sub(r"\\(.)", r"\1", pattern))
    else:
        parts = list(_pieces(text, translate(pattern)))
    if len(parts) == 1:
        return parts
    while parts and not parts[-1]:
        parts.pop()
    return parts


def _pieces(text: str, pattern: re.Pattern[str]) -> Iterator[str]:
    if pattern.fullmatch(""):
        raise NotPortable(pattern.pattern)
    begin = 0
    for match in pattern.finditer(text):
        yield text[begin : match.start()]
        begin = match.end()
    yield text[begin:]
