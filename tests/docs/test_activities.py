"""The page on activities names every kind that there is, and no other."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from taverna_server.engines.taverna.activities import registry, unavailable
from taverna_server.engines.taverna.activities.wssecurity import TOKENS

PAGE = (Path(__file__).parents[2] / "docs" / "activities.md").read_text()
EXECUTED, LOADED = (
    set(re.findall(r"`(\w+)`", " ".join(re.findall(r"^\|([^|]*)\|", part, re.MULTILINE))))
    for part in PAGE.split("\n## ")[1:3]
)


INSIDE = {"dataflow", "component"}
"""Nested workflows, which the scheduler executes itself; a component that is not found fails."""


def test_every_kind_that_is_executed_stands_there() -> None:
    assert set(registry.BUILT_IN) | INSIDE == EXECUTED


def test_every_other_kind_stands_there_too() -> None:
    assert (set(unavailable.SENTENCES) | unavailable.SILENT) - INSIDE == LOADED


@pytest.mark.parametrize("extra", ["soap", "excel"])
def test_what_to_install_is_an_extra(extra: str) -> None:
    setup = (Path(__file__).parents[2] / "setup.cfg").read_text()
    assert f"taverna-server[{extra}]" in PAGE
    assert re.search(rf"^{extra} =$", setup, re.MULTILINE)


def test_plain_profiles_are_named() -> None:
    assert next(iter(TOKENS)) in PAGE
