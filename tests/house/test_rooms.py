"""Every room says why it exists and what it does not know."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
ROOMS = sorted(path.parent for path in ROOT.glob("taverna_server/*/__init__.py"))
MODULES = sorted(ROOT.glob("taverna_server/**/*.py"))


@pytest.mark.parametrize("room", ROOMS, ids=lambda room: room.name)
def test_room_has_a_paragraph(room: Path) -> None:
    words = ast.get_docstring(ast.parse((room / "__init__.py").read_bytes())) or ""
    assert len(words.split()) >= 15


@pytest.mark.parametrize("path", MODULES, ids=lambda path: str(path.relative_to(ROOT)))
def test_module_says_what_it_is_for(path: Path) -> None:
    source = ast.parse(path.read_bytes())
    assert ast.get_docstring(source), f"{path.relative_to(ROOT)} has no docstring"


@pytest.mark.parametrize("path", MODULES, ids=lambda path: str(path.relative_to(ROOT)))
def test_module_leaves_nothing_to_do(path: Path) -> None:
    left = re.findall(r"TODO|FIXME|XXX|NotImplemented\b", path.read_text())
    assert left == []
