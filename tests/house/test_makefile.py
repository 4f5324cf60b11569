"""The Makefile explains itself, and its targets are those that are promised."""

from __future__ import annotations

import os
import re
import subprocess
from pathlib import Path

ROOT = Path(__file__).parents[2]
MAKEFILE = (ROOT / "Makefile").read_text()
PROMISED = {
    "help", "install", "serve", "test", "check", "bench", "golden", "format", "lint", "types",
    "imports", "dist", "clean",
}  # fmt: skip


def _make(*arguments: str) -> str:
    command = ["make", "--no-print-directory", *arguments]
    return subprocess.run(command, cwd=ROOT, check=True, capture_output=True, text=True).stdout


def _targets() -> set[str]:
    return set(re.findall(r"^([a-z]+):", MAKEFILE, re.MULTILINE))


def test_every_target_has_a_help_text() -> None:
    explained = set(re.findall(r"^([a-z]+):.*## \S", MAKEFILE, re.MULTILINE))
    assert _targets() == explained


def test_promised_targets_are_there() -> None:
    assert _targets() >= PROMISED


def test_every_target_is_phony() -> None:
    phony = re.search(r"^\.PHONY: (.*)$", MAKEFILE, re.MULTILINE)
    assert phony is not None
    assert set(phony[1].split()) == _targets()


def test_make_alone_lists_the_targets() -> None:
    listed = {line.split()[0] for line in _make().splitlines()}
    assert listed == _targets()


def test_help_is_the_same_as_make_alone() -> None:
    assert _make() == _make("help")


def test_ci_runs_what_contributors_run() -> None:
    script = ROOT / ".ci" / "run"
    assert os.access(script, os.X_OK)
    assert script.read_text().splitlines()[-1] == "make check"
    check = re.search(r"^check: ([a-z ]+) ##", MAKEFILE, re.MULTILINE)
    assert check is not None
    assert set(check[1].split()) == {"lint", "types", "imports", "test"}
