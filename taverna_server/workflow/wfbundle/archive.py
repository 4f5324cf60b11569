"""ZIP files from strangers, read within bounds.

The directory of a ZIP says what it likes: how many entries, how large, where.
Here its size is measured before it is read, an entry is unpacked up to a limit
and not up to what it claims, and all of them together up to another. Nothing is
written to disk and names are only compared, so paths that lead out lead nowhere.
"""

from __future__ import annotations

import struct
import zipfile
import zlib
from io import BytesIO

from taverna_server.errors import MalformedDocument

MAX_DIRECTORY = 1 << 20
"""Bytes of the directory: twenty thousand entries at most, a large bundle has a thousand."""
MAX_PART = 8 << 20
MAX_TOTAL = 32 << 20
"""Bytes of one entry and of all that are read, unpacked."""

_END = struct.Struct("<4s4H2LH")
_END_SIGNATURE = b"PK\x05\x06"
_LOCATOR_SIGNATURE = b"PK\x06\x07"
_LOCATOR_SIZE = 20
_FAULTS = (
    zipfile.BadZipFile, zlib.error, struct.error, NotImplementedError, RuntimeError, EOFError,
    OSError, ValueError, OverflowError,
)  # fmt: skip
"""What zipfile raises for damage, encryption and methods it does not know."""


class Archive:
    """The entries of a ZIP by name."""

    def __init__(self, document: bytes) -> None:
        """Raises MalformedDocument: no ZIP, or one with too many entries."""
        check_directory(document)
        try:
            self._zip = zipfile.ZipFile(BytesIO(document))
        except _FAULTS as error:
            raise MalformedDocument(f"not a readable ZIP file: {error}") from error
        self._sizes: dict[str, int] = {}

    def __contains__(self, name: str) -> bool:
        return name in self._zip.NameToInfo

    def names(self) -> list[str]:
        return list(self._zip.NameToInfo)

    def read(self, name: str, limit: int = MAX_PART) -> bytes:
        """The content of an entry.

        Raises:
            MalformedDocument: missing, damaged, encrypted or too large.
        """
        if name not in self:
            raise MalformedDocument(f"the bundle has no '{name}'")
        allowed = min(limit, MAX_TOTAL - sum(self._sizes.values()))
        try:
            with self._zip.open(name) as entry:
                content = entry.read(allowed + 1)
        except _FAULTS as error:
            raise MalformedDocument(f"'{name}' of the bundle cannot be read: {error}") from error
        if len(content) > allowed:
            raise MalformedDocument(f"'{name}' of the bundle is larger than {allowed} bytes")
        self._sizes[name] = len(content)
        return content


def check_directory(document: bytes) -> None:
    """Looks for the end record where zipfile will, so that both see the same one."""
    start = len(document) - _END.size
    if not (document[start : start + 4] == _END_SIGNATURE and document.endswith(b"\0\0")):
        start = document.rfind(_END_SIGNATURE, max(0, len(document) - _END.size - (1 << 16)))
    if start < 0 or start + _END.size > len(document):
        raise MalformedDocument("not a readable ZIP file: it has no directory")
    if document[max(0, start - _LOCATOR_SIZE) : start].startswith(_LOCATOR_SIGNATURE):
        raise MalformedDocument("a ZIP file of the 64-bit kind is too large for a workflow")
    size = _END.unpack_from(document, start)[5]
    if size > MAX_DIRECTORY:
        raise MalformedDocument(f"the ZIP file has a directory of {size} bytes: too many entries")
