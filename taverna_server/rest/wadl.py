"""The interface as WADL, for clients that are generated (protocol dossier 1.1).

``python -m taverna_server.rest.publish`` writes the committed form; a server
gives its own address as the base.
"""

from __future__ import annotations

from collections.abc import Iterable
from itertools import groupby
from typing import Any

from flask import Flask
from lxml import etree

from taverna_server.representations.binding import Document
from taverna_server.representations.xsd import FILES
from taverna_server.rest.operations import Form, media_types
from taverna_server.rest.resources import Method, methods

WADL = "http://wadl.dev.java.net/2009/02"
_XS = "http://www.w3.org/2001/XMLSchema"
ROOT = "/rest"


def wadl(app: Flask, base: str) -> bytes:
    """Everything below ``/rest``, with ``base`` as the address of that."""
    prefixes: Any = {None: WADL, "xs": _XS} | {it.prefix: it.uri for it in FILES}
    root = etree.Element(_tag("application"), nsmap=prefixes)
    grammars = etree.SubElement(root, _tag("grammars"))
    for name in FILES.values():
        etree.SubElement(grammars, _tag("include"), href=f"{base}/schemas/{name}")
    resources = etree.SubElement(root, _tag("resources"), base=base)
    below = [method for method in methods(app) if (method.path + "/").startswith(ROOT + "/")]
    for path, group in groupby(below, key=lambda method: method.path):
        _resource(resources, path, list(group))
    etree.indent(root)
    return etree.tostring(root, xml_declaration=True, encoding="UTF-8") + b"\n"


def _resource(parent: etree._Element, path: str, group: list[Method]) -> None:
    resource = etree.SubElement(parent, _tag("resource"), path=path.removeprefix(ROOT) or "/")
    for name in group[0].parameters:
        _param(resource, name)
    for method in group:
        _method(resource, method)


def _param(parent: etree._Element, name: str) -> None:
    kind = {"name": name, "style": "template", "type": "xs:string"}
    etree.SubElement(parent, _tag("param"), kind)


def _method(resource: etree._Element, method: Method) -> None:
    element = etree.SubElement(resource, _tag("method"), name=method.name, id=method.view)
    etree.SubElement(element, _tag("doc")).text = method.purpose
    if method.operation.reads:
        _representations(etree.SubElement(element, _tag("request")), method.operation.reads)
    statuses = " ".join(map(str, method.operation.statuses))
    response = etree.SubElement(element, _tag("response"), status=statuses)
    if {201, 303} & set(method.operation.statuses):
        place = {"name": "Location", "style": "header", "type": "xs:anyURI"}
        etree.SubElement(response, _tag("param"), place)
    _representations(response, method.operation.offers)


def _representations(parent: etree._Element, forms: Iterable[Form]) -> None:
    for form in forms:
        for media_type in media_types([form]):
            element = etree.SubElement(parent, _tag("representation"), mediaType=media_type)
            if isinstance(form, type) and media_type.endswith("xml"):
                element.set("element", _name(form))


def _name(document: type[Document]) -> str:
    return f"{document.namespace.prefix}:{document.root}"


def _tag(name: str) -> str:
    return f"{{{WADL}}}{name}"
