"""The table of Taverna Player's checks leaves none out, and names tests that exist."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
ROWS = [
    [cell.strip() for cell in line.strip("|\n").split(" | ")]
    for line in (ROOT / "docs" / "player-checks.md").read_text().splitlines()
    if re.match(r"\| [A-Z]\d+ \|", line)
]
GROUPS = {
    "W": 3, "J": 2, "C": 9, "H": 1, "S": 10, "V": 8, "I": 2, "K": 1, "E": 1, "D": 14, "P": 12,
    "X": 14,
}  # fmt: skip
"""How many there are of each, beside R01 to R42 (Player dossier 5)."""
NOT_HERE = {"D3", "D7", "D8", "D9", "D11", "D12", "D14"}


def test_no_check_is_missing() -> None:
    expected = [f"R{number:02}" for number in range(1, 43)]
    expected += [f"{group}{n}" for group, count in GROUPS.items() for n in range(1, count + 1)]
    assert [row[0] for row in ROWS] == expected


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row[0])
def test_check_names_a_test_that_exists(row: list[str]) -> None:
    check, _, shown = row
    assert (shown == "—") == (check in NOT_HERE)
    if found := re.fullmatch(r"`([\w/]+\.py)::(test_\w+)`", shown):
        assert f"def {found[2]}(" in (ROOT / found[1]).read_text()
    else:
        assert shown == "—"
