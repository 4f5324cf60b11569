"""The OpenAPI description: complete, consistent, and made of the published schemas."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import jsonschema
import pytest
from flask import Flask
from werkzeug.test import Client

from taverna_server.rest.resources import methods


@pytest.fixture
def description(client: Client) -> Any:
    answer = client.get("/openapi.json")
    assert answer.mimetype == "application/json"
    return answer.json


def references(node: Any) -> Iterator[str]:
    if isinstance(node, dict):
        yield from (value for key, value in node.items() if key == "$ref")
        node = list(node.values())
    for inner in node if isinstance(node, list) else ():
        yield from references(inner)


def test_every_method_of_every_resource_is_described(app: Flask, description: Any) -> None:
    described = {
        (path, name.upper()) for path, item in description["paths"].items() for name in item
    }
    assert described == {(method.path or "/", method.name) for method in methods(app)}


def test_every_reference_leads_to_a_schema(description: Any) -> None:
    schemas = description["components"]["schemas"]
    assert {name.rpartition("/")[2] for name in references(description)} <= set(schemas)


def test_operations_have_names_of_their_own(description: Any) -> None:
    names = [it["operationId"] for item in description["paths"].values() for it in item.values()]
    assert len(names) == len(set(names))


def test_schemas_are_schemas(description: Any) -> None:
    for schema in description["components"]["schemas"].values():
        jsonschema.Draft202012Validator.check_schema(schema)


def test_answer_is_valid_against_what_is_described(
    alice: Client, run: str, description: Any
) -> None:
    answers = description["paths"]["/rest/runs/{run_id}"]["get"]["responses"]
    reference = answers["200"]["content"]["application/json"]["schema"]
    answer = alice.get(run, headers={"Accept": "application/json"})
    schema = {**reference, "components": description["components"]}
    jsonschema.Draft202012Validator(schema).validate(answer.json)


def test_address_is_that_of_the_server(client: Client) -> None:
    headers = {"X-Forwarded-Proto": "https", "X-Forwarded-Host": "example.org"}
    answer = client.get("/taverna-server/openapi.json", headers=headers)
    assert answer.json["servers"] == [{"url": "https://example.org/taverna-server"}]


def test_every_method_says_in_a_sentence_what_it_is_for(description: Any) -> None:
    methods = [method for path in description["paths"].values() for method in path.values()]
    summaries = [method["summary"] for method in methods if "summary" in method]
    assert len(summaries) > 130
    assert [text for text in summaries if not text.endswith(".")] == []
