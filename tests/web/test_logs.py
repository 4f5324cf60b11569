"""Logs, read from their end, followed and searched."""

from __future__ import annotations

from pathlib import Path

from taverna_server.data.paths import WorkDirectory
from taverna_server.web.runs.logs import Log, after, end_of, readable, search


def log(place: Path, *contents: bytes) -> Log:
    for number, content in enumerate(contents):
        (place / str(number)).write_bytes(content)
    names = tuple(map(str, range(len(contents))))
    return Log("detail", "What happened", WorkDirectory(place), names)


def test_several_files_are_one_text(tmp_path: Path) -> None:
    whole = log(tmp_path, b"one\ntwo\n", b"three\n", b"four\n")
    assert (whole.size, whole.read(4, 8), whole.read(14, 99)) == (19, b"two\nthre", b"four\n")
    assert list(whole.lines()) == ["one", "two", "three", "four"]


def test_end_begins_with_a_whole_line(tmp_path: Path) -> None:
    part = end_of(log(tmp_path, b"one\ntwo\nthree\n"), most=9)
    assert (part.text, part.start, part.end) == ("three\n", 8, 14)


def test_follower_gets_what_came_since(tmp_path: Path) -> None:
    growing = log(tmp_path, b"one\n")
    (tmp_path / "0").write_bytes(b"one\ntw\xc3")
    part = after(growing, 4)
    assert (part.text, part.end) == ("tw", 6)
    (tmp_path / "0").write_bytes(b"one\ntw\xc3\xb6\n")
    assert after(growing, 6).text == "ö\n"
    assert after(growing, 10_000).text == "one\ntwö\n"


def test_search_finds_lines_in_any_case(tmp_path: Path) -> None:
    found, all_of_them = search(log(tmp_path, b"Error: a\nfine\nERROR: b\n"), "error")
    assert (found, all_of_them) == ([(1, "Error: a"), (3, "ERROR: b")], True)
    found, all_of_them = search(log(tmp_path, b"x\n" * 10), "x", most=3)
    assert (len(found), all_of_them) == (3, False)


def test_log_that_is_not_there_is_empty(tmp_path: Path) -> None:
    absent = Log("stdout", "", WorkDirectory(tmp_path / "no"), ("stdout",))
    assert (end_of(absent).text, list(absent.lines())) == ("", [])


def test_colours_of_terminals_are_left_out() -> None:
    assert readable(b"\x1b[31mred\x1b[0m \x1b]0;title\x07plain\r\n") == "red plain\n"
