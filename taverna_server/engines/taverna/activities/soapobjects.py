"""Objects in SOAP encoding, as Axis 1 wrote them: texts, bytes, lists and maps.

For services that are called without a WSDL: what a value is stands on its element.
"""

from __future__ import annotations

import base64
from typing import TypeAlias

from lxml import etree

from taverna_server.engines.taverna.activities.soapmessage import (
    ENVELOPE,
    XSD,
    XSI,
    MissingOutputs,
    body_parts,
    expand_references,
)
from taverna_server.engines.taverna.activities.soapservice import ENCODING
from taverna_server.etree import parse_xml

Object: TypeAlias = "str | bytes | list[Object] | dict[str, Object] | None"

_MAP = "http://xml.apache.org/xml-soap"
_TYPE, _NIL = f"{{{XSI}}}type", f"{{{XSI}}}nil"
_ARRAY_TYPE = f"{{{ENCODING}}}arrayType"
_SPACES = {"soapenv": ENVELOPE, "soapenc": ENCODING, "xsi": XSI, "xsd": XSD, "apache": _MAP}


def write_call(operation: str, *arguments: Object) -> bytes:
    """A message that calls an operation in no namespace."""
    envelope = etree.Element(f"{{{ENVELOPE}}}Envelope", nsmap=_SPACES)
    body = etree.SubElement(envelope, f"{{{ENVELOPE}}}Body")
    call = etree.SubElement(body, operation)
    call.set(f"{{{ENVELOPE}}}encodingStyle", ENCODING)
    for number, argument in enumerate(arguments):
        _write(etree.SubElement(call, f"arg{number}"), argument)
    return etree.tostring(envelope, encoding="utf-8", xml_declaration=True)


def read_result(document: bytes) -> Object:
    """What the operation returned; None where it returned nothing.

    Raises:
        MalformedDocument, SoapFault: see there.
        MissingOutputs: no answer in the envelope.
    """
    parts = body_parts(parse_xml(document, large_text=True))
    if not parts:
        raise MissingOutputs
    expand_references(parts)
    returned = [child for child in parts[0] if isinstance(child.tag, str)]
    return _read(returned[0]) if returned else None


def _write(element: etree._Element, value: Object) -> None:
    if isinstance(value, str):
        element.set(_TYPE, "xsd:string")
        element.text = value
    elif isinstance(value, bytes):
        element.set(_TYPE, "xsd:base64Binary")
        element.text = base64.b64encode(value).decode("ascii")
    elif isinstance(value, list):
        kind = "xsd:base64Binary" if value and isinstance(value[0], bytes) else "xsd:string"
        element.set(_TYPE, "soapenc:Array")
        element.set(_ARRAY_TYPE, f"{kind}[{len(value)}]")
        for member in value:
            _write(etree.SubElement(element, "item"), member)
    elif isinstance(value, dict):
        element.set(_TYPE, "apache:Map")
        for name, member in value.items():
            item = etree.SubElement(element, "item")
            _write(etree.SubElement(item, "key"), name)
            _write(etree.SubElement(item, "value"), member)
    else:
        element.set(_NIL, "true")


def _read(element: etree._Element) -> Object:
    kind = (element.get(_TYPE) or "").rpartition(":")[2]
    members = [child for child in element if isinstance(child.tag, str)]
    if element.get(_NIL) in ("true", "1"):
        return None
    if kind == "Map":
        pairs = (item for item in members if len(item) > 1)
        return {str(_read(item[0])): _read(item[1]) for item in pairs}
    if kind == "Array" or element.get(_ARRAY_TYPE) is not None or members:
        return [_read(member) for member in members]
    text = element.text or ""
    return base64.b64decode(text) if kind in ("base64Binary", "base64") else text
