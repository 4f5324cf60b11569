"""Files of REANA workspaces, found by patterns."""

from __future__ import annotations

from pathlib import Path

import pytest

from taverna_server.data.workspace import Workspace, matches
from taverna_server.errors import BadPath, UnknownEntry


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    made = Workspace(tmp_path)
    for path in ("data/names.txt", "data/deep/er/one.txt", "top.txt", ".snakemake/log"):
        made.put(path, [b"12345"])
    return made


@pytest.mark.parametrize(
    ("pattern", "found"),
    [
        ("", "data/deep/er/one.txt data/names.txt top.txt"),
        ("data", "data/deep/er/one.txt data/names.txt"),
        ("/data//names.txt", "data/names.txt"),
        ("data/*", "data/names.txt"),
        ("**/*.txt", "data/deep/er/one.txt data/names.txt top.txt"),
        ("data/**/one.txt", "data/deep/er/one.txt"),
        ("data/**", "data/deep/er/one.txt data/names.txt"),
        ("[dt]op.???", "top.txt"),
        ("nothing/*", ""),
        ("nothing", ""),
    ],
)
def test_pattern_finds(workspace: Workspace, pattern: str, found: str) -> None:
    assert [path for path, _ in workspace.files(pattern)] == found.split()


@pytest.mark.parametrize("path", ["../x", "a/../../x", "a/\0b", "x" * 256])
def test_path_outside_is_refused(workspace: Workspace, path: str) -> None:
    with pytest.raises(BadPath):
        workspace.files(path)


def test_names_with_blanks_and_other_letters_are_kept(workspace: Workspace) -> None:
    workspace.put("with blanks/žluťoučký kůň.txt", [b"x"])
    assert workspace.files("with*")[:1] == []
    assert [path for path, _ in workspace.files("with*/*")] == ["with blanks/žluťoučký kůň.txt"]


def test_link_leads_nowhere(workspace: Workspace, tmp_path: Path) -> None:
    (tmp_path / "out").symlink_to("/etc")
    assert workspace.files("out/*") == []
    with pytest.raises(BadPath):
        workspace.put("out/passwd", [b"x"])


def test_file_moves_over_another(workspace: Workspace) -> None:
    workspace.move("top.txt", "data/names.txt")
    assert not workspace.has("top.txt")
    with pytest.raises(UnknownEntry):
        workspace.move("top.txt", "data/x")
    with pytest.raises(BadPath):
        workspace.move("data", "data/deep/inside")


def test_hidden_files_count_and_are_not_listed(workspace: Workspace) -> None:
    assert workspace.size() == 20
    assert ".snakemake" not in dict(workspace.everything())


def test_pattern_with_many_stars_takes_no_time() -> None:
    assert not matches("/".join(["a"] * 200), "/".join(["**", "*"] * 60) + "/b")
