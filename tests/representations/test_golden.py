"""Every kind of document, byte by byte, in each media type, and against the published schemas."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import jsonschema
import pytest
from lxml import etree

from taverna_server.representations import JSON, OFFERED, XML, read, write
from taverna_server.representations.catalogue import DOCUMENTS
from taverna_server.representations.workflow import workflow_json, wrap_workflow
from tests.published import check
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


@pytest.mark.parametrize("name", [*CASES, "workflow/reverse"])
def test_golden_xml_is_valid(name: str) -> None:
    check((GOLDEN / f"{name}.xml").read_bytes(), XML)


@pytest.mark.parametrize("name", CASES)
def test_golden_json_is_valid(name: str) -> None:
    check((GOLDEN / f"{name}.json").read_bytes(), JSON)


INVALID = [
    (
        XML,
        b'<a:runList xmlns:a="http://ns.taverna.org.uk/2010/xml/server/rest/"><a:x/></a:runList>',
    ),
    (XML, b'<a:mkdir xmlns:a="http://ns.taverna.org.uk/2010/xml/server/rest/" name="x"/>'),
    (JSON, b'{"runList":""}'),
    (JSON, b'{"runList":{"run":{"@href":"x"}}}'),
    (JSON, b'{"runList":{"run":[],"more":1}}'),
    (JSON, b'{"workflow":{}}'),
    (JSON, b'{"workflow":{"workflow":{"@version":1}}}'),
    (JSON, b'{"workflow":{"workflow":{"dataflow":[null]}}}'),
]


@pytest.mark.parametrize(("media_type", "body"), INVALID)
def test_published_schemas_refuse_what_we_never_write(media_type: str, body: bytes) -> None:
    with pytest.raises((etree.DocumentInvalid, jsonschema.ValidationError)):
        check(body, media_type)
