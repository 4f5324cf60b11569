"""A REANA workflow as somebody brings it: ``reana.yaml``, or a ZIP that has it and its files.

The ZIP may have everything in one directory, as archives of repositories do. Its names
must be paths inside, of plain files, each once; their number and their sizes unpacked
are bounded before anything is unpacked, and no entry can give more than it says. The
files are for the workspace of a run; they are read from the ZIP each time.
"""

from __future__ import annotations

import re
import stat
import zipfile
import zlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from io import BytesIO
from pathlib import PurePosixPath
from typing import Any

from taverna_server.errors import BadRequest, MalformedDocument
from taverna_server.workflow.reana import TAVERNA, Specification, read_specification
from taverna_server.workflow.reanayaml import read_yaml
from taverna_server.workflow.wfbundle.archive import check_directory

NAMES = ("reana.yaml", "reana.yml", "reana.json")
MOST_FILES = 2000
MOST_UNPACKED = 256 << 20
DEEPEST = 20
PIECE = 1 << 20
_LOOKED_AT = 1 << 20
_ZIP = b"PK\x03\x04"
_ENCRYPTED = 1
_WORKFLOW = re.compile(rb"""^\s*["']?workflow["']?\s*:""", re.MULTILINE)
_FAULTS = (
    zipfile.BadZipFile, zlib.error, NotImplementedError, RuntimeError, EOFError, OSError,
    ValueError, OverflowError,
)  # fmt: skip
"""What zipfile raises for damage and for methods that it does not know."""


@dataclass(frozen=True, slots=True)
class Pack:
    """A specification, with the files that came with it by their paths in the workspace."""

    specification: Specification
    files: Mapping[str, str] = field(default_factory=dict)
    """Names in the ZIP by paths."""
    document: bytes = b""

    def missing_files(self) -> list[str]:
        """Files that a run needs and that did not come."""
        wanted = [*(self.specification.document["inputs"].get("files") or ())]
        file = self.specification.file
        if file and not self.specification.document["workflow"].get("specification"):
            wanted.append(file)
        return [name for name in dict.fromkeys(map(_plain, wanted)) if name not in self.files]

    def pieces(self, path: str) -> Iterator[bytes]:
        """The content of a file.

        Raises:
            MalformedDocument: it is damaged.
        """
        try:
            archive = zipfile.ZipFile(BytesIO(self.document))
            with archive, archive.open(self.files[path]) as entry:
                yield from iter(lambda: entry.read(PIECE), b"")
        except _FAULTS as error:
            raise MalformedDocument(f"'{path}' of the ZIP cannot be read: {error}") from error

    def content(self, path: str, most: int) -> bytes:
        """A short file whole. Raises MalformedDocument where it is damaged or longer."""
        found = b""
        for piece in self.pieces(path):
            found += piece
            if len(found) > most:
                raise MalformedDocument(f"'{path}' of the ZIP has more than {most:,} bytes")
        return found


def is_pack(document: bytes) -> bool:
    """Whether it is for ``read_pack``, and no document of Taverna."""
    if document.startswith(_ZIP):
        try:
            return _place_of_specification(_names(document)) is not None
        except MalformedDocument:
            return False
    document = document[:_LOOKED_AT]
    head = document.removeprefix(b"\xef\xbb\xbf").lstrip()[:1]
    return (head != b"<" and _WORKFLOW.search(document) is not None) or head == b"{"


def read_pack(document: bytes) -> Pack:
    """Raises MalformedDocument, with a sentence, for what cannot be a workflow."""
    pack = _zipped(document) if document.startswith(_ZIP) else Pack(_specification(document))
    name = _file_of_parameters(pack.specification)
    return _with_parameters_of(pack, name) if name in pack.files else pack


def _specification(content: bytes) -> Specification:
    try:
        return read_specification(read_yaml(content))
    except MalformedDocument as error:
        raise MalformedDocument(str(error).rstrip(".")) from error
    except BadRequest as error:
        raise MalformedDocument(str(error).rstrip(".")) from error


def _zipped(document: bytes) -> Pack:
    entries = _entries(document)
    found = _place_of_specification(entries)
    if found is None:
        raise MalformedDocument(f"the ZIP has no {NAMES[0]}")
    below = found.rpartition("/")[0]
    inside = {name: info for name, info in entries.items() if _is_below(name, below)}
    files = {name.removeprefix(f"{below}/"): info.filename for name, info in inside.items()}
    whole = Pack(_NOTHING, files, document)
    # Up to what YAML may have, and a byte more, which is then refused.
    content = whole.content(found.rpartition("/")[2], PIECE + 1)
    return Pack(_specification(content), files, document)


_NOTHING = Specification({}, "")


def _is_below(name: str, directory: str) -> bool:
    return not directory or name.startswith(f"{directory}/")


def _names(document: bytes) -> list[str]:
    check_directory(document)
    try:
        return zipfile.ZipFile(BytesIO(document)).namelist()
    except _FAULTS as error:
        raise MalformedDocument(f"not a readable ZIP file: {error}") from error


def _place_of_specification(names: Any) -> str | None:
    """At the top, or in a directory there."""
    found = [name for name in names if name.rpartition("/")[2] in NAMES and name.count("/") < 2]
    return min(found, key=lambda name: (name.count("/"), name), default=None)


def _entries(document: bytes) -> dict[str, zipfile.ZipInfo]:
    """The files by their names, all of which are paths inside."""
    check_directory(document)
    try:
        listed = zipfile.ZipFile(BytesIO(document)).infolist()
    except _FAULTS as error:
        raise MalformedDocument(f"not a readable ZIP file: {error}") from error
    if len(listed) > MOST_FILES:
        raise MalformedDocument(f"the ZIP has more than {MOST_FILES:,} files")
    if sum(info.file_size for info in listed) > MOST_UNPACKED:
        raise MalformedDocument(f"the ZIP has more than {MOST_UNPACKED:,} bytes unpacked")
    found: dict[str, zipfile.ZipInfo] = {}
    for info in listed:
        _check_entry(info)
        if info.is_dir() or info.filename.startswith("__MACOSX/"):
            continue
        if _plain(info.filename) in found:
            raise MalformedDocument(f"the ZIP has '{info.filename[:80]}' twice")
        found[_plain(info.filename)] = info
    _check_no_file_is_a_directory(found)
    return found


def _check_entry(info: zipfile.ZipInfo) -> None:
    name, kind = info.filename, stat.S_IFMT(info.external_attr >> 16)
    steps = name.rstrip("/").split("/")
    if not name or name.startswith("/") or ".." in steps or "\\" in name or "\0" in name:
        raise MalformedDocument(f"the ZIP has '{name[:80]}', which is not a path inside it")
    if len(steps) > DEEPEST or any(len(step.encode(errors="replace")) > 255 for step in steps):
        raise MalformedDocument(f"the ZIP has '{name[:80]}...', which is too long or too deep")
    if kind not in (0, stat.S_IFREG, stat.S_IFDIR):
        raise MalformedDocument(f"'{name[:80]}' of the ZIP is a link or a device, not a file")
    if info.flag_bits & _ENCRYPTED:
        raise MalformedDocument(f"'{name[:80]}' of the ZIP is encrypted")


def _check_no_file_is_a_directory(found: Mapping[str, object]) -> None:
    for name in found:
        for parent in PurePosixPath(name).parents:
            if str(parent) in found:
                raise MalformedDocument(f"'{parent}' of the ZIP is a file and a directory")


def _plain(name: str) -> str:
    return "/".join(step for step in name.split("/") if step not in ("", "."))


def _file_of_parameters(said: Specification) -> str:
    """``parameters: {input: FILE}`` of CWL and Snakemake: the client reads the file (6.2)."""
    name = said.parameters.get("input")
    if said.type not in ("cwl", "snakemake") or list(said.parameters) != ["input"]:
        return ""
    is_file = isinstance(name, str) and name.endswith((".yaml", ".yml", ".json"))
    return _plain(str(name)) if is_file else ""


def _with_parameters_of(pack: Pack, name: str) -> Pack:
    said = pack.specification
    parameters = read_yaml(pack.content(name, PIECE + 1))
    if not isinstance(parameters, dict):
        raise MalformedDocument(f"'{name}' has no parameters by name")
    inputs = {**said.document["inputs"], "parameters": parameters}
    found = read_specification({**said.document, "inputs": inputs})
    return Pack(found, pack.files, pack.document)


def check_complete(pack: Pack) -> None:
    """Whether it can be run with no more than files that a form takes one by one.

    Raises:
        MalformedDocument: no; the sentence names what is missing.
    """
    said = pack.specification
    parameters = _file_of_parameters(said)
    if parameters:
        raise MalformedDocument(f"inputs.parameters are in '{parameters}': send a ZIP with it")
    inline = said.document["workflow"].get("specification")
    if pack.files and said.file and not inline and _plain(said.file) not in pack.files:
        raise MalformedDocument(f"workflow.file is '{said.file}', which is not in the ZIP")
    if said.type == TAVERNA and not inline and not pack.files:
        raise MalformedDocument("a Taverna workflow comes in a ZIP with its reana.yaml")
    for name in map(_plain, said.document["inputs"].get("directories") or ()):
        if not any(path.startswith(f"{name}/") for path in pack.files):
            raise MalformedDocument(
                f"inputs.directories has '{name}', of which no files came: send a ZIP with them"
            )
