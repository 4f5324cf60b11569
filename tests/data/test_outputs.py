"""Output trees are written whole, and described without trusting what lies there."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from taverna_server.data.outputs import (
    OutputAbsent,
    OutputError,
    OutputList,
    OutputValue,
    describe_output,
    described_depth,
    error_text,
    file_name,
)
from taverna_server.data.values import (
    ErrorDocument,
    FileValue,
    ListValue,
    StackFrame,
    Value,
    make_list,
    read_bytes,
)
from tests.outputtrees import write_output

from .some_values import values

ERROR = ErrorDocument("Processor 'P' - Port 'o': boom")


def tree(root: Path) -> dict[str, bytes | None]:
    """Content by path; None for directories."""
    return {
        str(path.relative_to(root)): None if path.is_dir() else path.read_bytes()
        for path in sorted(root.rglob("*"))
    }


def nested(*lists: list[str]) -> Value:
    return make_list((make_list(items, 1) for items in lists), 2)


@pytest.mark.parametrize(
    ("value", "files"),
    [
        ("abc", {"out": b"abc"}),
        (make_list(["a", "b"]), {"out": None, "out/1": b"a", "out/2": b"b"}),
        (
            nested(["a"], ["b", "c"]),
            {"out": None, "out/1": None, "out/1/1": b"a", "out/2": None}
            | {"out/2/1": b"b", "out/2/2": b"c"},
        ),
        (ERROR, {"out.error": b"Processor 'P' - Port 'o': boom\n"}),
        (make_list(["a", ERROR]), {"out": None, "out/1": b"a", "out/2.error": error_text(ERROR)}),
        (ERROR.at_depth(1), {"out.error": error_text(ERROR)}),
        (make_list([], 1), {"out": None}),
        (nested(["a"], []), {"out": None, "out/1": None, "out/1/1": b"a", "out/2": None}),
        (nested([], ["a"]), {"out": None, "out/1": None, "out/2": None, "out/2/1": b"a"}),
        (b"\x00\xff", {"out": b"\x00\xff"}),
    ],
    ids=[f"I{number}" for number in range(1, 11)],
)
def test_layout_is_the_documented_one(
    tmp_path: Path, value: Value, files: dict[str, bytes | str | None]
) -> None:
    """Cases I1 to I10, saving whole values."""
    write_output(tmp_path / "d", "out", value)
    expected = {k: v.encode() if isinstance(v, str) else v for k, v in files.items()}
    assert tree(tmp_path / "d") == expected


def test_files_are_copied_as_they_are(tmp_path: Path) -> None:
    source = tmp_path / "source"
    source.write_bytes(b"\xe9" * 3_000_000)
    write_output(tmp_path / "d", "out", FileValue(source, "latin-1"))
    assert (tmp_path / "d" / "out").read_bytes() == source.read_bytes()


def test_saved_output_is_not_overwritten(tmp_path: Path) -> None:
    write_output(tmp_path, "out", "a")
    with pytest.raises(FileExistsError):
        write_output(tmp_path, "out", "b")


@pytest.mark.parametrize("port", ["../../etc/passwd", "/abs", ".", "..", "", "a\0b", "x" * 500])
def test_port_names_stay_in_the_directory(tmp_path: Path, port: str) -> None:
    write_output(tmp_path / "out", port, "v")
    (found,) = (tmp_path / "out").iterdir()
    assert describe_output(tmp_path / "out", port) == OutputValue(f"out/{found.name}", 1)


def test_ordinary_port_names_are_file_names() -> None:
    for port in ("text", "'xml-text'", "mobyData('DNASequence')", "a.b", "100%", "größe"):
        assert file_name(port) == port


@given(st.lists(st.text("/%2F5E0.\0a", max_size=6), unique=True, max_size=20))
@example(["a/b", "a%2Fb", "a%252Fb", "", "%", ".", "%2E", "%25"])
def test_different_ports_have_different_files(ports: list[str]) -> None:
    names = {file_name(port) for port in ports}
    assert len(names) == len(ports)
    assert all("/" not in name and "\0" not in name for name in names)


def matches(value: Value, root: Path, found: object) -> bool:
    """Whether a description tells what was written."""
    if isinstance(value, ListValue):
        same = isinstance(found, OutputList) and len(found.items) == len(value)
        return same and all(map(matches, value, [root] * len(value), found.items))
    if isinstance(value, ErrorDocument):
        content = error_text(value).encode()
        same = isinstance(found, OutputError) and (root / found.path).read_bytes() == content
        return same and found.size == len(content)
    same = isinstance(found, OutputValue) and (root / found.path).read_bytes() == read_bytes(value)
    return same and found.size == len(read_bytes(value))


@given(value=values(errors=True), port=st.text(max_size=8))
def test_description_finds_what_was_written(value: Value, port: str) -> None:
    with tempfile.TemporaryDirectory() as directory:
        root = Path(directory)
        write_output(root / "out", port, value)
        assert matches(value, root, describe_output(root / "out", port))


def test_missing_output_is_absent(tmp_path: Path) -> None:
    assert describe_output(tmp_path / "out", "X") == OutputAbsent()
    assert describe_output(tmp_path, "X") == OutputAbsent()


def test_suffixes_and_gaps_are_tolerated(tmp_path: Path) -> None:
    pages = tmp_path / "out" / "PAGES.d"
    pages.mkdir(parents=True)
    (pages / "1.html").write_text("one")
    (pages / "3.error").write_text("why")
    (pages / "notes").write_text("ignored")
    found = describe_output(tmp_path / "out", "PAGES")
    items = (
        OutputValue("out/PAGES.d/1.html", 3),
        OutputAbsent(),
        OutputError("out/PAGES.d/3.error", 3),
    )
    assert found == OutputList("out/PAGES.d", items)


def test_port_whose_name_begins_another_keeps_to_its_own(tmp_path: Path) -> None:
    write_output(tmp_path, "a.b", "1")
    write_output(tmp_path, "c.d", ERROR)
    assert describe_output(tmp_path, "a", others=["a.b", "c"]) == OutputAbsent()
    assert describe_output(tmp_path, "c", others=["c.d"]) == OutputAbsent()


def test_symbolic_links_are_not_followed(tmp_path: Path) -> None:
    (tmp_path / "secret").write_text("eat me")
    out = tmp_path / "out"
    (out / "L").mkdir(parents=True)
    (out / "V").symlink_to(tmp_path / "secret")
    (out / "D").symlink_to(tmp_path, target_is_directory=True)
    (out / "L" / "1").symlink_to(tmp_path / "secret")
    os.mkfifo(out / "F")
    assert {describe_output(out, port) for port in "VDF"} == {OutputAbsent()}
    assert describe_output(out, "L") == OutputList("out/L", ())
    (tmp_path / "link").symlink_to(out, target_is_directory=True)
    assert describe_output(tmp_path / "link", "L") == OutputAbsent()


def test_enormous_item_numbers_cost_nothing(tmp_path: Path) -> None:
    (tmp_path / "L").mkdir()
    for name in ("1", "999999999", "9" * 200, "01", "0"):
        (tmp_path / "L" / name).touch()
    found = describe_output(tmp_path, "L")
    assert isinstance(found, OutputList)
    assert len(found.items) == 1


def test_enormous_depth_is_cut_off(tmp_path: Path) -> None:
    directory = tmp_path / "L"
    for _ in range(300):
        directory = directory / "1"
    directory.mkdir(parents=True)
    assert described_depth(describe_output(tmp_path, "L")) == 100


@pytest.mark.parametrize(
    ("value", "depth"),
    [("a", 0), (ERROR.at_depth(2), 0), (make_list([], 1), 1), (nested([], ["a"]), 2)],
)
def test_depth_is_what_the_files_show(tmp_path: Path, value: Value, depth: int) -> None:
    write_output(tmp_path, "o", value)
    assert described_depth(describe_output(tmp_path, "o")) == depth


def test_error_text_tells_causes_and_where_they_came_from() -> None:
    root = ErrorDocument(
        "it broke", exception="java.lang.Exception: x", trace=(StackFrame("a.B.c", "B.java", 7),)
    )
    listed = make_list(["fine", root, root])
    text = error_text(ErrorDocument("top", causes=(root, listed, ERROR)))
    assert text == (
        "top\nSet of ErrorDocuments to follow.\n"
        "ErrorDocument 1\nit broke\njava.lang.Exception: x\na.B.c(B.java:7)\n\n"
        "ErrorDocument list 1\n"
        "it broke\njava.lang.Exception: x\na.B.c(B.java:7)\n\n"
        "it broke\njava.lang.Exception: x\na.B.c(B.java:7)\n\n"
        "ErrorDocument 1.2\nProcessor 'P' - Port 'o': boom\n\n"
    )


def test_error_text_of_shared_causes_is_cut_off() -> None:
    document = ErrorDocument("root")
    for level in range(1000):
        document = ErrorDocument(f"level {level}", causes=(document, document))
    text = error_text(document)
    assert text.startswith("level 999\n")
    assert text.endswith("(further causes are left out)\n")
