"""Documents as JSON (protocol dossier 2.9, and docs/architecture.md for arrays).

An object with one member named like the root element; attributes as ``@name``
and always text; text beside attributes as ``$``; an element without attributes
and children is its text, as a number or boolean where it prints back
identically; namespaces are dropped. Unlike the original's, an element that is
declared repeatable is always an array, with no or one member too. Compact,
with ``/`` as ``\\/``.

Reading is tolerant: names with or without ``@``, a text bare or as ``$``,
numbers and booleans as their text, one member without its array, members it
does not know.
"""

from __future__ import annotations

import functools
import json
import re
from collections.abc import Callable
from typing import Any

from taverna_server.errors import MalformedDocument
from taverna_server.representations.binding import Choice, Document
from taverna_server.representations.shapes import Part, Shape, getter, kind_of, shape_of
from taverna_server.representations.strict_json import Json, parse_json
from taverna_server.representations.texts import fault_of, text_of, without_surrogates

_NUMBER = re.compile(r"-?(?:0|[1-9][0-9]{0,18})(?:\.[0-9]{1,17})?", re.ASCII)
_INT64 = range(-(2**63), 2**63)

Ask = Callable[[str], Any]
Step = Callable[[dict[str, Json], Ask], None]


def write_json(schema: type[Document], data: Any) -> bytes:
    """The document as compact JSON, UTF-8."""
    return dump_json({schema.root: writer_of(schema).value(data)})


def dump_json(value: Json) -> bytes:
    """Compact JSON as the original writes it: ``/`` is escaped, other text is not.

    A half surrogate pair, which UTF-8 cannot hold, leaves as U+FFFD.
    """
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":")).replace("/", "\\/")
    try:
        return text.encode("utf-8")
    except UnicodeEncodeError:
        return without_surrogates(text).encode("utf-8")


def primitive(text: str) -> str | int | float | bool:
    """The text as a number or boolean, if that prints back identically."""
    if text in ("true", "false"):
        return text == "true"
    if _NUMBER.fullmatch(text) is None:
        return text
    if "." not in text:
        return int(text) if int(text) in _INT64 and text != "-0" else text
    return float(text) if repr(float(text)) == text else text


class ObjectWriter:
    """Makes the JSON value of an element from an object or mapping."""

    def __init__(self, schema: type[Document]) -> None:
        self._shape = shape_of(schema)
        self._text = _text_getter(self._shape.text) if self._shape.text else None

    @functools.cached_property
    def steps(self) -> list[Step]:
        """Worked out at first use, since an element may contain itself."""
        steps = [_attribute_step(part) for part in self._shape.attributes]
        return steps + [_child_step(part) for part in self._shape.children]

    def value(self, data: Any) -> Json:
        ask = getter(data)
        members: dict[str, Json] = {}
        for step in self.steps:
            step(members, ask)
        text = self._text(ask) if self._text else ""
        if not members:
            return primitive(text)
        if text:
            members["$"] = text
        return members


@functools.cache
def writer_of(schema: type[Document]) -> ObjectWriter:
    """The one writer of a schema."""
    return ObjectWriter(schema)


def _text_getter(part: Part) -> Callable[[Ask], str]:
    name, as_text = part.name, text_of(part.field)

    def get(ask: Ask) -> str:
        value = ask(name)
        return "" if value is None else as_text(value)

    return get


def _attribute_step(part: Part) -> Step:
    name, key, default, as_text = part.name, "@" + part.wire, part.default, text_of(part.field)

    def step(members: dict[str, Json], ask: Ask) -> None:
        value = ask(name)
        if value is None:
            value = default
        if value is not None:
            members[key] = as_text(value)

    return step


def _child_step(part: Part) -> Step:
    if part.choice:
        return _mixed_step(part, part.choice) if part.many else _choice_step(part, part.choice)
    name, key, value_of = part.name, part.wire, _value_of(part)

    def one(members: dict[str, Json], ask: Ask) -> None:
        value = ask(name)
        if value is not None:
            members[key] = value_of(value)

    def each(members: dict[str, Json], ask: Ask) -> None:
        members[key] = [value_of(value) for value in ask(name) or ()]

    return each if part.many else one


def _value_of(part: Part) -> Callable[[Any], Json]:
    if part.schema:
        return writer_of(part.schema).value
    as_text = text_of(part.field)
    return lambda value: primitive(as_text(value))


def _choice_step(part: Part, choice: Choice) -> Step:
    name = part.name
    writers = {kind: writer_of(schema) for kind, schema in choice.alternatives().items()}

    def step(members: dict[str, Json], ask: Ask) -> None:
        item = ask(name)
        if item is not None:
            kind = kind_of(item)
            members[kind] = writers[kind].value(item)

    return step


def _mixed_step(part: Part, choice: Choice) -> Step:
    name = part.name
    writers = {kind: writer_of(schema) for kind, schema in choice.alternatives().items()}

    def step(members: dict[str, Json], ask: Ask) -> None:
        for kind in writers:
            members[kind] = []
        for item in ask(name) or ():
            kind = kind_of(item)
            members[kind].append(writers[kind].value(item))

    return step


def read_json(schema: type[Document], body: bytes) -> dict[str, Any]:
    """The raw form of a document.

    Raises:
        MalformedDocument: not JSON (or JSON with a member given twice, NaN, too
            deep), another root member, or something that has no place in it.
    """
    document = parse_json(body)
    root = schema.root or ""
    if isinstance(document, dict) and root in document:
        reader = _Reader(schema.large_text)
        return reader.element(shape_of(schema), document[root], root)
    bare = _bare(schema, document)
    if bare is None:
        found = next(iter(document), "nothing") if isinstance(document, dict) else "no object"
        raise MalformedDocument(
            f"unexpected JSON: an object with the member '{root}' is expected, "
            f"found is {str(found)[:40]!r}"
        )
    return bare


def _bare(schema: type[Document], document: Json) -> dict[str, Any] | None:
    if schema.bare is None or not isinstance(document, dict):
        return None
    return _Reader(schema.large_text).element(shape_of(schema), document, "document")


@functools.cache
def _members_of(schema: type[Document]) -> dict[str, Part]:
    """Which part a member belongs to, by name without ``@``."""
    shape = shape_of(schema)
    found = {"$": shape.text} if shape.text else {}
    for part in shape.attributes + shape.children:
        for kind in part.choice.alternatives() if part.choice else (part.wire,):
            found[kind] = part
    return found


class _Reader:
    """Turns parsed JSON into the raw form; ``where`` is the path for messages."""

    def __init__(self, large: bool) -> None:
        self.large = large

    def element(self, shape: Shape, value: Json, where: str) -> dict[str, Any]:
        if not isinstance(value, dict):
            return self._bare_text(shape, value, where)
        raw: dict[str, Any] = shape.empty_lists()
        for key, member in value.items():
            name = key.removeprefix("@")
            part = _members_of(shape.schema).get(name)
            if part is not None and member is not None:
                self._take(raw, part, name, member, f"{where}/{name}")
        return raw

    def _bare_text(self, shape: Shape, value: Json, where: str) -> dict[str, Any]:
        if value is None or value == "":
            return shape.empty_lists()
        if shape.text is None:
            raise MalformedDocument(f"{where}: an object is expected, not {_said(value)}")
        return {shape.text.name: self.text(value, where)}

    def _take(self, raw: dict[str, Any], part: Part, name: str, member: Json, where: str) -> None:
        if part.many or part.choice:
            members = member if isinstance(member, list) else [member]
            items = [self._item(part, name, one, where) for one in members]
            raw.setdefault(part.name, []).extend(items)
        elif part.name in raw:
            raise MalformedDocument(f"{where} is given twice")
        else:
            raw[part.name] = self._item(part, name, member, where)

    def _item(self, part: Part, name: str, member: Json, where: str) -> Any:
        if part.choice:
            shape = shape_of(part.choice.alternatives()[name])
            return {"kind": name, **self.element(shape, member, where)}
        if part.schema:
            return self.element(shape_of(part.schema), member, where)
        return self.text(member, where)

    def text(self, value: Json, where: str) -> str:
        """A text from a text, number, boolean, null or ``{"$": ...}``."""
        if isinstance(value, dict):
            if any(key != "$" and not key.startswith("@") for key in value):
                raise MalformedDocument(f"{where}: a text is expected, not an object")
            value = value.get("$")
        if isinstance(value, bool):
            return "true" if value else "false"
        if isinstance(value, list | dict):
            raise MalformedDocument(f"{where}: a text is expected, not {_said(value)}")
        text = "" if value is None else str(value)
        fault = fault_of(text, large=self.large)
        if fault:
            raise MalformedDocument(f"{where}: {fault}")
        return text


def _said(value: Json) -> str:
    if isinstance(value, list):
        return "an array"
    return "an object" if isinstance(value, dict) else f"'{str(value)[:40]}'"
