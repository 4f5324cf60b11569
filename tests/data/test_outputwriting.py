"""Outputs are written as they come, and are in the end what they would be if written at once."""

from __future__ import annotations

import os
import random
import tempfile
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from taverna_server.data.outputwriting import OutputWriter, Place
from taverna_server.data.values import ErrorDocument, FileValue, ListValue, Value, make_list
from taverna_server.data.wholefiles import UNFINISHED
from tests.outputtrees import write_output

from .some_values import values
from .test_outputs import ERROR, nested, tree


@pytest.fixture
def writer(tmp_path: Path) -> Iterator[OutputWriter]:
    with closing(OutputWriter(tmp_path / "out")) as made:
        yield made


def test_item_is_there_when_it_came(writer: OutputWriter, tmp_path: Path) -> None:
    writer.token("o", (1, 0), "b")
    assert tree(tmp_path) == {"out": None, "out/o": None, "out/o/2": None, "out/o/2/1": b"b"}


def test_what_was_written_is_left_alone(writer: OutputWriter, tmp_path: Path) -> None:
    writer.token("o", (0,), "a")
    before = (tmp_path / "out/o/1").stat()
    writer.token("o", (), make_list(["a"]))
    after = (tmp_path / "out/o/1").stat()
    assert (after.st_ino, after.st_mtime_ns) == (before.st_ino, before.st_mtime_ns)


def test_list_brings_what_no_item_brought(writer: OutputWriter, tmp_path: Path) -> None:
    """Empty lists between others, and errors in gaps."""
    writer.token("o", (1, 1), "b")
    inner = make_list([ErrorDocument("gap"), "b"])
    writer.token("o", (1,), inner)
    writer.token("o", (), make_list([ListValue((), 1), inner, ListValue((), 1)]))
    assert tree(tmp_path / "out") == {
        "o": None, "o/1": None, "o/2": None, "o/2/1.error": b"gap\n", "o/2/2": b"b", "o/3": None,
    }  # fmt: skip


def test_error_in_place_of_a_list_replaces_its_items(writer: OutputWriter, tmp_path: Path) -> None:
    writer.token("o", (0,), "a")
    writer.token("o", (), ERROR.at_depth(1))
    assert list(tree(tmp_path / "out")) == ["o.error"]


def test_large_item_is_copied(writer: OutputWriter, tmp_path: Path) -> None:
    (tmp_path / "large").write_bytes(b"x" * 3_000_000)
    writer.token("o", (0,), FileValue(tmp_path / "large"))
    assert (tmp_path / "out/o/1").read_bytes() == b"x" * 3_000_000


def test_what_lies_there_is_not_replaced(writer: OutputWriter, tmp_path: Path) -> None:
    (tmp_path / "out/o").mkdir(parents=True)
    with pytest.raises(FileExistsError) as refused:
        writer.token("o", (0,), "a")
    assert refused.value.filename == str(tmp_path / "out" / "o")


def test_ports_with_like_names_do_not_meet(writer: OutputWriter, tmp_path: Path) -> None:
    writer.token("o.error", (), "a")
    writer.token("o", (), "b")
    assert tree(tmp_path / "out") == {"o": b"b", "o.error": b"a"}


def test_memory_is_that_of_lists_not_of_items(writer: OutputWriter) -> None:
    for number in range(1000):
        writer.token("o", (number,), "x")
    assert len(writer._lists) == 1
    writer.token("o", (), make_list(["x"] * 1000))
    assert not writer._lists


def test_no_part_of_a_file_is_seen(
    writer: OutputWriter, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Also when the disk is full in the middle."""
    seen: list[dict[str, Any]] = []
    really = os.write

    def write(handle: int, content: bytes) -> int:
        seen.append(tree(tmp_path))
        if len(seen) > 1:
            raise OSError(28, "No space left on device")
        return really(handle, content[:2])

    monkeypatch.setattr(os, "write", write)
    with pytest.raises(OSError, match="No space left"):
        writer.token("o", (0,), "abcdef")
    assert seen == [{"out": None, "out/o": None}] * 2
    assert tree(tmp_path) == seen[0]


def test_file_systems_without_nameless_files_will_do(
    writer: OutputWriter, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    really = os.open

    def plain(path: Any, flags: int, *more: Any, **others: Any) -> int:
        if flags & os.O_TMPFILE == os.O_TMPFILE:
            raise OSError(95, "Operation not supported")
        return really(path, flags, *more, **others)

    monkeypatch.setattr(os, "open", plain)
    (tmp_path / "file").write_text("c")
    writer.token("o", (0,), FileValue(tmp_path / "file"))
    writer.token("o", (), make_list(["c", "d"]))
    assert tree(tmp_path / "out") == {"o": None, "o/1": b"c", "o/2": b"d"}
    with pytest.raises(FileExistsError):
        writer._files.create(str(tmp_path / "out"), "o", b"")
    assert not (tmp_path / "out" / UNFINISHED).exists()


def tokens(value: Value, shuffle: random.Random, at: Place = ()) -> list[tuple[Place, Value]]:
    """A list after its items, some of which come only with it; items in any order."""
    found: list[tuple[Place, Value]] = []
    if isinstance(value, ListValue):
        parts = [tokens(item, shuffle, (*at, n)) for n, item in enumerate(value)]
        shuffle.shuffle(parts)
        found = [token for part in parts if shuffle.random() < 0.9 for token in part]
    return [*found, (at, value)]


@given(values(), st.randoms(use_true_random=False))
@settings(deadline=None, max_examples=50)
def test_any_order_of_items_gives_the_same_files(value: Value, shuffle: random.Random) -> None:
    with tempfile.TemporaryDirectory() as name:
        root = Path(name)
        write_output(root / "whole", "o", value)
        with closing(OutputWriter(root / "items")) as writer:
            for place, part in tokens(value, shuffle):
                writer.token("o", place, part)
        assert tree(root / "items") == tree(root / "whole")


def test_nested_lists_take_their_items_as_they_come(writer: OutputWriter, tmp_path: Path) -> None:
    whole = nested(["a"], ["b", "c"])
    for place, item in (((1, 1), "c"), ((0, 0), "a"), ((1, 0), "b")):
        writer.token("o", place, item)
    writer.token("o", (), whole)
    write_output(tmp_path / "whole", "o", whole)
    assert tree(tmp_path / "out") == tree(tmp_path / "whole")
