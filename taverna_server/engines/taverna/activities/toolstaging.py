"""Puts the inputs of an external tool where its command expects them.

Values become files in the tool's directory or words in its command; the table
of tags says for each what stands for it there (activities.md 10, local
execution, 1 to 3).
"""

from __future__ import annotations

import codecs
import itertools
import re
import shutil
import urllib.error
import urllib.request
from collections.abc import Iterable
from pathlib import Path, PurePosixPath

from taverna_server.data.values import (
    ErrorDocument,
    FileValue,
    ListValue,
    Single,
    Value,
    read_bytes,
    read_text,
)
from taverna_server.engines.taverna.activities.base import ActivityFailure, Inputs
from taverna_server.engines.taverna.activities.tooldescription import (
    Placement,
    StaticInput,
    Tool,
    ToolInput,
)

_TAG = re.compile("%%(.+?)%%")
_FETCH_PATIENCE = 60
_unique_ids = itertools.count()


class Staging:
    """The directory of one invocation, being filled."""

    def __init__(self, directory: Path, seen_as: str | None = None) -> None:
        """``seen_as`` is where the tool will find the directory, if not there."""
        self.directory = directory
        self._seen_as = PurePosixPath(seen_as or directory)
        self._tags = {"uniqueID": str(next(_unique_ids))}
        self._temporary = itertools.count()

    def stage(self, tool: Tool, inputs: Inputs) -> str:
        """Place all inputs and return the command with its tags replaced.

        Raises:
            ActivityFailure: an input is missing or cannot be placed.
        """
        for given in tool.inputs:
            if given.port not in inputs:
                raise ActivityFailure(f"No input specified for {given.port}")
            self._place_input(given, inputs[given.port])
        for static in tool.static_inputs:
            self._place(static.placement, _content(static))
        return _TAG.sub(lambda found: self._tags.get(found[1], found[0]), tool.command)

    def _place_input(self, given: ToolInput, value: Value) -> None:
        if not given.is_list:
            self._place(given.placement, _single(value), copy=given.force_copy)
        elif given.concatenate:
            self._place(given.placement, _concatenated(_items(value), given.placement.binary))
        else:
            self._place_listing(given, [self._item(given, item) for item in _items(value)])

    def _item(self, given: ToolInput, item: Single) -> Path:
        file = self._temporary_file()
        _write(file, item, given.placement, given.force_copy)
        return file

    def _place_listing(self, given: ToolInput, files: list[Path]) -> None:
        """The files' paths under the tag, their names under another."""
        end = " " if given.placement.replaces else "\n"
        for suffix, words in (
            ("", map(self._seen, files)),
            ("_NAMES", (file.name for file in files)),
        ):
            placement = given.placement
            tag = placement.tag + suffix
            text = "".join(word + end for word in words)
            listing = Placement(tag, placement.file, placement.temporary, False, placement.charset)
            self._place(listing, text)

    def _place(self, placement: Placement, value: Single, copy: bool = False) -> None:
        if placement.replaces:
            self._tags[placement.tag] = read_text(value)
            return
        file = self._named_file(placement.tag) if placement.file else self._temporary_file()
        _write(file, value, placement, copy)
        self._tags[placement.tag] = self._seen(file)

    def _seen(self, file: Path) -> str:
        """The path of a file for the tool."""
        return str(self._seen_as / file.relative_to(self.directory))

    def _named_file(self, tag: str) -> Path:
        path = PurePosixPath(tag)
        if path.is_absolute() or ".." in path.parts or not path.parts:
            raise ActivityFailure(f"An input cannot be placed in a file called '{tag}'")
        file = self.directory / path
        file.parent.mkdir(parents=True, exist_ok=True)
        return file

    def _temporary_file(self) -> Path:
        return self.directory / f"tempfile.{next(self._temporary)}.tmp"


def _write(file: Path, value: Single, placement: Placement, copy: bool) -> None:
    """Text in the charset of the placement, bytes as they are; a file of bytes by a link."""
    if isinstance(value, FileValue):
        _write_file(file, value, placement, copy)
    elif placement.binary:
        file.write_bytes(read_bytes(value))
    else:
        file.write_bytes(read_text(value).encode(_codec(placement.charset), "replace"))


def _write_file(file: Path, value: FileValue, placement: Placement, copy: bool) -> None:
    same = placement.binary or value.charset is None
    if same or _codec(value.charset or "") == _codec(placement.charset):
        if copy:
            shutil.copyfile(value.path, file)
        else:
            file.symlink_to(value.path.absolute())
        return
    with (
        value.path.open(encoding=value.charset, errors="replace", newline="") as source,
        file.open("w", encoding=_codec(placement.charset), errors="replace", newline="") as target,
    ):
        shutil.copyfileobj(source, target)


def _codec(charset: str) -> str:
    try:
        return codecs.lookup(charset).name
    except LookupError as error:
        raise ActivityFailure(f"The character set '{charset}' is not known here") from error


def _content(static: StaticInput) -> Single:
    if not static.url:
        return static.content
    if not static.url.startswith(("http:", "https:", "ftp:")):
        raise ActivityFailure(f"A static input cannot be fetched from {static.url}")
    try:
        # The scheme was looked at above.
        with urllib.request.urlopen(static.url, timeout=_FETCH_PATIENCE) as response:  # noqa: S310
            content: bytes = response.read()
            return content
    except (urllib.error.URLError, OSError, ValueError) as error:
        message = f"A static input could not be fetched from {static.url}"
        raise ActivityFailure(message, str(error)) from error


def _concatenated(items: Iterable[Single], binary: bool) -> Single:
    if binary:
        return b"".join(map(read_bytes, items))
    return "".join(f"{read_text(item)} " for item in items)


def _items(value: Value) -> list[Single]:
    return [_single(item) for item in value] if isinstance(value, ListValue) else [_single(value)]


def _single(value: Value) -> Single:
    if isinstance(value, ListValue | ErrorDocument):
        raise TypeError("a tool takes single values and lists of them")
    return value
