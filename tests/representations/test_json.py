"""The conversions of JSON."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from taverna_server.representations.json import dump_json, primitive
from taverna_server.representations.strict_json import parse_json

NUMBERS = [("42", 42), ("0", 0), ("-7", -7), ("1.5", 1.5), ("-0.25", -0.25), ("1.0", 1.0)]
NUMBERS += [("9223372036854775807", 2**63 - 1), ("-9223372036854775808", -(2**63))]
TEXTS = [
    "",
    "042",
    "+1",
    "-0",
    "1.50",
    "1e5",
    "1E400",
    "NaN",
    "0x1",
    "1_000",
    " 1",
    "1.",
    ".5",
    "٣",
]
TEXTS += ["True", "null", "9223372036854775808", "1.00000000000000000001"]


@pytest.mark.parametrize(("text", "number"), NUMBERS)
def test_number_that_prints_back_becomes_one(text: str, number: float) -> None:
    assert primitive(text) == number
    assert not isinstance(primitive(text), str)


@pytest.mark.parametrize("text", TEXTS)
def test_other_text_stays_text(text: str) -> None:
    assert primitive(text) == text
    assert isinstance(primitive(text), str)


@pytest.mark.parametrize("text", ["true", "false"])
def test_boolean_becomes_one(text: str) -> None:
    assert primitive(text) is (text == "true")


@given(st.one_of(st.text(), st.floats().map(str), st.integers().map(str)))
def test_primitive_reads_back_as_the_text(text: str) -> None:
    value = parse_json(dump_json(primitive(text)).replace(b"\\/", b"/"))
    if isinstance(value, bool):
        value = str(value).lower()
    assert value == text


def test_slash_is_escaped() -> None:
    assert dump_json({"a/b": "c\\/d"}) == b'{"a\\/b":"c\\\\\\/d"}'
    assert parse_json(dump_json({"a/b": "c\\/d"})) == {"a/b": "c\\/d"}
