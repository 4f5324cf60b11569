"""What the query string asks of a list of runs; the pages ask in the same words."""

from __future__ import annotations

from dataclasses import replace

from flask import request

from taverna_server.errors import BadRequest
from taverna_server.model.library import RunOrder, RunQuery, Whose
from taverna_server.model.run import RunState
from taverna_server.serving.context import manager

_SORTS = {
    "id": (RunOrder.NUMBER, False),
    "newest": (RunOrder.NUMBER, True),
    "name": (RunOrder.NAME, False),
    "state": (RunOrder.STATE, False),
    "start_time": (RunOrder.STARTED, True),
    "finish_time": (RunOrder.FINISHED, True),
}
_NOWHERE = 0
"""The number of no workflow."""


def run_query(descending: bool = True) -> RunQuery:
    """``workflow_id``, ``state``, ``q``, ``user``, ``whose``, ``parent_id`` and ``sort``.

    A workflow or user that does not exist has no runs. ``descending`` is the order of
    ids where no other is asked for; ``-name`` sorts the other way round.

    Raises:
        BadRequest: a state, an order or a choice of runs that there is not.
    """
    asked = request.args
    query = RunQuery(
        states=_states(asked.getlist("state")),
        text=asked.get("q", "").strip(),
        entry=_number(asked.get("workflow_id")),
        owner=_owner(asked.get("user")),
        parent=_number(asked.get("parent_id")),
        whose=_whose(asked.get("whose")),
        descending=descending,
    )
    return _sorted(query, asked["sort"]) if asked.get("sort") else query


def _states(given: list[str]) -> frozenset[RunState]:
    words = [word.strip() for text in given for word in text.split(",") if word.strip()]
    try:
        return frozenset(RunState(word) for word in words)
    except ValueError as error:
        raise BadRequest(f"'state' is one of {', '.join(RunState)}") from error


def _whose(word: str | None) -> Whose:
    try:
        return Whose(word) if word else Whose.VISIBLE
    except ValueError as error:
        raise BadRequest(f"'whose' is one of {', '.join(Whose)}") from error


def _number(text: str | None) -> int | None:
    if not text:
        return None
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else _NOWHERE


def _owner(text: str | None) -> str | None:
    """By name or by number."""
    if not text or not text.isdigit():
        return text or None
    return manager().store.user_name(_number(text) or _NOWHERE) or text


def _sorted(query: RunQuery, word: str) -> RunQuery:
    found = _SORTS.get(word.removeprefix("-"))
    if found is None:
        raise BadRequest(f"'sort' is one of {', '.join(_SORTS)}, or one of them after a minus sign")
    order, descending = found
    return replace(query, sort=order, descending=descending ^ word.startswith("-"))
