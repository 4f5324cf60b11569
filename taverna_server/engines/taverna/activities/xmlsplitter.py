"""XML splitters: the parts of a document from ports, and to ports (activities.md 8 and 9).

Both follow the type in their configuration, and the MIME type that the
configuration gives each port, which need not agree with the type.
"""

from __future__ import annotations

import base64
import binascii
from collections.abc import Iterable, Iterator, Mapping

from taverna_server.data.values import (
    ErrorDocument,
    ListValue,
    Value,
    read_bytes,
    read_text,
)
from taverna_server.engines.taverna.activities.base import (
    ActivityFailure,
    BoundActivity,
    Inputs,
    Outputs,
    RunContext,
)
from taverna_server.engines.taverna.activities.jdom import (
    XSI,
    Attribute,
    Element,
    checked,
    read_element,
)
from taverna_server.engines.taverna.activities.xmltypes import (
    ARRAY,
    BASE,
    BYTES,
    COMPLEX,
    TEXT,
    XML,
    XmlType,
    read_type,
)
from taverna_server.errors import MalformedDocument
from taverna_server.workflow.model import Activity

FAILED = "Error in XMLInputSplitterActivity"
"""Said by both splitters."""
NIL = "xsi:nil"
_BLANK = "".join(map(chr, range(0x21)))
"""What Java trims."""
_OLD_SCHEMAS = ("http://www.w3.org", "XMLSchema")

Part = str | bytes | list[str | bytes]


class _Splitter(BoundActivity):
    """What both have: the type and the MIME types of the ports."""

    def __init__(self, activity: Activity, context: RunContext) -> None:
        super().__init__(activity, context)
        self._type = read_type(_description(activity))
        self._in, self._out = (_mime_types(activity, ports) for ports in ("inputs", "outputs"))

    @classmethod
    def problems(cls, activity: Activity) -> Iterable[str]:
        try:
            read_type(_description(activity))
        except MalformedDocument as error:
            yield f"The description of the XML cannot be used: {error}"

    def invoke(self, inputs: Inputs) -> Outputs:
        try:
            return self._split(inputs)
        except (MalformedDocument, ValueError, LookupError) as error:
            raise ActivityFailure(FAILED, f"{type(error).__name__}: {error}") from error

    def _split(self, inputs: Inputs) -> Outputs:
        raise NotImplementedError


class XmlInputSplitter(_Splitter):
    """Makes a document of the values at its ports."""

    def __init__(self, activity: Activity, context: RunContext) -> None:
        super().__init__(activity, context)
        self._binary = {port.name for port in activity.inputs if port.binary}

    def _split(self, inputs: Inputs) -> Outputs:
        parts = {port: self._part(port, value) for port, value in inputs.items()}
        document = self._complex(parts) if self._type.kind == COMPLEX else self._array(parts)
        output = next(iter(self._out))
        return {} if document is None else {output: document.write()}

    def _part(self, port: str, value: Value) -> Part:
        if isinstance(value, ErrorDocument):
            raise TypeError("splitters take no errors")
        if isinstance(value, ListValue):
            return [part for item in value for part in _flat(self._part(port, item))]
        return read_bytes(value) if port in self._binary else checked(read_text(value))

    def _complex(self, parts: Mapping[str, Part]) -> Element:
        root = Element(self._type.element_name)
        for declared in self._type.elements:
            part = parts.get(declared.name)
            if part is None and declared.optional:
                continue
            root.content.extend(self._elements(declared, "" if part is None else part))
        for attribute in self._type.attributes:
            value = parts.get(f"1{attribute.name}", parts.get(attribute.name))
            if value is not None:
                root.attributes.append(Attribute(attribute.name, _as_text(value)))
        root.namespace = self._type.namespace
        return root

    def _elements(self, declared: XmlType, part: Part) -> Iterator[Element]:
        if not isinstance(part, list):
            yield self._element(declared.name, part)
        elif declared.item is not None and declared.wrapped:
            whole = self._element(declared.name, "")
            whole.content.extend(self._items(declared.item.element_name, declared, part))
            yield whole
        else:
            name = declared.name if declared.kind == ARRAY else "item"
            yield from self._items(name, declared, part)

    def _items(self, name: str, declared: XmlType, part: list[str | bytes]) -> Iterator[Element]:
        for item in part:
            element = self._element(name, item)
            element.namespace, element.prefix = declared.namespace, ""
            if not declared.wrapped:
                element.name = name
            yield element

    def _array(self, parts: Mapping[str, Part]) -> Element | None:
        """A root that is no complex type is made from each port in turn; the last is kept."""
        root, found = Element(self._type.element_name), None
        for port, part in parts.items():
            if isinstance(part, list):
                found = Element(port, content=[self._element(port, item) for item in part])
            else:
                root.content.append(self._element(port, part))
                found = root
        return found

    def _element(self, name: str, part: str | bytes) -> Element:
        if XML in self._in.get(name, ""):
            text = _as_text(part)
            element = read_element(text) if text else Element(name)
        elif part == NIL:
            element = Element(name, attributes=[_xsi("nil", "true")])
        elif isinstance(part, bytes):
            kind = _xsi("type", "xsd:base64Binary")
            element = Element(name, attributes=[kind], content=[_as_text(part)])
        else:
            element = Element(name, content=[part])
        namespace = self._namespace(name)
        if namespace:
            element.move_to(namespace)
        return element

    def _namespace(self, name: str) -> str:
        """Old workflows give the namespace of the type where that of the element belongs."""
        declared = self._type.element(name)
        if declared is None:
            return ""
        if declared.kind == BASE and all(word in declared.namespace for word in _OLD_SCHEMAS):
            return self._type.namespace
        return declared.namespace


class XmlOutputSplitter(_Splitter):
    """Gives the parts of a document to its ports."""

    def _split(self, inputs: Inputs) -> Outputs:
        document = inputs[next(iter(self._in))]
        if isinstance(document, ListValue | ErrorDocument):
            raise TypeError("splitters take single documents")
        root = read_element(read_text(document))
        found = self._array(root) if self._type.kind == ARRAY else self._complex(root)
        return {port: found.get(port, _nothing(port, mime)) for port, mime in self._out.items()}

    def _array(self, root: Element) -> dict[str, Value]:
        if len(self._out) > 1:
            raise ValueError("an array has one output")
        item = self._type.item
        plain = item is not None and item.kind == BASE
        return {next(iter(self._out)): _list(root.children, as_xml=not plain)}

    def _complex(self, root: Element) -> dict[str, Value]:
        found: dict[str, Value] = {}
        for child in root.children:
            mime = self._out.get(child.name)
            if mime is None:
                continue
            if mime.startswith("l(") and self._is_unwrapped(child.name):
                # All children, whatever their names: so it was.
                found[child.name] = _list(root.children, as_xml="text/xml" in mime)
                break
            found[child.name] = _value(child, mime)
        return found | self._attributes(root)

    def _is_unwrapped(self, name: str) -> bool:
        declared = self._type.element(name)
        return declared is not None and declared.kind == ARRAY and not declared.wrapped

    def _attributes(self, root: Element) -> dict[str, Value]:
        found: dict[str, Value] = {}
        for attribute in root.attributes:
            for port in (f"1{attribute.name}", attribute.name):
                if port in self._out:
                    found[port] = attribute.value
                    break
        return found


def _value(child: Element, mime: str) -> Value:
    if mime == XML:
        return child.write()
    if mime == f"l({XML})":
        raise ValueError(f"a single document at the port {child.name}, which gives lists")
    if mime == BYTES:
        try:
            return base64.b64decode(child.text)
        except binascii.Error as error:
            raise ValueError(f"the element {child.name} is not Base64: {error}") from error
    return _list(child.children, as_xml=False) if mime == f"l({TEXT})" else child.text


def _list(children: Iterable[Element], as_xml: bool) -> ListValue:
    return ListValue(tuple(c.write() if as_xml else c.text.strip(_BLANK) for c in children), 1)


def _nothing(port: str, mime: str) -> Value:
    """What a port gives when the document has nothing for it."""
    if mime == XML:
        return f"<{port} />"
    return ListValue((), 1) if mime.startswith("l('") else ""


def _as_text(part: Part) -> str:
    if isinstance(part, list):
        return f"[{', '.join(map(_as_text, part))}]"
    return part if isinstance(part, str) else base64.b64encode(part).decode("ascii")


def _flat(part: Part) -> list[str | bytes]:
    return part if isinstance(part, list) else [part]


def _xsi(name: str, value: str) -> Attribute:
    return Attribute(name, value, "xsi", XSI)


def _description(activity: Activity) -> str:
    return activity.config.text_of("wrappedTypeXML") if activity.config else ""


def _mime_types(activity: Activity, which: str) -> dict[str, str]:
    """The first MIME type of each port, by name, in the order of the ports."""
    definitions = activity.config.all(which) if activity.config else ()
    ports = (port for ports in definitions for port in ports.children)
    return {
        port.text_of("name"): next(
            (mime.text.strip() for types in port.all("mimeTypes") for mime in types.children), ""
        )
        for port in ports
        if port.find("name")
    }
