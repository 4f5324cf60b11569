"""Times as clients write and read them (protocol dossier 2.10).

Written in UTC, always with three digits of a second: some clients need them.
Read in every form that Joda's ``dateTimeParser`` takes, which is more than
``datetime.fromisoformat`` does.
"""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, time, timedelta, timezone

from taverna_server.errors import BadRequest

_TIME = re.compile(
    r"(?:(?P<year>\d{4})-(?P<month>\d\d)-(?P<day>\d\d))?"
    r"(?:T(?:(?P<hour>\d\d):(?P<minute>\d\d)(?::(?P<second>\d\d)(?:[.,](?P<fraction>\d+))?)?)?"
    r"(?P<offset>Z|(?P<sign>[+-])(?P<hours>\d\d)(?::?(?P<minutes>\d\d))?)?)?",
    re.ASCII,
)


def write_time(moment: datetime | None) -> str:
    """``2024-05-01T19:35:20.135Z``; the empty text for a time that has not come."""
    return "" if moment is None else _in_utc(moment).replace("+00:00", "Z")


def write_basic_time(moment: datetime) -> str:
    """``20240501T193520.135Z``, as in the run description."""
    return write_time(moment).replace("-", "").replace(":", "")


def read_time(text: str) -> datetime:
    """A date, a time or both, with or without an offset (then UTC).

    Raises:
        BadRequest: anything else, or a day or hour that does not exist.
    """
    found = _TIME.fullmatch(text.strip())
    if not text.strip() or found is None:
        raise BadRequest(f"'{text[:40]}' is not a time such as 2024-05-01T20:35:20.135+01:00")
    try:
        return datetime.combine(_day(found), _time_of_day(found)).astimezone(UTC)
    except (ValueError, OverflowError) as error:
        raise BadRequest(f"'{text[:40]}' is not a time: {error}") from error


def _in_utc(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat(timespec="milliseconds")


def _day(found: re.Match[str]) -> date:
    if not found["year"]:
        return date(1970, 1, 1)  # as Joda fills in
    return date(int(found["year"]), int(found["month"]), int(found["day"]))


def _time_of_day(found: re.Match[str]) -> time:
    hour, minute, second = (int(found[part] or 0) for part in ("hour", "minute", "second"))
    microsecond = int(f"{found['fraction'] or '0':0<6.6}")
    return time(hour, minute, second, microsecond, _offset(found))


def _offset(found: re.Match[str]) -> timezone:
    if not found["sign"]:
        return UTC
    distance = timedelta(hours=int(found["hours"]), minutes=int(found["minutes"] or 0))
    return timezone(-distance if found["sign"] == "-" else distance)
