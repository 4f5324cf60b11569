"""Every kind of document, byte by byte, in each media type, and against the published schemas."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from lxml import etree

from taverna_server.representations import JSON, OFFERED, XML, read, write
from taverna_server.representations.catalogue import DOCUMENTS
from taverna_server.representations.workflow import workflow_json, wrap_workflow
from taverna_server.representations.xsd import FILES
from tests.representations.cases import CASES, Case

ROOT = Path(__file__).parents[2]
GOLDEN = ROOT / "tests/golden"
NAMES = {XML: "{}.xml", JSON: "{}.json"}
Golden = Callable[[str, bytes], None]


@pytest.mark.parametrize("media_type", OFFERED)
@pytest.mark.parametrize("name", CASES)
def test_document_is_written_as_before(name: str, media_type: str, golden: Golden) -> None:
    schema, data = CASES[name]
    golden(NAMES[media_type].format(name), write(schema, data, media_type))


def test_workflow_is_written_as_before(golden: Golden) -> None:
    document = (GOLDEN / "workflow/reverse.t2flow").read_bytes()
    golden("workflow/reverse.xml", wrap_workflow(document))
    golden("workflow/reverse.json", workflow_json(document))


def test_every_document_has_a_golden_file() -> None:
    assert {schema for schema, _ in CASES.values()} == set(DOCUMENTS)


@pytest.mark.parametrize("case", CASES.values(), ids=CASES)
def test_xml_reads_back_to_the_same_object(case: Case) -> None:
    schema, data = case
    assert read(schema, write(schema, data, XML), XML) == data


@pytest.mark.parametrize("case", CASES.values(), ids=CASES)
def test_json_reads_back_to_the_same_object(case: Case) -> None:
    """Save the order of mixed elements, which JSON groups by name."""
    schema, data = case
    once = read(schema, write(schema, data, JSON), JSON)
    assert write(schema, once, JSON) == write(schema, data, JSON)
    if not any(name in data for name in ("entries", "output")):
        assert once == data


@pytest.fixture(scope="session")
def xml_schema() -> etree.XMLSchema:
    """All published namespaces together."""
    root = etree.Element("{http://www.w3.org/2001/XMLSchema}schema")
    for namespace, name in FILES.items():
        place = (ROOT / "schemas" / name).as_uri()
        imported = {"namespace": namespace.uri, "schemaLocation": place}
        etree.SubElement(root, "{http://www.w3.org/2001/XMLSchema}import", imported)
    return etree.XMLSchema(root)


@pytest.mark.parametrize("name", [*CASES, "workflow/reverse"])
def test_golden_xml_is_valid(name: str, xml_schema: etree.XMLSchema) -> None:
    xml_schema.assertValid(etree.parse(GOLDEN / f"{name}.xml"))


@pytest.mark.parametrize("name", CASES)
def test_golden_json_is_valid(name: str) -> None:
    document = json.loads((GOLDEN / f"{name}.json").read_bytes())
    root = next(iter(document))
    jsonschema.validate(document, _schema_of(root), jsonschema.Draft202012Validator)


@pytest.mark.parametrize("document", DOCUMENTS)
def test_published_json_schema_is_one(document: Any) -> None:
    jsonschema.Draft202012Validator.check_schema(_schema_of(document.root))


def _schema_of(root: str) -> Any:
    return json.loads((ROOT / f"schemas/json/{root}.json").read_bytes())
