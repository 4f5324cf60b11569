"""Every case of the expected behaviour has a test that names it, by its id or in a docstring."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path

import pytest

TESTS = Path(__file__).parents[2]
ROOMS = ("engines/taverna", "workflow", "data")
CASES = {
    "A": 32, "B": 16, "C": 14, "D": 12, "E": 23, "F": 21, "G": 10, "H": 22, "I": 18, "J": 22,
    "K": 27, "L": 12, "M": 6,
}  # fmt: skip
"""How many there are of each letter."""
RANGE = re.compile(r"\b([A-M])(\d+) to \1(\d+)\b")


@cache
def named() -> frozenset[str]:
    files = (file for room in ROOMS for file in (TESTS / room).rglob("test_*.py"))
    texts = (RANGE.sub("", file.read_text()) for file in files if file != Path(__file__))
    return frozenset(word for text in texts for word in re.findall(r"\b[A-M]\d{1,2}\b", text))


@pytest.mark.parametrize("letter", CASES)
def test_every_case_is_named_by_a_test(letter: str) -> None:
    wanted = {f"{letter}{number}" for number in range(1, CASES[letter] + 1)}
    assert wanted - named() == set()
