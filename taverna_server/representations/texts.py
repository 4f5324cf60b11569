"""Single values as they stand in a document: URIs, numbers, booleans, bytes, names.

marshmallow reads them; ``text_of`` gives the function that writes one. Which
characters a text may hold is decided here, once, for both media types:

- **Reading** refuses what XML cannot hold (most control characters, U+FFFE,
  U+FFFF, half surrogate pairs): a text that came in as JSON must be able to
  leave as XML. The way for such content is a file.
- **Writing** never fails: names of files that a workflow made are beyond our
  control, so what a media type cannot hold leaves as U+FFFD.
"""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Callable, Sequence
from typing import Any

from marshmallow import ValidationError, fields

MAX_TEXT = 10_000_000
"""Characters of one text outside uploads; libxml2 draws the same line for XML."""

_NOT_XML = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_SURROGATE = re.compile("[\ud800-\udfff]")
_WHOLE_NUMBER = re.compile(r"\s*\+?[0-9]{1,18}\s*", re.ASCII)


class Uri(fields.String):
    """An absolute URI; not checked, since those of requests are ignored."""


class Count(fields.Integer):
    """A whole number of 0 or more, at most 18 digits."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> int:
        if not _WHOLE_NUMBER.fullmatch(str(value)):
            raise ValidationError(f"'{str(value)[:40]}' is not a whole number of 0 or more")
        return int(value)


class Flag(fields.Boolean):
    """``true`` or ``false`` (also ``1`` and ``0``, which XML Schema allows)."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> bool:
        word = str(value).strip()
        if word not in ("true", "1", "false", "0"):
            raise ValidationError(f"'{word[:40]}' is neither true nor false")
        return word in ("true", "1")


class Word(fields.String):
    """One of a few words."""

    def __init__(self, words: Sequence[str], **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.words = words

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> str:
        word = str(value).strip()
        if word not in self.words:
            raise ValidationError(f"'{word[:40]}' is not one of {', '.join(self.words)}")
        return word


class Time(fields.String):
    """A date and time in the form of XML Schema, as a text."""


class Duration(fields.String):
    """A duration in the form of XML Schema, as a text."""


class Base64(fields.Field[bytes]):
    """Bytes, base64 on the wire; white space between its characters is ignored."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> bytes:
        try:
            return base64.b64decode("".join(str(value).split()), validate=True)
        except (binascii.Error, ValueError) as error:
            raise ValidationError(f"not base64: {error}") from error


def text_of(field: fields.Field[Any]) -> Callable[[Any], str]:
    """The function that turns a value of this field into its text on the wire."""
    if isinstance(field, fields.Boolean):
        return lambda value: "true" if value else "false"
    if isinstance(field, Base64):
        return lambda value: base64.b64encode(value).decode("ascii")
    return str


def without_unwritable(text: str) -> str:
    """The text with U+FFFD in place of each character that XML cannot hold."""
    return _NOT_XML.sub("\ufffd", text)


def without_surrogates(text: str) -> str:
    """The text with U+FFFD in place of each half surrogate pair, which UTF-8 cannot hold."""
    return _SURROGATE.sub("\ufffd", text)


def fault_of(text: str, *, large: bool) -> str | None:
    """Why this text may not be read, as a sentence; None when it may."""
    if not large and len(text) > MAX_TEXT:
        return f"a text longer than {MAX_TEXT} characters; send it as a file"
    found = _NOT_XML.search(text)
    if found is None:
        return None
    return f"a text with the character U+{ord(found[0]):04X}, which XML cannot hold; send a file"
