"""How things stand in answers: documents, times, sizes, pages (REANA dossier 2)."""

from __future__ import annotations

import json
import uuid
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any, TypeVar

from flask import Response, request

from taverna_server.errors import BadRequest
from taverna_server.model.analysis import Analysis
from taverna_server.serving.negotiation import JSON

Item = TypeVar("Item")

ADMIN_ID = "00000000-0000-0000-0000-000000000000"
ADMIN = "admin"
"""The account that the first start makes."""
_ACCOUNTS = uuid.UUID("b4f6b0fe-3f3c-5c0e-9c0e-6b1f6a1f7d0a")
_UNITS = ("Bytes", "KiB", "MiB", "GiB", "TiB", "PiB", "EiB")
MOST_PER_PAGE = 10**6


def answer(document: object, status: int = 200) -> Response:
    """A document as JSON."""
    return Response(json.dumps(document), status, content_type=JSON)


def named(found: Analysis) -> dict[str, str]:
    """Which workflow an answer is about."""
    return {"workflow_id": found.run_id, "workflow_name": found.full_name}


def said(found: Analysis, message: str, **more: object) -> dict[str, object]:
    """What answers to changes begin with."""
    return {"message": message, **named(found), "user": user_id(found.owner), **more}


def user_id(name: str) -> str:
    """A UUID for an account, always the same."""
    return ADMIN_ID if name == ADMIN else str(uuid.uuid5(_ACCOUNTS, name))


def moment(when: datetime | float) -> str:
    """UTC without zone and fractions: the client reads it strictly."""
    if not isinstance(when, datetime):
        when = datetime.fromtimestamp(when, UTC)
    return when.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S")


def moment_or_none(when: datetime | None) -> str | None:
    return None if when is None else moment(when)


def size(number: int) -> dict[str, object]:
    """Bytes, also in words."""
    return {"raw": number, "human_readable": "" if number < 0 else human_size(number)}


def human_size(number: int) -> str:
    """``9.77 KiB``; ``0 Bytes``."""
    power = min(max(number.bit_length() - 1, 0) // 10, len(_UNITS) - 1)
    return f"{round(number / 1024**power, 2):.2f}".rstrip("0").rstrip(".") + f" {_UNITS[power]}"


def human_time(milliseconds: int) -> str:
    """``1h 2m 3s``, without what is zero; ``0s`` for nothing."""
    minutes, seconds = divmod(milliseconds // 1000, 60)
    hours, minutes = divmod(minutes, 60)
    counts = ((hours, "h"), (minutes, "m"), (seconds, "s"))
    parts = [f"{count}{unit}" for count, unit in counts if count]
    return " ".join(parts) or "0s"


def page_asked_for() -> tuple[int, int | None]:
    """The page, and how much is on one; None: everything.

    Raises:
        BadRequest: no such page.
    """
    return _whole("page") or 1, _whole("size")


def _whole(name: str) -> int | None:
    text = request.args.get(name)
    if not text:
        return None
    if not (text.isascii() and text.isdigit() and 0 < int(text[:9]) <= MOST_PER_PAGE):
        raise BadRequest(f"'{name}' must be a whole number of at least 1.")
    return int(text[:9])


def paged(items: Sequence[Any], total: int) -> dict[str, Any]:
    """One page, with what is needed to ask for the others."""
    page, most = page_asked_for()
    document = {
        "items": list(items),
        "total": total,
        "page": page,
        "has_prev": page > 1,
        "has_next": most is not None and page * most < total,
    }
    return document if most is None else {**document, "size": most}


def on_page(items: Sequence[Item]) -> Sequence[Item]:
    """Those of the page asked for."""
    page, most = page_asked_for()
    if most is None:
        return items if page == 1 else items[:0]
    return items[(page - 1) * most : page * most]
