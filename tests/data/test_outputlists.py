"""Lists of outputs, looked at a page at a time."""

from __future__ import annotations

from pathlib import Path

import pytest

from taverna_server.data.outputlists import ListFound, look, look_at_items
from taverna_server.data.outputs import OutputAbsent, OutputError, OutputValue
from taverna_server.errors import UnknownEntry

FILES = {
    "single": "x",
    "failed.error": "no\n",
    "nested/1/1": "one",
    "nested/1/2.error": "no\n",
    "nested/1/3": "three",
    **{f"many/{number}": "x" for number in range(1, 1001)},
}


@pytest.fixture
def out(tmp_path: Path) -> Path:
    for name, content in FILES.items():
        path = tmp_path / "out" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(content)
    (tmp_path / "out" / "nested" / "2").mkdir()
    return tmp_path / "out"


def test_values_errors_and_lists_are_told_apart(out: Path) -> None:
    assert look(out, "single") == OutputValue("out/single", 1)
    assert look(out, "failed") == OutputError("out/failed.error", 3)
    assert look(out, "nested") == ListFound("out/nested", 2, ())
    assert look(out, "nested", (0,)) == ListFound("out/nested/1", 3, (1,))
    assert look(out, "nested", (1,)) == ListFound("out/nested/2", 0, ())
    assert look(out, "nested", (0, 1)) == OutputError("out/nested/1/2.error", 3)


def test_page_of_a_list_is_its_items(out: Path) -> None:
    page = look_at_items(out, "many", (), range(998, 1010))
    assert [(number, getattr(it, "path", "")) for number, it in page] == [
        (998, "out/many/999"),
        (999, "out/many/1000"),
    ]


def test_what_is_not_there(out: Path, tmp_path: Path) -> None:
    assert look(out, "never") == look(tmp_path / "no", "x") == OutputAbsent()
    assert look_at_items(out, "never", (), range(5)) == []
    for index in [(5,), (-1,), (0, 0, 0)]:
        with pytest.raises(UnknownEntry):
            look(out, "nested", index)
    with pytest.raises(UnknownEntry):
        look(out, "never", (0,))


def test_gap_and_suffix_are_items(out: Path) -> None:
    (out / "odd").mkdir()
    for name in ("1.txt", "3", "3.txt", "999999", "note"):
        (out / "odd" / name).write_text("x")
    page = look_at_items(out, "odd", (), range(10))
    assert [getattr(it, "path", None) for _, it in page] == ["out/odd/1.txt", None, "out/odd/3"]


def test_link_is_not_followed(out: Path, tmp_path: Path) -> None:
    (tmp_path / "secret").mkdir()
    (tmp_path / "secret" / "1").write_text("x")
    (out / "link").symlink_to(tmp_path / "secret")
    assert look(out, "link") == OutputAbsent()
    with pytest.raises(UnknownEntry):
        look(out, "link", (0,))


def test_list_that_grew_is_read_again(out: Path) -> None:
    assert getattr(look(out, "many"), "total", 0) == 1000
    (out / "many" / "1001").write_text("x")
    assert getattr(look(out, "many"), "total", 0) == 1001
