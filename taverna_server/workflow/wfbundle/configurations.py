"""What activities are configured with, in the JSON of Taverna 3 and as beans of t2flow.

``to_json`` says what Taverna 3 calls things; ``to_bean`` is its inverse, as far as
it goes. Kinds that are in neither keep their bean alone.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping

from taverna_server.workflow import beans
from taverna_server.workflow.model import Bean
from taverna_server.workflow.wfbundle.jsonvalues import Json, Ports, items, text
from taverna_server.workflow.wfbundle.serviceforms import TO_BEAN
from taverna_server.workflow.wfbundle.vocabulary import ACTIVITY

LOCAL_WORKER = f"{ACTIVITY}localworker/"
_TYPES = {
    "beanshell": "beanshell",
    "biomoby": "biomoby/service",
    "biomobyobject": "biomoby/object",
    "dataflow": "nested-workflow",
    "externaltool": "tool",
    "localworker": "beanshell",
    "spreadsheetimport": "spreadsheet-import",
    "stringconstant": "constant",
    "xmlinputsplitter": "wsdl/xml-splitter/in",
    "xmloutputsplitter": "wsdl/xml-splitter/out",
}
"""Where the last part of Taverna 3's type is not the kind."""
_KINDS = {name: kind for kind, name in _TYPES.items() if kind != "localworker"}


def type_of(kind: str) -> str:
    """Taverna 3's URI for a kind."""
    return ACTIVITY + _TYPES.get(kind, kind)


def kind_of_type(uri: str, data: Json) -> str:
    """The kind behind a type's URI; a local worker is a script that says where it is from."""
    name = uri.removeprefix(ACTIVITY).rstrip("/") if uri.startswith(ACTIVITY) else ""
    if name == "beanshell" and text(data, "derivedFrom").startswith(LOCAL_WORKER):
        return "localworker"
    return _KINDS.get(name, name) or "unrecognized"


def class_of(kind: str) -> str:
    """The Java class of a kind; of one that Taverna 2 did not have, a name that says so."""
    return beans.CLASSES.get(kind) or f"{beans.ACTIVITIES}.{kind}.{kind}Activity"


def to_json(kind: str, bean: Bean | None) -> Json:
    """The configuration as Taverna 3 writes it; empty for kinds it is not known of."""
    return _TO_JSON[kind](bean) if bean is not None and kind in _TO_JSON else {}


def to_bean(kind: str, data: Json, ports: Ports) -> Bean | None:
    """The configuration as our activities read it; None for kinds it is not known of."""
    return _TO_BEAN[kind](data, ports) if kind in _TO_BEAN else None


def _strings(bean: Bean, tag: str) -> list[str]:
    return [item.text for item in bean.all(tag, "string")]


def _renamed(bean: Bean, names: Mapping[str, str]) -> Json:
    """Texts of the bean that there are, under Taverna 3's names."""
    return {new: bean.text_of(old) for old, new in names.items() if bean.find(old) is not None}


def _leaves(data: Json, names: Mapping[str, str]) -> Iterable[Bean]:
    return beans.leaves({old: text(data, new) for old, new in names.items() if new in data})


def _flags(data: Json, *names: str) -> Json:
    """Some texts as the flags they are."""
    return {key: value == "true" if key in names else value for key, value in data.items()}


def _simple(
    kind: str, names: Mapping[str, str]
) -> tuple[Callable[[Bean], Json], Callable[[Json, Ports], Bean]]:
    """Of kinds whose configuration is texts."""
    return (
        lambda bean: _renamed(bean, names),
        lambda data, ports: beans.configuration(kind, *_leaves(data, names)),
    )


def _script_json(bean: Bean) -> Json:
    data: Json = {"script": bean.text_of("script")}
    if bean.find("classLoaderSharing") is not None:
        data["classLoaderSharing"] = bean.text_of("classLoaderSharing")
    if libraries := _strings(bean, "localDependencies"):
        data["localDependency"] = libraries
    if worker := bean.text_of("localworkerName"):
        data["derivedFrom"] = LOCAL_WORKER + worker
    return data


def _script_bean(kind: str) -> Callable[[Json, Ports], Bean]:
    def bean(data: Json, ports: Ports) -> Bean:
        worker = text(data, "derivedFrom").removeprefix(LOCAL_WORKER)
        libraries = [name for name in items(data, "localDependency") if isinstance(name, str)]
        return beans.configuration(
            kind,
            *beans.ports(*ports),
            Bean("classLoaderSharing", text(data, "classLoaderSharing") or "workflow"),
            beans.strings("localDependencies", libraries),
            Bean("script", text(data, "script")),
            *([Bean("localworkerName", worker)] if kind == "localworker" else []),
        )

    return bean


def _xpath_json(bean: Bean) -> Json:
    entries = (entry.children for entry in bean.all("xpathNamespaceMap", "entry"))
    return {
        "xpathExpression": bean.text_of("xpathExpression"),
        "xpathNamespaceMap": [
            {"prefix": pair[0].text, "uri": pair[1].text} for pair in entries if len(pair) == 2
        ],
    }


def _xpath_bean(data: Json, ports: Ports) -> Bean:
    pairs = (
        (text(entry, "prefix"), text(entry, "uri")) for entry in items(data, "xpathNamespaceMap")
    )
    entries = tuple(Bean("entry", children=beans.strings("", pair).children) for pair in pairs)
    expression = Bean("xpathExpression", text(data, "xpathExpression"))
    return beans.configuration("xpath", expression, Bean("xpathNamespaceMap", children=entries))


_REST = {
    "outgoingDataFormat": "outgoingDataFormat",
    "showRedirectionOutputPort": "showRedirectionOutputPort",
    "showActualUrlPort": "showActualURLPort",
    "showResponseHeadersPort": "showResponseHeadersPort",
    "escapeParameters": "escapeParameters",
}
_REST_HEADERS = {"Accept": "acceptsHeaderValue", "Content-Type": "contentTypeForUpdates"}
_EXPECT = "100-continue"


def _rest_json(bean: Bean) -> Json:
    return {
        "request": {
            "httpMethod": bean.text_of("httpMethod"),
            "absoluteURITemplate": bean.text_of("urlSignature"),
            "headers": [{"header": name, "value": value} for name, value in _headers(bean)],
        },
        **_flags(_renamed(bean, _REST), *(set(_REST.values()) - {"outgoingDataFormat"})),
    }


def _headers(bean: Bean) -> Iterator[tuple[str, str]]:
    for name, field in _REST_HEADERS.items():
        if bean.text_of(field):
            yield name, bean.text_of(field)
    if bean.text_of("sendHTTPExpectRequestHeader") == "true":
        yield "Expect", _EXPECT
    for pair in bean.all("otherHTTPHeaders", "list"):
        if len(pair.children) == 2:
            yield pair.children[0].text, pair.children[1].text


def _rest_bean(data: Json, ports: Ports) -> Bean:
    headers = [
        (text(entry, "header"), text(entry, "value")) for entry in items(data, "request", "headers")
    ]
    known = {
        field: value for name, field in _REST_HEADERS.items() for n, value in headers if n == name
    }
    expects = any(name == "Expect" for name, _ in headers)
    others = [pair for pair in headers if pair[0] not in (*_REST_HEADERS, "Expect")]
    return beans.configuration(
        "rest",
        Bean("httpMethod", text(data, "request", "httpMethod")),
        Bean("urlSignature", text(data, "request", "absoluteURITemplate")),
        *beans.leaves(known),
        Bean("sendHTTPExpectRequestHeader", str(expects).lower()),
        *_leaves(data, _REST),
        Bean("otherHTTPHeaders", children=tuple(beans.strings("list", pair) for pair in others)),
    )


def _wsdl_json(bean: Bean) -> Json:
    operation = {"wsdl": bean.text_of("wsdl"), "name": bean.text_of("operation")}
    return {"operation": operation, **_renamed(bean, {"securityProfile": "securityProfile"})}


def _wsdl_bean(data: Json, ports: Ports) -> Bean:
    return beans.configuration(
        "wsdl",
        Bean("wsdl", text(data, "operation", "wsdl")),
        Bean("operation", text(data, "operation", "name")),
        *_leaves(data, {"securityProfile": "securityProfile"}),
    )


_component = _simple(
    "component",
    {name: name for name in ("registryBase", "familyName", "componentName", "componentVersion")},
)
_interaction = _simple(
    "interaction",
    {name: name for name in ("presentationOrigin", "interactionActivityType")},
)

_TO_JSON: dict[str, Callable[[Bean], Json]] = {
    "beanshell": _script_json,
    "component": _component[0],
    "interaction": _interaction[0],
    "localworker": _script_json,
    "rest": _rest_json,
    "stringconstant": lambda bean: {"string": bean.text_of("value")},
    "wsdl": _wsdl_json,
    "xpath": _xpath_json,
}
_TO_BEAN: dict[str, Callable[[Json, Ports], Bean | None]] = {
    **TO_BEAN,
    "beanshell": _script_bean("beanshell"),
    "component": _component[1],
    "interaction": _interaction[1],
    "localworker": _script_bean("localworker"),
    "rest": _rest_bean,
    "stringconstant": lambda data, ports: beans.constant(text(data, "string")),
    "wsdl": _wsdl_bean,
    "xpath": _xpath_bean,
}
