"""Errors of a component whose family handles exceptions (activities.md 13).

Each error among the outputs is looked up in the family's rules, by the exception
that it or one of its causes tells of, and replaced; all replacements also go into
a list at the port ``error_channel``.
"""

from __future__ import annotations

import re
from collections import deque
from dataclasses import replace
from functools import lru_cache

from taverna_server.data.outputs import errors_in
from taverna_server.data.values import (
    ErrorDocument,
    ListValue,
    Value,
    contains_errors,
    depth_of,
    make_list,
)
from taverna_server.engines.taverna.events import Values
from taverna_server.workflow.model import ERROR_CHANNEL, ErrorHandling, ErrorRule

EXCEPTION = "net.sf.taverna.t2.component.ComponentException"
MOST_CAUSES = 10_000
"""Looked at for one error: causes may be shared."""


def handle_errors(outputs: Values, handling: ErrorHandling) -> Values:
    """The outputs as whoever is next sees them, with ``error_channel``."""
    found: list[Value] = []
    replaced = {port: _handled(value, handling, found) for port, value in outputs.items()}
    return {**replaced, ERROR_CHANNEL: make_list(found, 1)}


def _handled(value: Value, handling: ErrorHandling, found: list[Value]) -> Value:
    if not contains_errors(value):
        return value
    if isinstance(value, ListValue) and not handling.fail_lists:
        return make_list((_handled(item, handling, found) for item in value), value.depth)
    error = _replacement(next(errors_in(value)), handling.rules)
    found.append(error.at_depth(0))
    return error.at_depth(depth_of(value))


def _replacement(error: ErrorDocument, rules: tuple[ErrorRule, ...]) -> ErrorDocument:
    match = _match(error, rules)
    if match is None:
        return _exception(error.exception)
    culprit, rule = match
    if rule.message is not None:
        return _exception(rule.message)
    return replace(culprit, trace=()) if rule.prune_trace else culprit


def _exception(message: str) -> ErrorDocument:
    return ErrorDocument(message, 0, f"{EXCEPTION}: {message}")


def _match(
    error: ErrorDocument, rules: tuple[ErrorRule, ...]
) -> tuple[ErrorDocument, ErrorRule] | None:
    """The error or the nearest of its causes that a rule is for; of several rules the last."""
    waiting = deque([error])
    for _ in range(MOST_CAUSES):
        if not waiting:
            break
        looked_at = waiting.popleft()
        for rule in reversed(rules):
            if _matches(rule.pattern, looked_at.exception):
                return looked_at, rule
        for cause in looked_at.causes:
            waiting.extend(errors_in(cause))
    return None


def _matches(pattern: str, exception: str) -> bool:
    compiled = _compiled(pattern)
    return compiled is not None and compiled.fullmatch(exception) is not None


@lru_cache(maxsize=256)
def _compiled(pattern: str) -> re.Pattern[str] | None:
    """Java's patterns, so far as Python has them; None for others, which match nothing."""
    try:
        return re.compile(pattern, re.DOTALL)
    except re.error:
        return None
