"""Error documents as people read them: the cause first, then the chain that led to it.

The engine writes an error as lines (``data/outputs.py``): message, exception and
trace, and the same of each cause below a heading. What cannot be told apart is
message.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

_HEADING = re.compile(r"ErrorDocument (?:list )?[0-9]+(?:\.[0-9]+)?")
_FOLLOWED = "Set of ErrorDocuments to follow."
_FRAME = re.compile(r"[^\s(][^(]*\((?:unknown file|[^()]+:-?[0-9]+)\)")


@dataclass(frozen=True, slots=True)
class Cause:
    """One error of a chain."""

    message: str
    details: tuple[str, ...]
    """Exception and trace, a line each."""


@dataclass(frozen=True, slots=True)
class ErrorText:
    """What an error document says."""

    chain: tuple[Cause, ...]
    """From the error of this value down to the first of the errors it follows from."""
    others: int
    """Further causes, which are not in the chain."""

    @property
    def root(self) -> Cause:
        """What everything else follows from."""
        return self.chain[-1]


def read_error(text: str) -> ErrorText:
    """Take the text of an ``.error`` file apart."""
    sections = list(_sections(text.splitlines()))
    chain: list[Cause] = []
    for lines, ends_branch in sections:
        if cause := _cause(lines):
            chain.append(cause)
        if ends_branch:
            break
    return ErrorText(tuple(chain) or (Cause("no message", ()),), _others(sections, len(chain)))


def _others(sections: list[tuple[list[str], bool]], told: int) -> int:
    return max(sum(1 for lines, _ in sections if _cause(lines)) - told, 0)


def _sections(lines: list[str]) -> Iterator[tuple[list[str], bool]]:
    """The lines below each heading, and whether a branch of causes ends with them."""
    section: list[str] = []
    followed = False
    for line in lines:
        if line == _FOLLOWED:
            followed = True
        elif _HEADING.fullmatch(line):
            yield section, not followed and bool(section)
            section, followed = [], False
        else:
            section.append(line)
    yield section, True


def _cause(lines: list[str]) -> Cause | None:
    kept = [line for line in lines if line.strip()]
    if not kept:
        return None
    first = next((n for n, line in enumerate(kept) if _FRAME.fullmatch(line)), len(kept))
    split = max(first - 1, 1) if first < len(kept) else len(kept)
    if split == len(kept) > 1 and _is_exception(kept[-1]):
        split -= 1
    return Cause("\n".join(kept[:split]), tuple(kept[split:]))


def _is_exception(line: str) -> bool:
    """``java.io.IOException: no such file``, with no trace below."""
    return re.match(r"(?:[a-z][\w$]*\.)+[A-Z][\w$]*(?::|$)", line) is not None
