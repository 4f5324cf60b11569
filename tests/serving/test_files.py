"""Which part of a file is sent."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from taverna_server.errors import RangeNotSatisfiable
from taverna_server.serving.files import parse_range, security_headers


@pytest.mark.parametrize(
    ("header", "part"),
    [
        ("bytes=0-7", (0, 8)),
        ("bytes=0-0", (0, 1)),
        ("bytes=2-", (2, 8)),
        ("bytes=2-100", (2, 8)),
        ("bytes=-3", (5, 8)),
        ("bytes=-100", (0, 8)),
        (" bytes = 2 - 3 ", (2, 4)),
        (None, None),
        ("bytes=-", None),
        ("bytes=0-1,3-4", None),
        ("lines=0-1", None),
        ("bytes=a-b", None),
        ("bytes=٣-", None),
    ],
)
def test_single_range_of_bytes_is_understood(
    header: str | None, part: tuple[int, int] | None
) -> None:
    assert parse_range(header, 8) == part


@pytest.mark.parametrize("header", ["bytes=8-", "bytes=8-9", "bytes=3-2", "bytes=-0"])
def test_range_outside_is_not_satisfiable(header: str) -> None:
    with pytest.raises(RangeNotSatisfiable):
        parse_range(header, 8)


def test_empty_file_has_no_range() -> None:
    for header in ("bytes=0-0", "bytes=0-", "bytes=-1"):
        with pytest.raises(RangeNotSatisfiable):
            parse_range(header, 0)


@given(data=st.binary(min_size=1, max_size=50), first=st.integers(0, 60), last=st.integers(0, 60))
def test_range_is_the_slice_it_says(data: bytes, first: int, last: int) -> None:
    try:
        part = parse_range(f"bytes={first}-{last}", len(data))
    except RangeNotSatisfiable:
        assert not data[first : last + 1]
    else:
        assert part is not None
        assert data[slice(*part)] == data[first : last + 1]


def test_only_interaction_pages_run_scripts() -> None:
    assert "allow-scripts" in security_headers("interactions/page.html")["Content-Security-Policy"]
    for path in ("out/interactions", "out/page.html", "interactions.html"):
        assert "allow" not in security_headers(path)["Content-Security-Policy"]
