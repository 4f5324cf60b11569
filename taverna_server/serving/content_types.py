"""What kind of content a file holds: by its name, then by how it begins.

The table of names is our own, so the answer is the same on every machine; the
rest of it is Python's built-in one, without the system's files. Protocol
dossier 8.5 has the names clients rely on, 7.2 the rules for outputs.
"""

from __future__ import annotations

import mimetypes
import re

from taverna_server.data.content import EMPTY, HEAD, HTML, of_content
from taverna_server.serving.negotiation import JSON, ROBUNDLE, T2FLOW, TEXT, XML, ZIP

__all__ = ["EMPTY", "HEAD", "HTML", "is_textual", "of_content", "of_file"]

_BY_NAME = {
    "baclava": "application/vnd.taverna.baclava+xml",
    "robundle.zip": ROBUNDLE,
    "bundle.zip": ROBUNDLE,
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

_TEXTUAL = re.compile(r"text/.*|.*[/+](?:xml|json|javascript)")


def of_file(name: str, head: bytes) -> str:
    """The media type of a file: its name decides, else its first bytes (dossier 8.5)."""
    return _by_name(name.lower()) or of_content(head)


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
