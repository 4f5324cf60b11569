"""Values, errors and places in words, for logs and displays."""

from __future__ import annotations

from taverna_server.data.outputs import root_cause
from taverna_server.data.values import ErrorDocument, FileValue, ListValue, Value
from taverna_server.engines.taverna.events import Index

LONGEST = 300


def describe(value: Value) -> str:
    """What kind of value it is and how large, not what is in it."""
    if isinstance(value, ErrorDocument):
        return f"error: {cause_of(value)}"
    if isinstance(value, ListValue):
        kind = "list" + " of lists" * (value.depth - 1)
        errors = ", with errors" if value.contains_errors else ""
        return f"{kind}, {plural(len(value), 'item')}{errors}"
    if isinstance(value, FileValue):
        return f"file '{value.path.name}'"
    return plural(len(value), "character" if isinstance(value, str) else "byte")


def plural(number: int, noun: str) -> str:
    """``1 item``, ``2 items``."""
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"


def counts(jobs: int, errors: int) -> str:
    """``3 iterations, 1 error``."""
    return plural(jobs, "iteration") + (f", {plural(errors, 'error')}" if errors else "")


def position(index: Index) -> str:
    """``[2][1]``, counted from 1 like the files of a list output; empty for the whole."""
    return "".join(f"[{place + 1}]" for place in index)


def cause_of(error: ErrorDocument) -> str:
    """The message where it all began, and the exception if there was one."""
    root = root_cause(error)
    text = root.message or "no message"
    if root.exception and root.exception not in text:
        text = f"{text} ({root.exception})"
    return text if len(text) <= LONGEST else f"{text[:LONGEST]}..."
