"""The table of features names tests that exist, and leaves no row out."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
ROWS = [
    [cell.strip() for cell in line.strip("|\n").split(" | ")]
    for line in (ROOT / "docs" / "ui-features.md").read_text().splitlines()
    if re.match(r"\| [UM]\d+ \|", line)
]


def test_no_row_is_missing() -> None:
    names = [row[0].strip("| ") for row in ROWS]
    assert names == [f"U{n}" for n in range(1, 41)] + [f"M{n}" for n in range(1, 23)]


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row[0])
def test_row_names_a_test_that_exists(row: list[str]) -> None:
    assert len(row) == 4
    if row[3] == "not yet":
        return
    found = re.fullmatch(r"`([\w/]+\.py)::(test_\w+)`", row[3])
    assert found is not None, row[3]
    assert f"def {found[2]}(" in (ROOT / found[1]).read_text()
