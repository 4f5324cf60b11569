"""What values of options are, read from text: a parser each, for the table in ``config.py``.

Each raises ValueError, with a few words, for text that is no such value.
"""

from __future__ import annotations

import configparser
import ipaddress
import shlex
import sys
from collections.abc import Callable
from pathlib import Path

_UNITS = {"k": 2**10, "m": 2**20, "g": 2**30}


def text(value: str) -> str:
    return value.strip()


def directory(value: str) -> Path:
    return Path(value).expanduser().absolute()


def whole(least: int, most: int = sys.maxsize) -> Callable[[str], int]:
    """A parser of whole numbers within bounds."""

    def parse(value: str) -> int:
        try:
            number = int(value)
        except ValueError:
            raise ValueError("not a whole number") from None
        if not least <= number <= most:
            raise ValueError(f"not between {least} and {most}")
        return number

    return parse


def one_of(*words: str) -> Callable[[str], str]:
    """A parser of one word among several."""

    def parse(value: str) -> str:
        if value not in words:
            raise ValueError(f"not one of {', '.join(words)}")
        return value

    return parse


def size(value: str) -> int:
    """Bytes: ``65536``, ``64K``, ``64 MiB``, ``2G``."""
    number = value.strip().lower().removesuffix("b").removesuffix("i").rstrip()
    factor = _UNITS.get(number[-1:], 1)
    return whole(1)(number.rstrip("kmg").strip()) * factor


def size_or_none(value: str) -> int:
    """The same; 0 for no limit."""
    return 0 if value.strip() == "0" else size(value)


def words(value: str) -> tuple[str, ...]:
    """Words between blanks; quotes as a shell takes them."""
    return tuple(shlex.split(value))


def mailbox(value: str) -> str:
    """One e-mail address without a name, or nothing."""
    value = value.strip()
    name, _, host = value.partition("@")
    if value and (not name or not host or "@" in host or " " in value or not value.isprintable()):
        raise ValueError("must be one e-mail address")
    return value


def switch(value: str) -> bool:
    """``yes`` and ``no``, and the other words that INI files know."""
    try:
        return configparser.ConfigParser.BOOLEAN_STATES[value.lower()]
    except KeyError:
        raise ValueError("neither yes nor no") from None


def command(value: str) -> tuple[str, ...]:
    """A command line; a bare name is looked for beside the Python that runs this."""
    words = shlex.split(value)
    if not words:
        raise ValueError("empty")
    beside = Path(sys.executable).parent / words[0]
    return (str(beside) if beside.is_file() else words[0], *words[1:])


def networks(value: str) -> tuple[str, ...]:
    """Addresses and networks; ``*`` for all."""
    words = "0.0.0.0/0 ::/0" if value.strip() == "*" else value.replace(",", " ")
    return tuple(str(ipaddress.ip_network(word)) for word in words.split())


def file(value: str) -> Path | None:
    """A path; none where there is no text."""
    return Path(value).expanduser().absolute() if value.strip() else None
