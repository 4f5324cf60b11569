from __future__ import annotations

import os
from pathlib import Path

import pytest

from taverna_server.data.guarded import open_to_append, read_guarded


@pytest.fixture
def victim(tmp_path: Path) -> Path:
    path = tmp_path / "victim"
    path.write_text("precious")
    return path


def test_ordinary_file_is_read_and_appended_to(tmp_path: Path) -> None:
    path = tmp_path / "file"
    for word in (b"one ", b"two"):
        with open_to_append(path) as stream:
            stream.write(word)
    assert read_guarded(path) == b"one two"
    assert read_guarded(path, 3) == b"one"


def test_absent_file_is_not_found(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        read_guarded(tmp_path / "no")


def test_link_is_not_followed(tmp_path: Path, victim: Path) -> None:
    (tmp_path / "link").symlink_to(victim)
    for act in (read_guarded, open_to_append):
        with pytest.raises(OSError, match="symbolic links"):
            act(tmp_path / "link")


def test_pipe_holds_nobody_up(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    for act in (read_guarded, open_to_append):
        with pytest.raises(OSError, match=r"not an ordinary file|No such device"):
            act(tmp_path / "pipe")


def test_directory_is_no_file(tmp_path: Path) -> None:
    for act in (read_guarded, open_to_append):
        with pytest.raises(OSError, match=r"directory|ordinary"):
            act(tmp_path)


def test_file_of_another_name_is_not_appended_to(tmp_path: Path, victim: Path) -> None:
    os.link(victim, tmp_path / "other")
    with pytest.raises(OSError, match="not an ordinary file"):
        open_to_append(tmp_path / "other")
    assert victim.read_text() == "precious"
