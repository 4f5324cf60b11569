"""Where the fields of a document stand on the wire.

Theory of operation: a document is a marshmallow ``Schema`` (here ``Document``).
``metadata=attribute(NS)``, ``element(NS)`` or ``text()`` on a field says where
it goes; the wire name is the Python name in camelCase unless given. ``shape_of``
collects that once per class into a ``Shape``, and everything else follows from
shapes: ``xml`` and ``json`` compile them into writers and readers, ``publish``
into XSD and JSON Schema.

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
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

from marshmallow import (
    EXCLUDE,
    Schema,
    ValidationError,
    fields,
    missing,
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
        for group in shape_of(type(self)).choices:
            given = [part.wire for part in group if part.name in data]
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
        groups: dict[str, list[Part]] = {}
        for part in self.children:
            if part.place.choice:
                groups.setdefault(part.place.choice, []).append(part)
        return [tuple(group) for group in groups.values()]


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


@functools.cache
def instance(schema: type[Document]) -> Document:
    """The one instance that reads; marshmallow keeps no state in it while loading."""
    return schema()


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
    place: Place = field.metadata["place"]
    many = isinstance(field, fields.List) or (isinstance(field, Choice) and field.many)
    inner = field.inner if isinstance(field, fields.List) else field
    return Part(
        name=name,
        wire=place.name or _camel_case(name),
        place=place,
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


def _camel_case(name: str) -> str:
    first, *others = name.split("_")
    return first + "".join(other.capitalize() for other in others)
