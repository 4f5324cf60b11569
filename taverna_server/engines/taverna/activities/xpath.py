"""XPath 1.0 over a document (activities.md 5).

Nodes give their string value to ``nodelist``, unless it is empty, and their XML
to ``nodelistAsXML``, so that the two lists may differ in length; a number, a
truth value or a string gives its Java text to ``nodelist`` only.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any
from xml.sax.saxutils import escape

from lxml import etree

from taverna_server.data.values import ErrorDocument, ListValue, Value, read_text
from taverna_server.engines.taverna.activities.base import (
    ActivityFailure,
    BoundActivity,
    Inputs,
    Outputs,
    RunContext,
)
from taverna_server.engines.taverna.activities.dom4jtext import (
    attribute_text,
    document_text,
    element_text,
)
from taverna_server.engines.taverna.activities.javatext import double_text
from taverna_server.errors import MalformedDocument
from taverna_server.etree import parse_text
from taverna_server.workflow.model import Activity, ActivityPort

_REPORTED = "XPath processing library reported the following error:"
BAD_EXPRESSION = f"Incorrect XPath Expression -- {_REPORTED} "
BAD_DOCUMENT = f"XML document was not valid -- {_REPORTED} "
BAD_EVALUATION = (
    f"Unexpected error has occurred while executing the XPath expression. -- {_REPORTED}\n"
)
_WHOLE_DOCUMENT = "/"


class XPath(BoundActivity):
    """Finds what the expression of the configuration finds in the document at ``xml_text``."""

    def __init__(self, activity: Activity, context: RunContext) -> None:
        super().__init__(activity, context)
        self._expression = _expression(activity)
        self._namespaces = _namespaces(activity)

    @classmethod
    def problems(cls, activity: Activity) -> Iterable[str]:
        if not _expression(activity):
            yield "The XPath expression is missing."

    @classmethod
    def output_ports(cls, activity: Activity) -> Sequence[ActivityPort]:
        return (
            ActivityPort("firstNode"),
            ActivityPort("firstNodeAsXML"),
            ActivityPort("nodelist", 1),
            ActivityPort("nodelistAsXML", 1),
        )

    def invoke(self, inputs: Inputs) -> Outputs:
        if "xml_text" not in inputs:
            raise ActivityFailure(
                f"Uncaught exception while invoking {self.activity.class_name}",
                "no value at the port xml_text",
            )
        document = inputs["xml_text"]
        if isinstance(document, ListValue | ErrorDocument):
            raise TypeError("xml_text takes single values")
        return self._outputs(read_text(document))

    def _outputs(self, document: str) -> Outputs:
        texts: list[str] = []
        xml: list[str] = []
        has_cdata = "<![CDATA[" in document
        for item in self._matches(document) if document else ():
            text, markup = _described(item, has_cdata)
            texts.extend(filter(None, [text]) if markup is not None else [text])
            xml.extend([] if markup is None else [markup])
        return {
            "firstNode": _first(texts),
            "firstNodeAsXML": _first(xml),
            "nodelist": ListValue(tuple(texts), 1),
            "nodelistAsXML": ListValue(tuple(xml), 1),
        }

    def _matches(self, document: str) -> list[Any]:
        find = self._compiled()
        try:
            root = parse_text(document)
        except MalformedDocument as error:
            raise ActivityFailure(BAD_DOCUMENT + str(error.__cause__ or error)) from error
        if self._expression.strip() == _WHOLE_DOCUMENT:
            return [root.getroottree()]
        try:
            found = find(root.getroottree())
        except etree.XPathError as error:
            raise ActivityFailure(BAD_EVALUATION + str(error)) from error
        return found if isinstance(found, list) else [_plain(found)]

    def _compiled(self) -> etree.XPath:
        try:
            return etree.XPath(self._expression, namespaces=self._namespaces, regexp=False)
        except etree.XPathSyntaxError as error:
            raise ActivityFailure(BAD_EXPRESSION + str(error)) from error


class _Plain(str):
    """A result that is no node: its Java text."""


def _plain(result: Any) -> _Plain:
    if isinstance(result, bool):
        return _Plain(str(result).lower())
    return _Plain(double_text(result) if isinstance(result, float) else result)


def _described(item: Any, has_cdata: bool) -> tuple[str, str | None]:
    """String value and XML of a match; None as XML for what is no node."""
    if isinstance(item, _Plain):
        return str(item), None
    if isinstance(item, tuple):
        prefix, uri = item
        return uri, f'xmlns{":" if prefix else ""}{prefix or ""}="{uri}"'
    if isinstance(item, str):
        return str(item), _markup_of_text(item)
    if isinstance(item, etree._ElementTree):
        root = item.getroot()
        return _string(root), document_text(root, has_cdata)
    return _string(item), element_text(item, has_cdata)


def _markup_of_text(item: Any) -> str:
    if item.is_attribute:
        return attribute_text(item.getparent(), item.attrname, str(item))
    return escape(str(item))


def _string(node: etree._Element) -> str:
    return str(node.xpath("string()")) if isinstance(node.tag, str) else node.text or ""


def _first(items: list[str]) -> Value:
    return items[0] if items else ErrorDocument("No value produced")


def _expression(activity: Activity) -> str:
    return activity.config.text_of("xpathExpression") if activity.config else ""


def _namespaces(activity: Activity) -> dict[str, str]:
    """The map of the configuration; XPath 1.0 knows no default namespace."""
    if activity.config is None:
        return {}
    entries = (entry.children for entry in activity.config.all("xpathNamespaceMap", "entry"))
    return {e[0].text: e[1].text for e in entries if len(e) == 2 and e[0].text and e[1].text}
