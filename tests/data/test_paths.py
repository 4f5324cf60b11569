"""Nothing a client or a workflow does with paths reaches outside the directory."""

from __future__ import annotations

import contextlib
import os
import shutil
import socket
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from taverna_server.data.names import check_new_name, check_relative, split
from taverna_server.data.paths import WorkDirectory
from taverna_server.data.removal import remove_tree
from taverna_server.errors import BadPath, UnknownEntry


@pytest.fixture
def wd(tmp_path: Path) -> WorkDirectory:
    root = tmp_path / "wd"
    (root / "out").mkdir(parents=True)
    (root / "out" / "RESULT").write_bytes(b"drink me")
    (tmp_path / "secret").write_bytes(b"eat me")
    return WorkDirectory(root)


def read(wd: WorkDirectory, path: str) -> bytes:
    stream, _ = wd.open_file(path)
    with stream:
        return stream.read()


def test_lists_files_and_directories_by_name(wd: WorkDirectory) -> None:
    wd.write("a", [b"123"])
    assert [(e.name, e.is_dir, e.size) for e in wd.list() if e.name == "a"] == [("a", False, 3)]
    assert [e.name for e in wd.list("")] == ["a", "out"]
    assert [e.name for e in wd.list("out/")] == ["RESULT"]


def test_reads_a_file_with_its_size(wd: WorkDirectory) -> None:
    stream, found = wd.open_file("out/RESULT")
    with stream:
        assert (stream.read(), found.st_size) == (b"drink me", 8)


@pytest.mark.parametrize(
    "path", ["nothing", "..", ".", "../secret", "out/../../secret", "./out", "out//RESULT",
             "//etc/passwd", "out\0", "x" * 300, "nothing/inside", "out/.."],
)  # fmt: skip
def test_path_that_names_no_entry_is_unknown(wd: WorkDirectory, path: str) -> None:
    with pytest.raises(UnknownEntry):
        wd.open_file(path)
    with pytest.raises(UnknownEntry):
        wd.delete(path)
    assert not wd.is_dir(path)


def test_file_has_no_subdirectory(wd: WorkDirectory) -> None:
    with pytest.raises(BadPath, match="subdirectory of file"):
        wd.list("out/RESULT/x")


def test_directory_is_not_a_file(wd: WorkDirectory) -> None:
    with pytest.raises(BadPath, match="not a file"):
        wd.open_file("out")


@pytest.mark.parametrize("target", ["../secret", "..", "/etc", "out", "out/RESULT", "nowhere"])
def test_symbolic_link_is_as_good_as_absent(wd: WorkDirectory, target: str) -> None:
    (wd.root / "link").symlink_to(target)
    assert "link" not in [entry.name for entry in wd.list()]
    for path in ("link", "link/RESULT", "link/secret", "link/passwd"):
        with pytest.raises(UnknownEntry):
            wd.open_file(path)
        with pytest.raises(UnknownEntry):
            wd.delete(path)
    with pytest.raises(UnknownEntry):
        wd.write("link/new", [b"x"])


def test_working_directory_that_became_a_link_is_not_entered(tmp_path: Path) -> None:
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "wd").symlink_to("elsewhere")
    with pytest.raises(OSError, match=r"Not a directory|symbolic"):
        WorkDirectory(tmp_path / "wd").list()


def test_writing_over_a_link_replaces_the_link(wd: WorkDirectory, tmp_path: Path) -> None:
    (wd.root / "link").symlink_to("../secret")
    assert wd.write("link", [b"mine"])
    assert read(wd, "link") == b"mine"
    assert (tmp_path / "secret").read_bytes() == b"eat me"


def test_special_files_are_never_opened(wd: WorkDirectory, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(wd.root)
    os.mkfifo("pipe")
    with contextlib.closing(socket.socket(socket.AF_UNIX)) as listener:
        listener.bind("socket")
    assert [entry.name for entry in wd.list()] == ["out"]
    for name in ("pipe", "socket"):
        with pytest.raises(UnknownEntry):
            wd.open_file(name)


def test_write_tells_whether_the_file_is_new(wd: WorkDirectory) -> None:
    assert wd.write("out/new", [b"a", b"", b"bc"])
    assert not wd.write("out/new", iter([b"d"]))
    assert read(wd, "out/new") == b"d"


def test_broken_upload_leaves_the_old_content_and_nothing_else(wd: WorkDirectory) -> None:
    def breaks() -> Iterator[bytes]:
        yield b"half"
        raise ConnectionError

    with pytest.raises(ConnectionError):
        wd.write("out/RESULT", breaks())
    assert read(wd, "out/RESULT") == b"drink me"
    assert [entry.name for entry in wd.list("out")] == ["RESULT"]


def test_upload_under_way_is_not_listed(wd: WorkDirectory) -> None:
    def looks_around() -> Iterator[bytes]:
        yield b"half"
        assert [entry.name for entry in wd.list()] == ["out"]
        yield b" and half"

    assert wd.write("new", looks_around())
    assert read(wd, "new") == b"half and half"


def test_file_system_without_nameless_files_will_do(
    wd: WorkDirectory, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(os, "O_TMPFILE", os.O_DIRECTORY)  # a directory to write to: EISDIR
    test_broken_upload_leaves_the_old_content_and_nothing_else(wd)
    test_write_tells_whether_the_file_is_new(wd)


@pytest.mark.parametrize("path", ["", "out", "out/", "out/RESULT/x"])
def test_file_cannot_stand_where_a_directory_is_or_below_a_file(
    wd: WorkDirectory, path: str
) -> None:
    with pytest.raises(BadPath):
        wd.write(path, [b"x"])


@pytest.mark.parametrize("name", ["", ".", "..", "a b", "a/b", "a\tb", "a\0b", "ü" * 128])
def test_new_name_is_refused(wd: WorkDirectory, name: str) -> None:
    with pytest.raises(BadPath, match="failed to make empty file"):
        check_new_name(name)
    with pytest.raises(BadPath, match="failed to make subdirectory"):
        wd.make_directory("out", name)
    with pytest.raises(BadPath, match="failed to make empty file"):
        wd.upload("out", name, b"")


def test_strange_name_the_engine_made_can_be_replaced(wd: WorkDirectory) -> None:
    (wd.root / "a b").write_bytes(b"old")
    assert not wd.write("a b", [b"new"])
    assert read(wd, "a b") == b"new"


def test_directory_is_made_once(wd: WorkDirectory) -> None:
    wd.make_directory("", "IN")
    assert wd.is_dir("IN")
    for taken in ("IN", "out"):
        with pytest.raises(BadPath, match="failed to make subdirectory"):
            wd.make_directory("", taken)
    with pytest.raises(BadPath, match="subdirectory of a file"):
        wd.make_directory("out/RESULT", "x")


def test_upload_into_what_was_deleted_meanwhile_finds_no_entry(wd: WorkDirectory) -> None:
    def chunks() -> Iterator[bytes]:
        yield b"x"
        shutil.rmtree(wd.root)

    with pytest.raises(UnknownEntry):
        wd.write("new", chunks())


def test_upload_says_what_is_in_its_way(wd: WorkDirectory) -> None:
    assert wd.upload("out", "words.csv", b"one,two")
    assert not wd.upload("out", "words.csv", b"three")
    with pytest.raises(BadPath, match="file in a file"):
        wd.upload("out/RESULT", "x", b"")
    with pytest.raises(BadPath, match="overwrite a directory"):
        wd.upload("", "out", b"")


def test_delete_removes_a_tree_and_no_target_of_a_link(wd: WorkDirectory, tmp_path: Path) -> None:
    (wd.root / "out" / "link").symlink_to(tmp_path)
    (wd.root / "out" / "deep" / "er").mkdir(parents=True)
    (wd.root / "out" / "deep" / "er").chmod(0)
    os.mkfifo(wd.root / "out" / "deep" / "pipe")
    wd.delete("out/")
    assert wd.list() == []
    assert (tmp_path / "secret").exists()


def test_working_directory_itself_stays(wd: WorkDirectory) -> None:
    with pytest.raises(BadPath, match="failed to delete directory entry"):
        wd.delete("")


def test_very_deep_tree_is_deleted_and_refused_politely_by_walk(wd: WorkDirectory) -> None:
    here = os.open(wd.root, os.O_RDONLY)
    for _ in range(3000):
        os.mkdir("d", dir_fd=here)
        inner = os.open("d", os.O_RDONLY, dir_fd=here)
        os.close(here)
        here = inner
    os.close(here)
    with pytest.raises(BadPath, match="deep"):
        list(wd.walk())
    wd.delete("d")
    assert not wd.is_dir("d")


def test_walk_gives_every_file_with_its_path_from_there(wd: WorkDirectory) -> None:
    wd.make_directory("out", "PAGES")
    wd.write("out/PAGES/1", [b"x"])
    (wd.root / "out" / "link").symlink_to("../../secret")
    assert [place for place, _ in wd.walk("out")] == ["RESULT", "PAGES/1"]
    assert sorted(place for place, _ in wd.walk()) == ["out/PAGES/1", "out/RESULT"]


def test_remove_tree_takes_a_run_directory_away(wd: WorkDirectory, tmp_path: Path) -> None:
    remove_tree(wd.root)
    remove_tree(wd.root)
    assert [path.name for path in tmp_path.iterdir()] == ["secret"]


@pytest.mark.parametrize(
    ("path", "why"),
    [("/a", "absolute"), ("a/../b", "parent"), ("..", "parent"), ("a b", "name"), ("", "name"),
     ("a//b", "name")],
)  # fmt: skip
def test_file_of_an_input_is_refused(path: str, why: str) -> None:
    with pytest.raises(BadPath, match=why):
        check_relative(path)


def test_split_tolerates_one_slash_at_the_end() -> None:
    assert split("a/b/") == ("a", "b")
    assert split("/") == split("") == ()
    assert split("a//") == ("a", "")


NAMES = st.sampled_from(["..", ".", "", "link", "up", "in", "file", "secret", "\0", "a b", "é"])


@given(names=st.lists(NAMES, max_size=6), extra=st.text(max_size=5))
def test_no_path_leaves_its_directory(
    tmp_path_factory: pytest.TempPathFactory, names: list[str], extra: str
) -> None:
    """Whatever is asked for, what lies outside is neither read nor changed."""
    outside = tmp_path_factory.mktemp("outside")
    (outside / "secret").write_bytes(b"eat me")
    root = outside / "wd"
    (root / "in").mkdir(parents=True)
    (root / "in" / "up").symlink_to("../..")
    (root / "up").symlink_to("..")
    (root / "link").symlink_to(outside / "secret")
    wd, path = WorkDirectory(root), "/".join([*names, extra])
    for act in (
        lambda: read(wd, path),
        lambda: [entry.name for entry in wd.list(path)],
        lambda: wd.write(path, [b"x"]),
        lambda: wd.make_directory(path, "secret"),
        lambda: wd.delete(path),
    ):
        with contextlib.suppress(BadPath, UnknownEntry):
            assert act() not in (b"eat me", ["secret", "wd"])
    assert sorted(item.name for item in outside.iterdir()) == ["secret", "wd"]
    assert (outside / "secret").read_bytes() == b"eat me"


def test_created_file_never_replaces_another(tmp_path: Path) -> None:
    wd = WorkDirectory(tmp_path)
    assert wd.create("new", b"first")
    assert not wd.create("new", b"second")
    assert (tmp_path / "new").read_bytes() == b"first"
    (tmp_path / "link").symlink_to(tmp_path / "absent")
    assert not wd.create("link", b"third")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["link", "new"]
