"""What kind of content a file holds: by its name, then by how it begins.

The table of names is our own, so the answer is the same on every machine; the
rest of it is Python's built-in one, without the system's files. Protocol
dossier 8.5 has the names clients rely on, 7.2 the rules for outputs.
"""

from __future__ import annotations

import mimetypes
import re

from taverna_server.rest.negotiation import BYTES, JSON, T2FLOW, TEXT, XML, ZIP

EMPTY = "application/x-empty"
HTML = "text/html"
HEAD = 1024
"""Bytes that are looked at."""

_BY_NAME = {
    "baclava": "application/vnd.taverna.baclava+xml",
    "robundle.zip": "application/vnd.wf4ever.robundle+zip",
    "bundle.zip": "application/vnd.wf4ever.robundle+zip",
    "t2flow": T2FLOW,
    "atom": "application/atom+xml",
    "error": TEXT,
    "html": HTML,
    "htm": HTML,
    "js": "text/javascript",
    "css": "text/css",
    "json": JSON,
    "txt": TEXT,
    "log": TEXT,
    "csv": "text/csv",
    "tsv": "text/tab-separated-values",
    "xml": XML,
    "rdf": "application/rdf+xml",
    "ttl": "text/turtle",
    "png": "image/png",
    "jpg": "image/jpeg",
    "gif": "image/gif",
    "svg": "image/svg+xml",
    "pdf": "application/pdf",
    "zip": ZIP,
}
_BUILT_IN = mimetypes.MimeTypes()  # reads no file of the system

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
_MARKUP = (
    (re.compile(rb"<!doctype\s+html|<html[\s>]", re.IGNORECASE), HTML),
    (re.compile(rb"(?:<\?xml[^>]*>\s*)?(?:<!--.*?-->\s*)*<svg[\s/>]", re.DOTALL), "image/svg+xml"),
    (re.compile(rb"<\?xml\s"), XML),
)
_NOT_TEXT = re.compile(rb"[\0-\x08\x0e-\x1a\x1c-\x1f\x7f]")
_TEXTUAL = re.compile(r"text/.*|.*[/+](?:xml|json|javascript)")


def of_file(name: str, head: bytes) -> str:
    """The media type of a file: its name decides, else its first bytes (dossier 8.5)."""
    return _by_name(name.lower()) or of_content(head)


def of_content(head: bytes) -> str:
    """The media type by the first ``HEAD`` bytes alone; ``BYTES`` when they say nothing."""
    if not head:
        return EMPTY
    for beginning, found in _BY_BEGINNING:
        if head.startswith(beginning) and (len(beginning) > 2 or not _is_text(head)):
            return found
    return _of_text(head) if _is_text(head) else BYTES


def is_textual(media_type: str) -> bool:
    """Whether a person can read it, so that ``text/plain`` is a fair name for it, too."""
    return media_type == EMPTY or _TEXTUAL.fullmatch(media_type) is not None


def _by_name(name: str) -> str | None:
    parts = name.split(".")[1:]
    for start in range(len(parts)):  # the longest ending first
        if found := _BY_NAME.get(".".join(parts[start:])):
            return found
    found, encoding = _BUILT_IN.guess_type(f"x.{parts[-1]}") if parts else (None, None)
    return None if encoding else found


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
