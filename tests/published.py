"""Answers against the published schemas: ``check(body, media_type)`` in any test that has one."""

from __future__ import annotations

import functools
import json
from pathlib import Path

import jsonschema
from lxml import etree

from taverna_server.representations.xsd import FILES

SCHEMAS = Path(__file__).parents[1] / "schemas"
XS = "{http://www.w3.org/2001/XMLSchema}"


def check(body: bytes, media_type: str) -> None:
    """Raise unless the document is valid against the XSD or the JSON Schema of its root."""
    if media_type.endswith("json"):
        document = json.loads(body)
        json_schema(next(iter(document))).validate(document)
    else:
        xml_schema().assertValid(etree.fromstring(body))


@functools.cache
def xml_schema() -> etree.XMLSchema:
    """All namespaces together."""
    root = etree.Element(f"{XS}schema")
    for namespace, name in FILES.items():
        place = (SCHEMAS / name).as_uri()
        imported = {"namespace": namespace.uri, "schemaLocation": place}
        etree.SubElement(root, f"{XS}import", imported)
    return etree.XMLSchema(root)


@functools.cache
def json_schema(root: str) -> jsonschema.Draft202012Validator:
    """The schema of the document with this root; it is checked itself."""
    schema = json.loads((SCHEMAS / f"json/{root}.json").read_bytes())
    jsonschema.Draft202012Validator.check_schema(schema)
    return jsonschema.Draft202012Validator(schema)
