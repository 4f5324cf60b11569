"""What a WSDL document says about an operation, as far as messages depend on it.

zeep reads WSDL and the schemas it names; documents come through the run's own
client, so that credentials, trusts and cancelling hold for them too, and nothing
but HTTP is followed. A document is read once a run, also when that fails: what
cannot be read when a workflow begins is disabled for the whole run.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator
from dataclasses import dataclass
from importlib.resources import files
from typing import Any, cast

from lxml import etree

from taverna_server.engines.taverna.activities.base import RunContext
from taverna_server.engines.taverna.activities.httpclient import (
    HttpClient,
    Request,
    ServiceUnreachable,
)
from taverna_server.engines.taverna.activities.xmltypes import (
    ARRAY,
    ATTRIBUTE,
    BASE,
    COMPLEX,
    XmlType,
)

NEEDS_ZEEP = "WSDL services need zeep (pip install 'taverna-server[soap]')"
ENCODING = "http://schemas.xmlsoap.org/soap/encoding/"
_WSDL = "http://schemas.xmlsoap.org/wsdl/"
_KNOWN = {ENCODING: "soapencoding.xsd"}
"""Schemas that nobody has to fetch, by address."""
SECONDS = 300.0
"""A service that says nothing for so long has failed."""
_OK = 200
_DEEPEST = 3
"""Levels of a type that messages depend on."""


class BadService(Exception):
    """The WSDL cannot be read or does not have the operation."""


@dataclass(frozen=True, slots=True)
class Part:
    """A part of a message."""

    name: str
    type: XmlType
    element: tuple[str, str] | None = None
    """Namespace and name of the element it is, in document style."""


@dataclass(frozen=True, slots=True)
class Operation:
    """One operation and how it is spoken to."""

    name: str
    namespace: str
    address: str
    action: str
    rpc: bool
    encoded: bool
    soap12: bool
    inputs: tuple[Part, ...]
    outputs: tuple[Part, ...]


class WsdlReader:
    """Reads the WSDL documents of a run, each once."""

    def __init__(self, context: RunContext) -> None:
        self._client = HttpClient(context, SECONDS)
        self._guard = threading.Lock()
        self._read: dict[str, _Definitions | BadService] = {}

    @classmethod
    def of(cls, context: RunContext) -> WsdlReader:
        """The one that the activities of a run share."""
        return cast(WsdlReader, context.shared.setdefault("wsdl", cls(context)))

    def operation(self, wsdl: str, name: str) -> Operation:
        """Raises BadService, RunCancelled."""
        with self._guard:
            if wsdl not in self._read:
                self._read[wsdl] = self._definitions(wsdl)
            found = self._read[wsdl]
        if isinstance(found, BadService):
            raise BadService(str(found))
        return found.operation(name)

    def _definitions(self, wsdl: str) -> _Definitions | BadService:
        try:
            return _Definitions(wsdl, self._client)
        except ImportError:
            return BadService(NEEDS_ZEEP)
        except (ServiceUnreachable, OSError) as error:
            return BadService(f"its WSDL cannot be read from {wsdl}: {error}")


class _Definitions:
    """One WSDL document with all that it imports."""

    def __init__(self, wsdl: str, client: HttpClient) -> None:
        from zeep import Settings
        from zeep.exceptions import Error
        from zeep.wsdl import Document

        self._loader = _Loader(client)
        try:
            settings = Settings(strict=False, xml_huge_tree=True)
            self._document: Any = Document(wsdl, cast(Any, self._loader), settings=settings)
        except (Error, etree.LxmlError, ValueError, LookupError, AttributeError) as error:
            # The reader meets documents of every kind of wrong.
            raise ServiceUnreachable(f"{type(error).__name__}: {error}") from error

    def operation(self, name: str) -> Operation:
        for address, binding, found in self._operations():
            if found.name == name:
                return self._described(address, binding, found)
        known = ", ".join(sorted({found.name for _, _, found in self._operations()}))
        raise BadService(f"it has no operation {name!r}; its operations are: {known}")

    def _operations(self) -> Iterator[tuple[str, Any, Any]]:
        from zeep.wsdl.bindings.soap import SoapBinding

        for service in self._document.services.values():
            for port in service.ports.values():
                if isinstance(port.binding, SoapBinding):
                    binding: Any = port.binding
                    for found in binding.all().values():
                        yield port.binding_options["address"], binding, found

    def _described(self, address: str, binding: Any, found: Any) -> Operation:
        from zeep.wsdl.bindings.soap import Soap12Binding

        parts = [
            tuple(_part(name, part) for name, part in message.parts.items()) if message else ()
            for message in (found.abstract.input_message, found.abstract.output_message)
        ]
        qname = getattr(found.input.body, "qname", None)
        return Operation(
            found.name,
            (qname.namespace if qname is not None else None) or "",
            address,
            found.soapaction or "",
            found.style == "rpc",
            self._loader.uses_encoding(etree.QName(binding.name).localname, found.name),
            isinstance(binding, Soap12Binding),
            *parts,
        )


class _Loader:
    """What zeep loads documents with; keeps them, as zeep forgets how bodies are encoded."""

    def __init__(self, client: HttpClient) -> None:
        self._client = client
        self._documents: list[bytes] = []

    def load(self, url: str) -> bytes:
        known = next((name for address, name in _KNOWN.items() if url.startswith(address)), None)
        if known:
            return files(__package__).joinpath(known).read_bytes()
        answer = self._client.send(Request("GET", url))
        if answer.status != _OK:
            raise ServiceUnreachable(f"{url} answers {answer.status} {answer.reason}")
        content = answer.body.read()
        answer.body.discard()
        self._documents.append(content)
        return content

    def uses_encoding(self, binding: str, operation: str) -> bool:
        """Whether the operation's input is written in SOAP encoding."""
        path = (
            "//w:binding[@name=$binding]/w:operation[@name=$operation]/w:input"
            "//*[local-name() = 'body']/@use"
        )
        parser = etree.XMLParser(resolve_entities=False, no_network=True, huge_tree=True)
        for content in self._documents:
            root = etree.fromstring(content, parser)
            names: dict[str, Any] = {"binding": binding, "operation": operation}
            found = root.xpath(path, namespaces={"w": _WSDL}, **names)
            if isinstance(found, list) and found:
                return found[0] == "encoded"
        return False


def _part(name: str, part: Any) -> Part:
    if part.element is None:
        return Part(name, _type(name, part.type))
    qname = part.element.qname
    described = _type(name, part.element.type, at_root=True)
    return Part(name, described, (qname.namespace or "", qname.localname))


def _type(
    name: str, found: Any, level: int = 0, at_root: bool = False, unbounded: bool = False
) -> XmlType:
    """Taverna's view of a type; that of a root element is never taken for an array."""
    qname = getattr(found, "qname", None)
    names = (name, qname.localname if qname is not None else found.name or name)
    namespace = (qname.namespace if qname is not None else None) or ""
    members = [] if level >= _DEEPEST else _members(found)
    if _is_simple(found):
        return XmlType(BASE, *names, namespace)
    item = _array_item(found, members, at_root)
    if item is not None:
        inner = _type(*item, level + 1)
        return XmlType(ARRAY, *names, namespace, wrapped=True, elements=(inner,))
    elements = tuple(_type(member, kind, level + 1) for member, kind, _ in members)
    return XmlType(COMPLEX, *names, namespace, elements=elements, attributes=_attributes(found))


def _is_simple(found: Any) -> bool:
    """Text, with or without attributes."""
    from zeep.xsd import Any as AnyElement
    from zeep.xsd.types.simple import AnySimpleType

    if isinstance(found, AnySimpleType):
        return True
    elements = getattr(found, "elements", [])
    return [name for name, _ in elements] == ["_value_1"] and not isinstance(
        elements[0][1], AnyElement
    )


def _members(found: Any) -> list[tuple[str, Any, bool]]:
    """Name and type of each element in it, and whether it may be repeated."""
    from zeep.xsd import Element

    return [
        (element.attr_name or name, element.type, element.accepts_multiple)
        for name, element in getattr(found, "elements", [])
        if isinstance(element, Element) and element.type is not None
    ]


def _array_item(
    found: Any, members: list[tuple[str, Any, bool]], at_root: bool
) -> tuple[str, Any] | None:
    """Of an array in SOAP encoding, and of an element around one that may be repeated."""
    declared = getattr(found, "_array_type", None)
    if declared is not None and declared.array_type is not None:
        return "", declared.array_type
    if at_root or len(members) != 1 or not members[0][2]:
        return None
    return members[0][:2]


def _attributes(found: Any) -> tuple[XmlType, ...]:
    return tuple(
        XmlType(ATTRIBUTE, attribute.name, "string")
        for name, attribute in getattr(found, "attributes", [])
        if name and getattr(attribute, "name", None)
    )
