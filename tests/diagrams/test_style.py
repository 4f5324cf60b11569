"""Colours that can be read: WCAG 2.2 AA, light and dark, computed from the style sheet."""

from __future__ import annotations

import re

import pytest

from taverna_server.diagrams import STYLE
from taverna_server.diagrams.kinds import _KINDS

SHEET = STYLE.read_text()
LIGHT, DARK = (
    dict(re.findall(r"--diagram-([\w-]+): (#\w{6})", part))
    for part in SHEET.partition("svg.diagram")[0].split("@media")
)
FAMILIES = sorted({kind.family for kind in _KINDS.values()} | {"other"})


def luminance(colour: str) -> float:
    parts = (int(colour[n : n + 2], 16) / 255 for n in (1, 3, 5))
    red, green, blue = (p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    dark, light = sorted(map(luminance, (one, other)))
    return (light + 0.05) / (dark + 0.05)


def test_light_and_dark_have_the_same_colours() -> None:
    assert LIGHT.keys() == DARK.keys()


@pytest.mark.parametrize("scheme", [LIGHT, DARK], ids=["light", "dark"])
@pytest.mark.parametrize("ground", ["ground", "port", "inside", *FAMILIES])
def test_words_can_be_read(scheme: dict[str, str], ground: str) -> None:
    for words in ("text", "quiet"):
        assert contrast(scheme[words], scheme[ground]) >= 4.5


@pytest.mark.parametrize("scheme", [LIGHT, DARK], ids=["light", "dark"])
@pytest.mark.parametrize("family", FAMILIES)
def test_stripes_and_states_can_be_seen(scheme: dict[str, str], family: str) -> None:
    signs = [f"{family}-edge", "waiting", "running", "failed", "done"]
    assert min(contrast(scheme[sign], scheme[family]) for sign in signs) >= 3


@pytest.mark.parametrize("scheme", [LIGHT, DARK], ids=["light", "dark"])
@pytest.mark.parametrize("line", ["line", "control", "focus", "port-edge", "nested-edge"])
def test_lines_can_be_seen(scheme: dict[str, str], line: str) -> None:
    assert min(contrast(scheme[line], scheme[ground]) for ground in ("ground", "inside")) >= 3


@pytest.mark.parametrize("family", FAMILIES)
def test_every_family_has_its_colours(family: str) -> None:
    assert f".family-{family} " in SHEET
    assert family in LIGHT


def test_nothing_is_fetched() -> None:
    assert not re.search(r"url\(|@import|@font-face|expression", SHEET)
