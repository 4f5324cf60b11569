"""The law of the room: XML and JSON read back to the same object, for every document.

The strategies are made from the declarations, so a new document is covered by being declared.
"""

from __future__ import annotations

import dataclasses
import functools
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from marshmallow import fields, missing

from taverna_server.representations import JSON, XML, read, write
from taverna_server.representations.binding import Choice, Document
from taverna_server.representations.catalogue import DOCUMENTS
from taverna_server.representations.outputs import PortList
from taverna_server.representations.shapes import Part, Shape, shape_of
from taverna_server.representations.texts import Base64, Count, Flag, Word

XML_TEXT = st.text(
    st.characters(codec="utf-8", exclude_categories=["Cc", "Cs"], exclude_characters="\ufffe\uffff")
    | st.sampled_from("\t\n\r<>&\"'/"),
    max_size=12,
)


def value_of(part: Part, budget: int) -> st.SearchStrategy[Any]:
    """Values of one item of a part."""
    if isinstance(part.field, Choice):
        return st.one_of(
            [
                data_of(schema, budget - 1).map(functools.partial(_of_kind, kind))
                for kind, schema in part.field.alternatives().items()
                if budget > 0 or not shape_of(schema).children
            ]
        )
    return data_of(part.schema, budget - 1) if part.schema else simple(part.field)


def _of_kind(kind: str, data: Any) -> Any:
    return {"kind": kind, **data} if isinstance(data, dict) else data


def simple(field: fields.Field[Any]) -> st.SearchStrategy[Any]:
    """Values of a field without structure."""
    if isinstance(field, Word):
        return st.sampled_from(field.words)
    if isinstance(field, Count):
        return st.integers(0, 10**18 - 1)
    if isinstance(field, Flag):
        return st.booleans()
    return st.binary(max_size=9) if isinstance(field, Base64) else XML_TEXT


def data_of(schema: type[Document], budget: int = 3) -> st.SearchStrategy[Any]:
    """Objects that a document can hold, as reading would give them."""
    shape = shape_of(schema)
    required, optional = {}, {}
    for part in shape.parts:
        one = value_of(part, budget)
        if part is shape.text:
            one = one.filter(bool)
        required_here = part.required or part.many or part.default is not None
        into = required if required_here else optional
        into[part.name] = st.lists(one, max_size=3) if part.many else one
    whole = st.fixed_dictionaries(required, optional=optional)
    whole = whole.map(functools.partial(_one_of_each_choice, shape))
    build = schema.builds
    return whole.map(lambda data: build(**data)) if build else whole


def _one_of_each_choice(shape: Shape, data: dict[str, Any]) -> dict[str, Any]:
    for group in shape.choices:
        for part in group[1:]:
            data.pop(part.name, None)
        data.setdefault(group[0].name, "x")
    return {**_defaults(shape), **data}


def _defaults(shape: Shape) -> dict[str, Any]:
    """What reading fills in for an empty text."""
    default = shape.text.field.load_default if shape.text else missing
    return {} if default is missing or not shape.text else {shape.text.name: default}


def in_json_order(value: Any) -> Any:
    """The same with mixed elements grouped by name, as JSON has them."""
    if isinstance(value, dict):
        return {name: in_json_order(inner) for name, inner in value.items()}
    if isinstance(value, PortList):
        return dataclasses.replace(value, items=in_json_order(value.items))
    if isinstance(value, list):
        return sorted(map(in_json_order, value), key=_rank)
    return value


def _rank(item: Any) -> int:
    kinds = ("value", "list", "error", "absent", "dir", "file")
    return kinds.index(item.kind) if hasattr(item, "kind") else 0


@pytest.mark.parametrize("schema", DOCUMENTS)
@settings(max_examples=30, suppress_health_check=[HealthCheck.too_slow], deadline=None)
@given(data=st.data())
def test_xml_and_json_read_back_to_the_same_object(
    schema: type[Document], data: st.DataObject
) -> None:
    document = data.draw(data_of(schema))
    assert read(schema, write(schema, document, XML), XML) == document
    from_json = read(schema, write(schema, document, JSON), JSON)
    assert in_json_order(from_json) == in_json_order(document)
