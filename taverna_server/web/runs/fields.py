"""The fields of the form for a new run, one set for each input port.

A single value is a text or a file. A list is typed as lines, or as JSON where lines
cannot hold it (items of several lines, lists of lists), or is as many files as are
chosen. What an earlier run had and nobody can type is kept by leaving the field alone.
Names of fields are those of the Player interface (Player dossier 1.4), with ``format``
and ``keep`` beside them, which ``prepared`` takes out again.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from taverna_server.model.library import Entry
from taverna_server.web.runs.given import Again, Typed

LINES, JSON = "lines", "json"
_BAD_JSON = "is no JSON list: check brackets, commas and quotes"


@dataclass(frozen=True, slots=True)
class Field:
    """One input port in the form."""

    port: str
    depth: int
    description: str
    example: str
    text: str = ""
    format: str = LINES
    """How a list is typed: ``lines`` or ``json``."""
    kept: str = ""
    """What an earlier run had here that cannot be typed, in words."""
    keep: bool = False
    lost: str = ""
    """The file that was chosen before the form came back: it has to be chosen again."""
    problem: str = ""

    @property
    def id(self) -> str:
        """For labels; port names are anything."""
        return "input-" + "".join(c if c.isalnum() else f"-{ord(c):x}-" for c in self.port)


def fields_of(
    entry: Entry, again: Mapping[str, Again] | None = None, presets: Mapping[str, str] | None = None
) -> list[Field]:
    """At first: what an earlier run had, else presets, else the examples of the workflow."""
    return [_field(entry, port, depth, again, presets or {}) for port, depth in entry.inputs]


def _field(
    entry: Entry,
    port: str,
    depth: int,
    again: Mapping[str, Again] | None,
    presets: Mapping[str, str],
) -> Field:
    example = entry.example(port) or ""
    plain = Field(port, depth, entry.input_description(port) or "", example)
    if again is None:
        return _typed(plain, presets.get(port, example))
    earlier = again.get(port)
    if earlier is None:
        return plain
    if earlier.typed is None:
        return replace(plain, kept=earlier.words, keep=True)
    return _typed(plain, earlier.typed)


def _typed(field: Field, value: Typed) -> Field:
    if isinstance(value, str):
        return replace(field, text=value, format=JSON if _is_json_list(value) else LINES)
    plain = field.depth == 1 and all(isinstance(it, str) and _fits_a_line(it) for it in value)
    if plain:
        return replace(field, text="\n".join(map(str, value)))
    return replace(field, text=json.dumps(value, ensure_ascii=False, indent=1), format=JSON)


def _fits_a_line(item: str) -> bool:
    return bool(item) and len(item.splitlines()) == 1 and item == item.strip()


def _is_json_list(text: str) -> bool:
    if not text.lstrip().startswith("["):
        return False
    try:
        return isinstance(json.loads(text), list)
    except (ValueError, RecursionError):
        return False


def as_json(fields: Iterable[Field]) -> str:
    """What the form holds as one JSON object, to be edited as such."""
    values = {it.port: _value(it) for it in fields if not it.keep}
    return json.dumps(values, ensure_ascii=False, indent=2)


def _value(field: Field) -> Any:
    if not field.depth:
        return field.text
    try:
        return items_of(field.text, field.format)
    except ValueError:
        return field.text


def items_of(text: str, format: str) -> list[Any]:
    """The items of a list as it was typed. Raises ValueError for what is no JSON list."""
    if format != JSON:
        return [line for line in text.replace("\r\n", "\n").split("\n") if line.strip()]
    try:
        found = json.loads(text or "[]")
    except (ValueError, RecursionError) as error:
        raise ValueError(_BAD_JSON) from error
    if not isinstance(found, list):
        raise ValueError(_BAD_JSON)
    return found


def typed_in(fields: Iterable[Field], given: Mapping[str, Mapping[str, Any]]) -> list[Field]:
    """The fields with what was sent, by port: for a form that comes back."""
    return [_sent(field, given.get(field.port)) for field in fields]


def _sent(field: Field, given: Mapping[str, Any] | None) -> Field:
    if given is None:
        return field
    file = given.get("file")
    first = file[0] if isinstance(file, list) and file else file
    text = given.get("value", "")
    return replace(
        field,
        text=_text(text) if not isinstance(text, list) else "\n".join(map(_text, text)),
        format=JSON if _text(given.get("format", "")) == JSON else LINES,
        keep=bool(field.kept) and "keep" in given,
        lost=getattr(first, "filename", "") or "",
    )


def prepared(
    inputs: Mapping[str, Mapping[str, Any]], depths: Mapping[str, int]
) -> tuple[list[dict[str, Any]], dict[str, str]]:
    """Inputs as the Player interface takes them, and what is wrong with some of them."""
    found, wrong = [], {}
    for port, given in inputs.items():
        if "keep" in given and not given.get("file"):
            continue
        item: dict[str, Any] = {"name": port, "file": given.get("file")}
        try:
            item["value"] = _prepared_value(given, depths.get(port, 0))
        except ValueError as error:
            wrong[port] = str(error)
        if isinstance(item["file"], list) and not depths.get(port, 0):
            item["file"] = item["file"][0]
        elif item["file"] is not None and not isinstance(item["file"], list) and depths.get(port):
            item["file"] = [item["file"]]
        found.append(item)
    return found, wrong


def _prepared_value(given: Mapping[str, Any], depth: int) -> Any:
    value = given.get("value")
    if depth and "format" in given and isinstance(value, bytes | str):
        return items_of(_text(value), _text(given["format"]))
    return value.replace(b"\r\n", b"\n") if isinstance(value, bytes) else value


def _text(leaf: Any) -> str:
    return leaf.decode("utf-8", "replace") if isinstance(leaf, bytes) else str(leaf)
