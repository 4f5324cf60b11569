"""What kind of content a file holds."""

from __future__ import annotations

import pytest

from taverna_server.serving.content_types import HEAD, is_textual, of_content, of_file


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("page.html", "text/html"),
        ("pmrpc.js", "text/javascript"),
        ("data.JSON", "application/json"),
        ("detail.log", "text/plain"),
        ("in.baclava", "application/vnd.taverna.baclava+xml"),
        ("x.robundle.zip", "application/vnd.wf4ever.robundle+zip"),
        ("my.data.zip", "application/zip"),
        ("RESULT.error", "text/plain"),
        ("out.xml", "application/xml"),
        ("movie.mp4", "video/mp4"),
        ("words.tar.gz", "text/plain"),
        (".hidden", "text/plain"),
        ("RESULT", "text/plain"),
    ],
)
def test_name_decides_then_content(name: str, expected: str) -> None:
    assert of_file(name, b"some words") == expected


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (b"", "application/x-empty"),
        (b"\x89PNG\r\n\x1a\n....", "image/png"),
        (b"GIF89a", "image/gif"),
        (b"%PDF-1.4", "application/pdf"),
        (b"PK\x03\x04", "application/zip"),
        (b"<?xml version='1.0'?><a/>", "application/xml"),
        (b"\xef\xbb\xbf<?xml version='1.0'?><a/>", "application/xml"),
        (b"<?xml version='1.0'?><svg xmlns=''/>", "image/svg+xml"),
        (b"<svg/>", "image/svg+xml"),
        (b"  <!DOCTYPE html><html>", "text/html"),
        (b"<HTML><body>", "text/html"),
        (b"BM is how this text begins", "text/plain"),
        (b"BM\0\0\1", "image/bmp"),
        ("Grüße".encode(), "text/plain"),
        ("Grüße".encode("latin-1"), "application/octet-stream"),
        (b"\0\1\2", "application/octet-stream"),
        (b"MZ\x90\0", "application/octet-stream"),
    ],
)
def test_content_speaks_for_itself(content: bytes, expected: str) -> None:
    assert of_content(content) == expected


def test_character_cut_off_at_the_end_is_still_text() -> None:
    head = ("x" * (HEAD - 1) + "ü").encode()[:HEAD]
    assert of_content(head) == "text/plain"


def test_textual_types_may_be_had_as_plain_text() -> None:
    assert all(map(is_textual, ["text/csv", "application/xml", "image/svg+xml", "text/javascript"]))
    assert not any(map(is_textual, ["image/png", "application/zip", "application/octet-stream"]))
