"""Times, sizes and numbers as people read them: filters for templates."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

from markupsafe import Markup

NOTHING = "\N{EN DASH}"
"""Where there is nothing to say."""
_ADDRESS = re.compile(r"(https?://[^\s<>\"'`]{1,2000}[^\s<>\"'`.,;:!?)\]}])")
_UNITS = ("bytes", "KB", "MB", "GB", "TB")


def when(moment: datetime | None, otherwise: str = NOTHING) -> Markup | str:
    """A time in UTC, which a script turns into the reader's own zone."""
    if moment is None:
        return otherwise
    utc = moment.astimezone(UTC)
    return Markup('<time datetime="{}">{} UTC</time>').format(
        utc.strftime("%Y-%m-%dT%H:%M:%SZ"), utc.strftime("%Y-%m-%d %H:%M")
    )


def size(number: int | None) -> str:
    """Bytes: ``13 bytes``, ``19.8 KB``."""
    if number is None:
        return ""
    if number == 1:
        return "1 byte"
    amount, unit = float(number), 0
    while amount >= 1000 and unit < len(_UNITS) - 1:
        amount, unit = amount / 1000, unit + 1
    return f"{amount:.1f} {_UNITS[unit]}" if unit else f"{number} bytes"


def lasting(time: timedelta | float | None) -> str:
    """How long: ``0.4 s``, ``12 s``, ``3 min 5 s``, ``2 h 10 min``, ``4 d 3 h``."""
    if time is None:
        return NOTHING
    seconds = time.total_seconds() if isinstance(time, timedelta) else time
    if seconds < 10:
        return f"{max(seconds, 0):.1f} s"
    whole = round(seconds)
    if whole < 60:
        return f"{whole} s"
    if whole < 3600:
        return f"{whole // 60} min {whole % 60} s"
    if whole < 86400:
        return f"{whole // 3600} h {whole % 3600 // 60} min"
    return f"{whole // 86400} d {whole % 86400 // 3600} h"


def count(number: int, one: str, many: str = "") -> str:
    """``1 run``, ``2 runs``, ``12,345 runs``."""
    return f"{number:,} {one if number == 1 else many or one + 's'}"


def linked(text: str) -> Markup:
    """The text with its web addresses as links, which tell nobody where they were found."""
    link = Markup('<a href="{0}" target="_blank" rel="noopener noreferrer nofollow">{0}</a>')
    parts = _ADDRESS.split(text)
    return Markup().join(link.format(it) if place % 2 else it for place, it in enumerate(parts))


def marked(text: str, wanted: str) -> Markup:
    """The text with every place marked where the wanted words stand, in any case."""
    if not wanted:
        return Markup.escape(text)
    parts = re.split(f"({re.escape(wanted)})", text, flags=re.IGNORECASE)
    found = Markup("<mark>{}</mark>")
    return Markup().join(found.format(it) if place % 2 else it for place, it in enumerate(parts))


def moment(seconds: float) -> datetime:
    """A time of the file system."""
    return datetime.fromtimestamp(seconds, UTC)


FILTERS: dict[str, Callable[..., Any]] = {
    "when": when,
    "size": size,
    "lasting": lasting,
    "count_of": count,
    "linked": linked,
    "moment": moment,
    "marked": marked,
}
