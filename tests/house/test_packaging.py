"""What is installed is what is here."""

from __future__ import annotations

import configparser
import fnmatch
from pathlib import Path

ROOT = Path(__file__).parents[2]


def _setup() -> configparser.ConfigParser:
    parser = configparser.ConfigParser()
    parser.read(ROOT / "setup.cfg")
    return parser


def test_every_file_beside_the_code_is_packaged() -> None:
    patterns = _setup()["options.package_data"]["taverna_server"].replace("\n", ",").split(",")
    wanted = [pattern.strip().removeprefix("**/") for pattern in patterns if pattern.strip()]
    others = [
        path.relative_to(ROOT)
        for path in (ROOT / "taverna_server").rglob("*")
        if path.is_file() and path.suffix not in {".py", ".pyc"}
    ]
    missed = [path for path in others if not any(fnmatch.fnmatch(path.name, p) for p in wanted)]
    assert missed == []


def test_every_dependency_has_a_word_on_why() -> None:
    lines = _raw_section("install_requires =")
    pairs = zip(["", *lines], lines, strict=False)
    bare = {line for before, line in pairs if _unexplained(before, line)}
    assert bare <= {"Werkzeug>=3.1,<4"}, "say in a comment above it why it is needed"


def _unexplained(before: str, line: str) -> bool:
    return not line.startswith("#") and not before.startswith("#")


def _raw_section(start: str) -> list[str]:
    text = (ROOT / "setup.cfg").read_text().partition(start)[2]
    return [line.strip() for line in text.partition("\n[")[0].splitlines() if line.strip()]
