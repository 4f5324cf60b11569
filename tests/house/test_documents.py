"""Documents keep what they promise: links lead somewhere, generated pages are fresh."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
DOCUMENTS = sorted([*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md"), *ROOT.glob("examples/**/*.md")])
FENCE = re.compile(r"^```.*?^```", re.MULTILINE | re.DOTALL)
LINK = re.compile(r"\[[^\]]+\]\(([^)\s]+)\)")
# Written in two parts, so that this file does not hold what it looks for.
REGISTRIES = [
    "pypi" + ".org", "python" + "hosted.org", "repo1." + "maven", "repo." + "maven",
    "registry." + "npmjs", "deb." + "debian", "proxy." + "golang",
]  # fmt: skip
MACHINE_PATHS = re.compile(r"(?<![\w.*:/}>$-])/(?:work|root|home/\w+|opt/wheels)/")


def _anchor(heading: str) -> str:
    words = re.sub(r"[^\w\- ]", "", heading.lower())
    return words.strip().replace(" ", "-")


def _anchors(path: Path) -> set[str]:
    text = FENCE.sub("", path.read_text())
    return {_anchor(heading) for heading in re.findall(r"^#+ (.*)$", text, re.MULTILINE)}


def _dead(document: Path) -> list[str]:
    links = LINK.findall(FENCE.sub("", document.read_text()))
    return [link for link in links if "://" not in link and not _resolves(document, link)]


def _resolves(document: Path, link: str) -> bool:
    path, _, anchor = link.partition("#")
    target = document if not path else document.parent / path
    return target.exists() and (not anchor or anchor in _anchors(target))


def _tracked() -> list[Path]:
    command = ["git", "-c", "safe.directory=*", "ls-files", "-z"]
    listing = subprocess.run(command, cwd=ROOT, check=False, capture_output=True, text=True)
    if listing.returncode:
        pytest.skip("not a git checkout")
    paths = (ROOT / name for name in listing.stdout.split("\0") if name)
    return [path for path in paths if path.is_file()]


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: str(path.relative_to(ROOT)))
def test_links_resolve(document: Path) -> None:
    assert _dead(document) == []


def test_no_tracked_file_names_a_registry_host() -> None:
    hosts = re.compile("|".join(map(re.escape, REGISTRIES)))
    found = {str(path): hosts.findall(path.read_text(errors="replace")) for path in _tracked()}
    assert {path: hits for path, hits in found.items() if hits} == {}


def test_no_tracked_file_names_a_path_of_one_machine() -> None:
    this_file = Path(__file__).resolve()
    texts = {path: path.read_text(errors="replace") for path in _tracked() if path != this_file}
    found = {str(path): MACHINE_PATHS.findall(text) for path, text in texts.items()}
    assert {path: hits for path, hits in found.items() if hits} == {}


def test_generated_pages_are_fresh() -> None:
    """``make docs`` rewrites them."""
    command = [sys.executable, ROOT / "scripts" / "write_docs.py", "--check"]
    result = subprocess.run(command, check=False, capture_output=True, text=True)
    assert result.returncode == 0, result.stdout + result.stderr


def test_changelog_has_one_sentence_a_line() -> None:
    entries = [
        line for line in (ROOT / "CHANGELOG.md").read_text().splitlines() if line[:2] == "- "
    ]
    assert [line for line in entries if not line.endswith(".")] == []
