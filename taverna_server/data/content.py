"""What kind of content bytes are, by how they begin.

The table is our own, so the answer is the same on every machine.
"""

from __future__ import annotations

import re

EMPTY = "application/x-empty"
HTML = "text/html"
TEXT = "text/plain"
XML = "application/xml"
ZIP = "application/zip"
BYTES = "application/octet-stream"
HEAD = 1024
"""Bytes that are looked at."""

_BY_BEGINNING = (
    (b"\x89PNG\r\n\x1a\n", "image/png"),
    (b"\xff\xd8\xff", "image/jpeg"),
    (b"GIF87a", "image/gif"),
    (b"GIF89a", "image/gif"),
    (b"BM", "image/bmp"),
    (b"II*\0", "image/tiff"),
    (b"MM\0*", "image/tiff"),
    (b"%PDF-", "application/pdf"),
    (b"%!PS", "application/postscript"),
    (b"PK\x03\x04", ZIP),
    (b"PK\x05\x06", ZIP),
    (b"\x1f\x8b", "application/gzip"),
    (b"BZh", "application/x-bzip2"),
    (b"\xfd7zXZ\0", "application/x-xz"),
    (b"\x7fELF", "application/x-executable"),
    (b"\xca\xfe\xba\xbe", "application/java-vm"),
    (b"\xac\xed\0\x05", "application/x-java-serialized-object"),
    (b"{\\rtf", "application/rtf"),
)
_CONTAINERS = (
    (re.compile(rb"RIFF....WAVE", re.DOTALL), "audio/x-wav"),
    (re.compile(rb"RIFF....WEBP", re.DOTALL), "image/webp"),
    (re.compile(rb"ID3[\x02-\x04]|\xff[\xf2\xf3\xfb]"), "audio/mpeg"),
    (re.compile(rb"OggS\0"), "audio/ogg"),
    (re.compile(rb"....ftyp", re.DOTALL), "video/mp4"),
    (re.compile(rb"\x1a\x45\xdf\xa3"), "video/webm"),
)
_MARKUP = (
    (re.compile(rb"<!doctype\s+html|<html[\s>]", re.IGNORECASE), HTML),
    (re.compile(rb"(?:<\?xml[^>]*>\s*)?(?:<!--.*?-->\s*)*<svg[\s/>]", re.DOTALL), "image/svg+xml"),
    (re.compile(rb"<\?xml\s"), XML),
)
_NOT_TEXT = re.compile(rb"[\0-\x08\x0e-\x1a\x1c-\x1f\x7f]")


def of_content(head: bytes) -> str:
    """The media type by the first ``HEAD`` bytes alone; ``BYTES`` when they say nothing."""
    if not head:
        return EMPTY
    for beginning, found in _BY_BEGINNING:
        if head.startswith(beginning) and (len(beginning) > 2 or not _is_text(head)):
            return found
    return _of_text(head) if _is_text(head) else _of_container(head)


def _of_container(head: bytes) -> str:
    """Sound and film, and what else says it within the first bytes."""
    return next((found for pattern, found in _CONTAINERS if pattern.match(head)), BYTES)


def _of_text(head: bytes) -> str:
    beginning = head.removeprefix(b"\xef\xbb\xbf").lstrip()
    for pattern, found in _MARKUP:
        if pattern.match(beginning):
            return found
    return TEXT


def _is_text(head: bytes) -> bool:
    """UTF-8 without control characters; the last character may be cut off."""
    if _NOT_TEXT.search(head):
        return False
    try:
        head.decode()
    except UnicodeDecodeError as error:
        return len(head) >= HEAD and error.start > len(head) - 4
    return True
