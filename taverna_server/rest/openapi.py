"""The interface as OpenAPI 3.1, from the same declarations as the WADL.

JSON documents are described by their schemas; XML and text have a media type and
the word "string", since OpenAPI cannot describe XML with namespaces: the XSDs
under ``/rest/schemas/`` do.
"""

from __future__ import annotations

from typing import Any

from apispec import APISpec
from flask import Flask

import taverna_server
from taverna_server.representations.binding import Document
from taverna_server.representations.json_schema import json_schema
from taverna_server.rest.operations import ANYTHING, Form, Operation, media_types
from taverna_server.rest.resources import Method, methods
from taverna_server.serving.negotiation import JSON, TEXT, URI_LIST

VERSION = "3.1.0"
_COMPONENTS = "#/components/schemas/"
_REFUSALS = {
    400: "The body, or what it asks for, is wrong; the text says how.",
    401: "No credentials, or wrong ones.",
    403: "Not permitted.",
    404: "There is no such thing, or it is not to be seen.",
    406: "Nothing that the client accepts.",
    413: "The body is too long.",
    415: "The body is of a type that is not read here.",
    416: "The range lies outside of the file.",
    422: "The list of URIs names nothing that could be fetched.",
    503: "Too much at the moment; try later.",
}
_SUCCESSES = {
    200: "Done.",
    201: "Made; Location says where.",
    202: "Will be done.",
    204: "Done; there is nothing to say.",
    206: "The part asked for.",
    303: "Done; Location says where to look.",
}


def openapi(app: Flask, base: str) -> dict[str, Any]:
    """The description, for a server at ``base``."""
    spec = APISpec(
        title="Taverna Server",
        version=taverna_server.__version__,
        openapi_version=VERSION,
        info={"description": "Runs workflows; speaks the protocol of Taverna Server 2.5."},
        servers=[{"url": base or "/"}],
        security=[{"basic": []}, {"token": []}],
    )
    spec.components.security_scheme("basic", {"type": "http", "scheme": "basic"})
    spec.components.security_scheme("token", {"type": "http", "scheme": "bearer"})
    for method in methods(app):
        spec.path(path=method.path or "/", operations={method.name.lower(): _operation(method)})
    for name, schema in _schemas(app).items():
        spec.components.schema(name, schema)
    return spec.to_dict()


def _operation(method: Method) -> dict[str, Any]:
    operation = method.operation
    described: dict[str, Any] = {
        "operationId": f"{method.name.lower()}_{_plain(method.path)}",
        "summary": method.purpose,
        "tags": [method.path.split("/")[1] or "server"],
        "responses": {str(status): it for status, it in _responses(method).items()},
    }
    if method.parameters:
        described["parameters"] = [_parameter(name) for name in method.parameters]
    if operation.reads:
        described["requestBody"] = {"required": True, "content": _content(operation.reads)}
    return described


def _plain(path: str) -> str:
    return "_".join(part.strip("{}") for part in path.split("/") if part) or "root"


def _parameter(name: str) -> dict[str, Any]:
    schema = {"type": "string", "minLength": 1}
    return {"name": name, "in": "path", "required": True, "schema": schema}


def _responses(method: Method) -> dict[int, dict[str, Any]]:
    """Successes as declared; refusals by what the method takes, as text or as JSON."""
    found: dict[int, dict[str, Any]] = {}
    for status in method.operation.statuses:
        found[status] = {"description": _SUCCESSES[status]}
        if status not in (201, 204) and method.operation.offers:
            found[status]["content"] = _content(method.operation.offers)
        if status == 201:
            found[status]["headers"] = {"Location": {"schema": {"type": "string"}}}
    refusal = {TEXT: {"schema": {"type": "string"}}, JSON: {"schema": {"type": "object"}}}
    for status in _refusals(method.operation, bool(method.parameters)):
        found[status] = {"description": _REFUSALS[status], "content": refusal}
    return found


def _refusals(operation: Operation, has_parameters: bool) -> list[int]:
    found = {400, 401, 403, 503}
    found |= {404} if has_parameters else set()
    found |= {406} if operation.offers else set()
    found |= {413, 415} if operation.reads else set()
    found |= {422} if URI_LIST in operation.reads else set()
    found |= {416} if 206 in operation.statuses else set()
    return sorted(found)


def _content(forms: tuple[Form, ...]) -> dict[str, Any]:
    """By media type; one that several documents share takes any of them."""
    found: dict[str, list[dict[str, Any]]] = {}
    for form in forms:
        for media_type in media_types([form]):
            found.setdefault(media_type, []).append(_schema(form, media_type))
    return {
        media_type: {"schema": schemas[0] if len(schemas) == 1 else {"anyOf": schemas}}
        for media_type, schemas in found.items()
    }


def _schema(form: Form, media_type: str) -> dict[str, Any]:
    if isinstance(form, type):
        return {"$ref": _COMPONENTS + str(form.root)} if media_type == JSON else {"type": "string"}
    return {} if media_type in (JSON, ANYTHING) else {"type": "string"}


def _schemas(app: Flask) -> dict[str, Any]:
    """Of every document that a method reads or offers, and of its parts."""
    found: dict[str, Any] = {}
    forms = {form for it in methods(app) for form in it.operation.reads + it.operation.offers}
    for document in sorted((form for form in forms if isinstance(form, type)), key=_root):
        schema = _moved(json_schema(document))
        for name, part in schema.pop("$defs").items():
            if found.setdefault(name, part) != part:
                raise LookupError(f"two documents are called {name}")
        schema.pop("$schema")
        found[_root(document)] = schema
    return found


def _root(document: type[Document]) -> str:
    return str(document.root)


def _moved(schema: Any) -> Any:
    """The schema with its definitions where OpenAPI has them."""
    if isinstance(schema, dict):
        return {key: _moved(value) for key, value in schema.items()}
    if isinstance(schema, list):
        return [_moved(value) for value in schema]
    return schema.replace("#/$defs/", _COMPONENTS) if isinstance(schema, str) else schema
