"""Where the fields of a document stand on the wire.

Theory of operation: a document is a marshmallow ``Schema`` (here ``Document``).
``metadata=attribute(NS)``, ``element(NS)`` or ``text()`` on a field says where
it goes; the wire name is the Python name in camelCase unless given. ``shapes``
collects that once per class, and everything else follows from shapes: ``xml``
and ``json`` compile them into writers and readers, ``publish`` into XSD and
JSON Schema.

Reading has two steps. ``xml`` or ``json`` turn the body into the same *raw*
form, dicts by Python name with texts as leaves; then marshmallow converts and
checks it. Writing does not pass through marshmallow, whose ``dump`` is too slow
for the run list.

Three things XML has and dicts do not:

- ``Choice``: one of several elements, or any number of them mixed in an order
  that matters; each item says which by its ``kind``.
- a choice *group* (``element(REST, choice="content")``): plain fields of which
  exactly one is given.
- an element with attributes and text: the field with ``text()``.
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

from marshmallow import (
    EXCLUDE,
    Schema,
    ValidationError,
    fields,
    post_load,
    validates_schema,
)


@dataclass(frozen=True, slots=True)
class Namespace:
    """A namespace and the prefix it has on the wire."""

    uri: str
    prefix: str

    def tag(self, name: str) -> str:
        """The name as lxml writes it."""
        return f"{{{self.uri}}}{name}"


TS = Namespace("http://ns.taverna.org.uk/2010/xml/server/", "ts")
REST = Namespace("http://ns.taverna.org.uk/2010/xml/server/rest/", "ts-rest")
PORT = Namespace("http://ns.taverna.org.uk/2010/port/", "port")
ADMIN = Namespace("http://ns.taverna.org.uk/2010/xml/server/admin/", "admin")
XLINK = Namespace("http://www.w3.org/1999/xlink", "xlink")
URF = Namespace("http://schema.ogf.org/urf/2003/09/urf", "ur")


NO_CONTENT = "no content!"
"""What Taverna Server says where one of several elements must stand and none does."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where a field stands; made by ``attribute``, ``element`` and ``text``."""

    kind: str
    namespace: Namespace | None = None
    name: str | None = None
    choice: str | None = None
    order: int = 0


def attribute(namespace: Namespace, name: str | None = None, order: int = 0) -> dict[str, Place]:
    """An attribute; those of higher ``order`` are written later."""
    return {"place": Place("attribute", namespace, name, order=order)}


def element(
    namespace: Namespace, name: str | None = None, choice: str | None = None
) -> dict[str, Place]:
    """A child element, repeatable if the field is a list.

    Of the fields that share a ``choice`` exactly one must be given.
    """
    return {"place": Place("element", namespace, name, choice)}


def text() -> dict[str, Place]:
    """The text of the element itself."""
    return {"place": Place("text")}


class Document(Schema):
    """A document, or an element with structure inside one.

    Reading builds ``builds(**fields)`` where that is set, else a dict.
    """

    class Meta:
        unknown = EXCLUDE

    namespace: ClassVar[Namespace]
    """Of the element, and of its type in the published schema."""
    root: ClassVar[str | None] = None
    """Local name of the element where it is a document of its own."""
    bare: ClassVar[str | None] = None
    """A ``Choice`` field whose elements are also accepted as root of a request."""
    builds: ClassVar[Callable[..., Any] | None] = None
    large_text: ClassVar[bool] = False
    """Whether texts above 10 MB are read; the size of the body was limited before."""

    def on_bind_field(self, field_name: str, field_obj: fields.Field[Any]) -> None:
        """Say in our words what is missing."""
        if not isinstance(field_obj, Choice):
            field_obj.error_messages["required"] = "is missing"

    @validates_schema
    def _exactly_one_of_each_choice(self, data: dict[str, Any], **kwargs: Any) -> None:
        for group in choice_groups(type(self)):
            given = [wire_name(name, self.fields[name]) for name in group if name in data]
            if not given:
                raise ValidationError(NO_CONTENT)
            if len(given) > 1:
                raise ValidationError(f"only one of {', '.join(given)} may be given")

    @post_load
    def _build(self, data: dict[str, Any], **kwargs: Any) -> Any:
        return self.builds(**data) if self.builds else data


class Choice(fields.Field[Any]):
    """One of several elements, or with ``many`` any number of them in mixed order.

    ``alternatives`` gives the schema for each local name; it is a function so
    that an element may contain itself. An item is an object or mapping with
    ``kind``, the local name.
    """

    def __init__(
        self,
        alternatives: Callable[[], Mapping[str, type[Document]]],
        *,
        many: bool = False,
        **kwargs: Any,
    ) -> None:
        super().__init__(required=not many, error_messages={"required": NO_CONTENT}, **kwargs)
        self.alternatives = alternatives
        self.many = many

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> Any:
        if self.many:
            return self._load_all(value)
        if not value:  # JSON may name the element and give none
            raise self.make_error("required")
        if len(value) > 1:
            raise ValidationError(f"only one of {', '.join(self.alternatives())} may be given")
        return self._load(value[0])

    def _load_all(self, raw_items: list[dict[str, Any]]) -> list[Any]:
        items, faults = [], {}
        for index, item in enumerate(raw_items):
            try:
                items.append(self._load(item))
            except ValidationError as error:
                faults[index] = error.messages
        if faults:
            raise ValidationError(faults)
        return items

    def _load(self, item: dict[str, Any]) -> Any:
        kind = item["kind"]
        loaded = instance(self.alternatives()[kind]).load(item)
        return {"kind": kind, **loaded} if isinstance(loaded, dict) else loaded


@functools.cache
def instance(schema: type[Document]) -> Document:
    """The one instance that reads; marshmallow keeps no state in it while loading."""
    return schema()


@functools.cache
def choice_groups(schema: type[Document]) -> list[list[str]]:
    """The names of the fields of which exactly one must be given, group by group."""
    groups: dict[str, list[str]] = {}
    for name, field in schema._declared_fields.items():
        if group := place_of(field).choice:
            groups.setdefault(group, []).append(name)
    return list(groups.values())


def place_of(field: fields.Field[Any]) -> Place:
    """Where a field stands."""
    place: Place = field.metadata["place"]
    return place


def wire_name(name: str, field: fields.Field[Any]) -> str:
    """The local name of a field's attribute or element."""
    return place_of(field).name or _camel_case(name)


def _camel_case(name: str) -> str:
    first, *others = name.split("_")
    return first + "".join(other.capitalize() for other in others)
