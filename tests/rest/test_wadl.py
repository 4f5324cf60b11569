"""The WADL describes the routes there are, and is served with the server's own address."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from flask import Flask
from lxml import etree
from werkzeug.test import Client

from taverna_server.representations.publish import published
from taverna_server.rest.resources import METHODS, methods
from taverna_server.rest.wadl import WADL
from taverna_server.serving.negotiation import JSON, XML

COMMITTED = Path(__file__).parents[2] / "wadl" / "taverna-server.wadl"
NAMES = {"w": WADL}
UNDECLARED = {"get_workflow", "get_schema"}
"""Documents that are not ours, and schemas."""


def described(root: etree._Element) -> set[tuple[str, str]]:
    return {
        (str(method.get("name")), str(resource.get("path")))
        for resource in root.iterfind(".//w:resource", NAMES)
        for method in resource.iterfind("w:method", NAMES)
    }


def test_every_route_below_rest_is_described_and_nothing_else(app: Flask) -> None:
    routes = {
        (method, re.sub(r"<(?:\w+:)?(\w+)>", r"{\1}", rule.rule.removeprefix("/rest")) or "/")
        for rule in app.url_map.iter_rules()
        if (rule.rule + "/").startswith("/rest/")
        for method in (rule.methods or set()) & set(METHODS)
    }
    assert described(etree.parse(COMMITTED).getroot()) == routes


def test_every_route_says_which_documents_it_has(app: Flask) -> None:
    for method in methods(app):
        for forms in (method.operation.reads, method.operation.offers):
            assert method.view in UNDECLARED or not {XML, JSON} <= set(forms), method


@pytest.mark.parametrize("accept", [None, "application/vnd.sun.wadl+xml", "application/xml"])
def test_wadl_is_served_to_everybody_with_the_address_of_the_server(
    client: Client, accept: str | None
) -> None:
    answer = client.get("/rest?_wadl", headers={"Accept": accept} if accept else {})
    assert answer.mimetype == accept or (accept is None and answer.mimetype.endswith("wadl+xml"))
    root = etree.fromstring(answer.data)
    assert root.find("w:resources", NAMES).get("base") == "http://localhost/rest"  # type: ignore[union-attr]
    assert described(root) == described(etree.parse(COMMITTED).getroot())


def test_schemas_that_it_refers_to_are_served(client: Client) -> None:
    root = etree.fromstring(client.get("/rest?_wadl").data)
    for include in root.iterfind(".//w:include", NAMES):
        answer = client.get(str(include.get("href")))
        assert (answer.status_code, answer.mimetype) == (200, "application/xml")
        assert etree.fromstring(answer.data).tag.endswith("}schema")


def test_schemas_are_listed_and_each_is_there(client: Client) -> None:
    places = client.get("/rest/schemas/").text.split()
    assert len(places) == len(published())
    for place in places:
        name = place.removeprefix("http://localhost/rest/schemas/")
        assert client.get(place).data == published()[name]


def test_schema_that_does_not_exist_is_404(client: Client) -> None:
    assert client.get("/rest/schemas/../../setup.cfg").status_code == 404
    assert client.get("/rest/schemas/none.xsd").text == "no such schema"
