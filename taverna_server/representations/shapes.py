"""What the declarations of a document come to, in the form that compilers like.

``shape_of`` works it out once per class; writers, readers and the published
schemas are made from shapes and never look at marshmallow's fields themselves.
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from marshmallow import fields, missing

from taverna_server.representations.binding import (
    Choice,
    Document,
    Place,
    choice_groups,
    place_of,
    wire_name,
)


@dataclass(frozen=True, slots=True)
class Part:
    """One field of a document and its place."""

    name: str
    """The Python name."""
    wire: str
    """The local name of the attribute or element; of the first for a ``Choice``."""
    place: Place
    field: fields.Field[Any]
    """Of one item, if the part may repeat."""
    many: bool
    schema: type[Document] | None
    """Of an element with structure."""
    default: Any
    """Written where there is no value."""
    required: bool

    @property
    def tag(self) -> str:
        """The name as lxml writes it."""
        assert self.place.namespace is not None  # noqa: S101 - text parts have no tag
        return self.place.namespace.tag(self.wire)

    @property
    def choice(self) -> Choice | None:
        """The field, if it is a ``Choice``."""
        return self.field if isinstance(self.field, Choice) else None

    @property
    def inner(self) -> list[type[Document]]:
        """The schemas of the elements it may write."""
        if isinstance(self.field, Choice):
            return list(self.field.alternatives().values())
        return [self.schema] if self.schema else []


@dataclass(frozen=True, slots=True)
class Shape:
    """All a schema says about its element."""

    schema: type[Document]
    attributes: tuple[Part, ...]
    children: tuple[Part, ...]
    text: Part | None

    @property
    def parts(self) -> tuple[Part, ...]:
        """Everything, attributes first."""
        return self.attributes + self.children + ((self.text,) if self.text else ())

    def empty_lists(self) -> dict[str, Any]:
        """The raw form of an empty element: what may repeat is there, zero times."""
        return {part.name: [] for part in self.children if part.many}

    @property
    def choices(self) -> list[tuple[Part, ...]]:
        """The choice groups."""
        parts = {part.name: part for part in self.children}
        return [tuple(parts[name] for name in group) for group in choice_groups(self.schema)]


@functools.cache
def shape_of(schema: type[Document]) -> Shape:
    """The shape of a schema, worked out once."""
    parts = [_part(name, field) for name, field in schema._declared_fields.items()]
    attributes = [part for part in parts if part.place.kind == "attribute"]
    texts = [part for part in parts if part.place.kind == "text"]
    return Shape(
        schema,
        tuple(sorted(attributes, key=lambda part: part.place.order)),
        tuple(part for part in parts if part.place.kind == "element"),
        texts[0] if texts else None,
    )


def reachable(documents: Iterable[type[Document]]) -> list[type[Document]]:
    """The schemas of the documents and of all elements in them, each once."""
    found: dict[type[Document], None] = {}
    waiting = list(documents)
    while waiting:
        schema = waiting.pop(0)
        if schema not in found:
            found[schema] = None
            waiting += [inner for part in shape_of(schema).parts for inner in part.inner]
    return list(found)


def purpose(schema: type[Document]) -> str:
    """What a document or element is for: the first line of its docstring, as plain text."""
    return (schema.__doc__ or "").split("\n")[0].replace("``", "")


def getter(data: Any) -> Callable[[str], Any]:
    """How to ask this object or mapping for a field; absent and None are the same."""
    if isinstance(data, Mapping):
        return data.get
    return lambda name: getattr(data, name, None)


def kind_of(item: Any) -> str:
    """Which alternative of a ``Choice`` an item is."""
    kind: str = item["kind"] if isinstance(item, Mapping) else item.kind
    return kind


def _part(name: str, field: fields.Field[Any]) -> Part:
    many = isinstance(field, fields.List) or (isinstance(field, Choice) and field.many)
    inner = field.inner if isinstance(field, fields.List) else field
    return Part(
        name=name,
        wire=wire_name(name, field),
        place=place_of(field),
        field=inner,
        many=many,
        schema=_schema_of(inner),
        default=None if field.dump_default is missing else field.dump_default,
        required=field.required,
    )


def _schema_of(field: fields.Field[Any]) -> type[Document] | None:
    if not isinstance(field, fields.Nested):
        return None
    schema = field.nested
    assert isinstance(schema, type)  # noqa: S101 - documents are named by class, never by text
    assert issubclass(schema, Document)  # noqa: S101
    return schema
