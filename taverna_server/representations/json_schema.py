"""JSON Schema (draft 2020-12) of what we write, from shapes.

Requests may be looser than these schemas (``json`` says how); answers never
are: members that are always there are required, no others are allowed, and a
repeatable element is an array.
"""

from __future__ import annotations

from typing import Any

from taverna_server.representations.binding import Choice, Document
from taverna_server.representations.shapes import Part, Shape, purpose, reachable, shape_of
from taverna_server.representations.texts import Base64, Count, Flag, Uri, Word

DIALECT = "https://json-schema.org/draft/2020-12/schema"

JsonSchema = dict[str, Any]


def json_schema(document: type[Document]) -> JsonSchema:
    """The schema of one document, with the definitions it needs."""
    root = document.root or ""
    return {
        "$schema": DIALECT,
        "title": root,
        "description": purpose(document),
        "type": "object",
        "properties": {root: _reference(document)},
        "required": [root],
        "additionalProperties": False,
        "$defs": {schema.__name__: _element(shape_of(schema)) for schema in reachable([document])},
    }


def mapped_schema(root: str, description: str) -> JsonSchema:
    """The schema of a document without declaration, by the mapped convention (dossier 2.9).

    One element inside ``root``; below it attributes, text, elements, and arrays
    where an element stands several times.
    """
    element = {"$ref": "#/$defs/Mapped"}
    several = {"type": "array", "items": element, "minItems": 2}
    members = {
        "type": "object",
        "patternProperties": {"^[@$]": {"type": "string"}},
        "additionalProperties": {"anyOf": [element, several]},
        "minProperties": 1,
    }
    inner = {"type": "object", "additionalProperties": element}
    return {
        "$schema": DIALECT,
        "title": root,
        "description": description,
        "type": "object",
        "properties": {root: inner | {"minProperties": 1, "maxProperties": 1}},
        "required": [root],
        "additionalProperties": False,
        "$defs": {"Mapped": {"anyOf": [{"type": ["string", "number", "boolean"]}, members]}},
    }


def _reference(schema: type[Document]) -> JsonSchema:
    return {"$ref": f"#/$defs/{schema.__name__}"}


def _element(shape: Shape) -> JsonSchema:
    """An object; or a bare text where attributes and children may all be missing."""
    members = {f"@{part.wire}": _attribute(part) for part in shape.attributes}
    required = [f"@{part.wire}" for part in shape.attributes if part.required]
    for part in shape.children:
        members |= _members(part)
        required += _required(part)
    if shape.text:
        members["$"] = _attribute(shape.text)
    schema: JsonSchema = {"type": "object", "properties": members, "additionalProperties": False}
    if required:
        schema["required"] = required
    groups = [[part.wire for part in group] for group in shape.choices]
    groups += [list(choice.alternatives()) for choice in _single_choices(shape)]
    if groups:
        schema["allOf"] = [{"oneOf": [{"required": [name]} for name in group]} for group in groups]
    if required or groups:
        return schema
    return {"anyOf": [schema, _primitive(shape.text) if shape.text else {"const": ""}]}


def _single_choices(shape: Shape) -> list[Choice]:
    return [part.choice for part in shape.children if part.choice and not part.many]


def _members(part: Part) -> JsonSchema:
    if part.choice:
        references = {name: _reference(to) for name, to in part.choice.alternatives().items()}
        return {name: _repeated(part, one) for name, one in references.items()}
    return {
        part.wire: _repeated(part, _reference(part.schema) if part.schema else _primitive(part))
    }


def _repeated(part: Part, one: JsonSchema) -> JsonSchema:
    return {"type": "array", "items": one} if part.many else one


def _required(part: Part) -> list[str]:
    if part.choice:
        return list(part.choice.alternatives()) if part.many else []
    return [part.wire] if part.many or part.required else []


def _attribute(part: Part) -> JsonSchema:
    """Attributes and texts beside them are always strings."""
    if isinstance(part.field, Count):
        return {"type": "string", "pattern": "^[0-9]+$"}
    if isinstance(part.field, Word):
        return {"enum": list(part.field.words)}
    if isinstance(part.field, Uri):
        return {"type": "string", "format": "uri-reference"}
    if isinstance(part.field, Base64):
        return {"type": "string", "contentEncoding": "base64"}
    return {"type": "string"}


def _primitive(part: Part) -> JsonSchema:
    """Texts of elements become numbers or booleans where they look like them."""
    if isinstance(part.field, Flag):
        return {"type": "boolean"}
    if isinstance(part.field, Word):
        return _attribute(part)
    return {"type": ["string", "number", "boolean"]}
