"""Times as clients of old write and read them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from taverna_server.errors import BadRequest
from taverna_server.rest.dates import read_time, write_basic_time, write_time

MOMENT = datetime(2024, 5, 1, 19, 35, 20, 130_000, UTC)


def test_time_is_written_in_utc_with_three_digits() -> None:
    there = MOMENT.astimezone(timezone(timedelta(hours=1)))
    assert write_time(there) == "2024-05-01T19:35:20.130Z"
    assert write_basic_time(there) == "20240501T193520.130Z"
    assert write_time(None) == ""


@pytest.mark.parametrize(
    "text",
    [
        "2024-05-01T20:35:20.13+0100",
        "2024-05-01T20:35:20.130+01:00",
        "2024-05-01T20:35:20.130000000+01",
        "2024-05-01T19:35:20.13Z",
        "2024-05-01T19:35:20,13",
        " 2024-05-01T14:05:20.13-05:30\n",
    ],
)
def test_every_form_clients_send_is_read(text: str) -> None:
    assert read_time(text) == MOMENT


def test_what_is_left_out_is_the_least() -> None:
    assert read_time("2024-05-01") == datetime(2024, 5, 1, tzinfo=UTC)
    assert read_time("2024-05-01T19:35") == datetime(2024, 5, 1, 19, 35, tzinfo=UTC)
    assert read_time("T19:35") == datetime(1970, 1, 1, 19, 35, tzinfo=UTC)


@pytest.mark.parametrize(
    "text",
    ["", " ", "tomorrow", "2024-13-01", "2024-05-01T25:00:00Z", "2024-05-01T10:00:00+99:00",
     "20240501", "1714592120", "2024-05-01 10:00", "0001-01-01T00:00+10:00", "٢٠٢٤-05-01"],
)  # fmt: skip
def test_anything_else_is_a_bad_request(text: str) -> None:
    with pytest.raises(BadRequest, match="time"):
        read_time(text)


@given(st.datetimes(timezones=st.just(UTC), min_value=datetime(1970, 1, 1)))
def test_what_is_written_is_read_back(moment: datetime) -> None:
    assert abs(read_time(write_time(moment)) - moment) < timedelta(milliseconds=1)
