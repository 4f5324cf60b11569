"""What the address of a list asks for: the page, and the rest of the query to keep."""

from __future__ import annotations

from math import ceil

from flask import request

LAST_PAGE = 1_000_000


def page_asked_for() -> int:
    """From 1; what is no number is the first."""
    given = request.args.get("page", "")
    number = int(given) if given.isascii() and given.isdigit() and len(given) < 9 else 1
    return min(max(number, 1), LAST_PAGE)


def pages_of(total: int, per_page: int) -> int:
    """At least one."""
    return max(1, ceil(total / per_page))


def text_asked_for(name: str, longest: int = 200) -> str:
    """A word of the query, without blanks around it."""
    return request.args.get(name, "").strip()[:longest]
