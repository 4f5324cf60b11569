"""What pages show for values of every kind."""

from __future__ import annotations

import pytest

from taverna_server.web.runs.previews import ERROR, MOST_TEXT, Preview, preview_bytes


def kind(content: bytes, media_type: str | None = None) -> str:
    return preview_bytes(content, media_type).kind


@pytest.mark.parametrize(
    ("content", "media_type", "expected"),
    [
        (b"drink me", None, "text"),
        (b"<?xml version='1.0'?><a><b/></a>", None, "xml"),
        (b"<?xml version='1.0'?><a><b></a>", None, "text"),
        (b"<!doctype html><script>alert(1)</script>", None, "page"),
        (b"\x89PNG\r\n\x1a\nrest", None, "picture"),
        (b"<svg xmlns='http://www.w3.org/2000/svg' onload='x()'/>", None, "picture"),
        (b'{"a": [1, 2]}', None, "json"),
        (b"{ not json", None, "text"),
        (b"a,b\n1,2\n3,4\n", None, "table"),
        (b"Dear Alice,\nthank you,\n", None, "text"),
        (b"a,b\n", "text/csv", "table"),
        (b"%PDF-1.4", None, "document"),
        (b"xx", "video/mp4", "film"),
        (b"xx", "audio/ogg", "sound"),
        (b"\0\1\2", None, "other"),
        (b"xx", "chemical/x-pdb", "other"),
        (b"", None, "empty"),
        (b"it broke", ERROR, "error"),
        (b"[" * 100_000, None, "text"),
        (b"[" * 980 + b"]" * 980, None, "text"),
        (b'["\\ud800"]', None, "text"),
        (b"[" * 500 + b"1," * 9999 + b"1" + b"]" * 500, None, "text"),
        (b"<?xml version='1.0'?>" + b"<a>" * 200 + b"<b/>" * 9999 + b"</a>" * 200, None, "text"),
    ],
)
def test_every_type_has_its_preview(content: bytes, media_type: str | None, expected: str) -> None:
    assert kind(content, media_type) == expected


def test_structure_is_indented() -> None:
    assert preview_bytes(b"<?xml version='1.0'?><a><b/></a>").text == "<a>\n  <b/>\n</a>"
    assert preview_bytes(b'{"a": 1}').text == '{\n  "a": 1\n}'


def test_entities_are_not_expanded() -> None:
    bomb = b"<?xml version='1.0'?><!DOCTYPE a [<!ENTITY b 'bomb'>]><a>&b;</a>"
    assert preview_bytes(bomb) == Preview("text", "application/xml", len(bomb), bomb.decode())


def test_long_text_is_cut() -> None:
    found = preview_bytes("ä".encode() * MOST_TEXT)
    assert (found.cut, len(found.text)) == (True, MOST_TEXT // 2)


def test_table_has_its_first_rows() -> None:
    found = preview_bytes("".join(f"{n}\t{n * n}\n" for n in range(1000)).encode())
    assert (found.kind, found.cut, len(found.rows), found.rows[2]) == (
        "table",
        True,
        100,
        ("2", "4"),
    )
