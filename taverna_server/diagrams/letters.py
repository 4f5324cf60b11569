"""How wide a text is, about, and texts shortened to fit.

A server has no fonts, and the reader's are not known. The widths are those of
common sans-serif fonts, rather too large than too small.
"""

from __future__ import annotations

from unicodedata import combining, east_asian_width

_NARROW = frozenset("iljI.,:;'|!()[]{} /\\")
_MIDDLE = frozenset("tfrsz-_")
_WIDE = frozenset("mwMW@%&")
_BOLD = 1.1
_ELLIPSIS = "\u2026"


def width_of(text: str, size: float, bold: bool = False) -> float:
    """In pixels, at a font size in pixels."""
    return size * sum(map(_width, text)) * (_BOLD if bold else 1.0)


def _width(letter: str) -> float:
    if letter in _NARROW:
        return 0.35
    if letter in _MIDDLE:
        return 0.5
    if letter in _WIDE:
        return 0.97
    if letter.isascii():
        return 0.7 if letter.isupper() else 0.62
    if combining(letter):
        return 0.0
    return 1.05 if east_asian_width(letter) in "WF" else 0.68


def shortened(text: str, size: float, most: float) -> str:
    """A name on one line, its middle left out where it is wider than ``most``: names that
    belong together often begin alike and end differently."""
    line = " ".join(text[:1000].split())
    if width_of(line, size, bold=True) <= most:
        return line
    keep = min(len(line) - 1, int(most / size * 2.8))
    while keep > 2:
        head = (keep + 1) * 3 // 5
        short = line[:head].rstrip() + _ELLIPSIS + line[len(line) - (keep - head) :].lstrip()
        if width_of(short, size, bold=True) <= most:
            return short
        keep -= 1
    return _ELLIPSIS
