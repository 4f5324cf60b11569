"""Types of columns: times, and enumerations by their numbers or words."""

from __future__ import annotations

import enum
from datetime import UTC, datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.types import TypeDecorator

from taverna_server.model.identity import Permission
from taverna_server.model.run import RunStatus

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)


def microseconds(when: datetime) -> int:
    """Since 1970, as times are kept."""
    return (when - _EPOCH) // _MICROSECOND


class Moment(TypeDecorator[datetime]):
    """An aware time."""

    impl = sa.BigInteger
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Any) -> int | None:
        return None if value is None else microseconds(value)

    def process_result_value(self, value: int | None, dialect: Any) -> datetime | None:
        return None if value is None else _EPOCH + timedelta(microseconds=value)


class Status(TypeDecorator[RunStatus]):
    """A run status by its number."""

    impl = sa.SmallInteger
    cache_ok = True

    def process_bind_param(self, value: RunStatus | None, dialect: Any) -> int | None:
        return None if value is None else int(value)

    def process_result_value(self, value: int | None, dialect: Any) -> RunStatus | None:
        return None if value is None else RunStatus(value)


class Level(TypeDecorator[Permission]):
    """A permission by its number."""

    impl = sa.SmallInteger
    cache_ok = True

    def process_bind_param(self, value: Permission | None, dialect: Any) -> int | None:
        return None if value is None else int(value)

    def process_result_value(self, value: int | None, dialect: Any) -> Permission | None:
        return None if value is None else Permission(value)


class Word(TypeDecorator[enum.StrEnum]):
    """A member of an enumeration by its word."""

    impl = sa.Text
    cache_ok = True

    def __init__(self, kind: type[enum.StrEnum]) -> None:
        super().__init__()
        self.kind = kind

    def process_bind_param(self, value: enum.StrEnum | None, dialect: Any) -> str | None:
        return None if value is None else str(value)

    def process_result_value(self, value: str | None, dialect: Any) -> enum.StrEnum | None:
        return None if value is None else self.kind(value)
