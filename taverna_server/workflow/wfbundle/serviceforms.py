"""Tools, spreadsheets and services as Taverna 3 configures them, read as beans of t2flow.

The names are those of Taverna 3's converter and of its activities' schemas. The
converter left things out: the command and the ports of tools. Such a tool keeps
what is said of it, and says at run time what is missing.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping

from taverna_server.errors import MalformedDocument
from taverna_server.etree import parse_text
from taverna_server.workflow import beans
from taverna_server.workflow.model import Bean
from taverna_server.workflow.scufl.splitters import read_splitter
from taverna_server.workflow.wfbundle.jsonvalues import Json, Ports, items, member, text
from taverna_server.workflow.xstream import read_verbatim

ToBean = Callable[[Json, Ports], Bean | None]

_MECHANISM = ("mechanismType", "mechanismName", "mechanismXML")
_PLACED = ("tag", "file", "tempFile", "binary", "charsetName", "forceCopy")
_STREAMS = ("includeStdIn", "includeStdOut", "includeStdErr")
_SPREADSHEET = (
    "emptyCellValue", "allRows", "excludeFirstRow", "ignoreBlankRows", "emptyCellPolicy",
    "outputFormat", "csvDelimiter",
)  # fmt: skip
_METHOD = (
    "className", "methodName", "returnType", "returnDimension", "isMethodConstructor",
    "isMethodStatic",
)  # fmt: skip


def _texts(
    data: object, names: Iterable[str], renamed: Mapping[str, str] | None = None
) -> list[Bean]:
    """Those of the members that there are."""
    found = [(name, text(data, (renamed or {}).get(name, name))) for name in names]
    return [Bean(name, said) for name, said in found if said]


def _tool(data: Json, ports: Ports) -> Bean:
    group = member(data, "invocationGroup")
    mechanism = _texts(group or data, _MECHANISM)
    return beans.configuration(
        "externaltool",
        *([Bean("group", children=tuple(mechanism))] if group else mechanism),
        Bean("externaltoolid", text(data, "toolId")),
        *_texts(data, ["repositoryUrl", "edited"]),
        _description(member(data, "toolDescription")),
    )


def _description(data: Json) -> Bean:
    static = (
        Bean("ScriptInputStatic", children=tuple(_static(i))) for i in items(data, "staticInputs")
    )
    wanted = ("list", "concatenate")
    return Bean(
        "useCaseDescription",
        children=(
            *_texts(data, ["command", *_STREAMS]),
            Bean("static_inputs", children=tuple(static)),
            _entries("inputs", data, "input", (*_PLACED, *wanted)),
            _entries("outputs", data, "output", ("path", "binary")),
            Bean("validReturnCodes", children=tuple(_codes(data))),
        ),
    )


def _static(data: object) -> Iterator[Bean]:
    yield from _texts(data, (*_PLACED, "url", "content"))


def _codes(data: Json) -> Iterator[Bean]:
    for code in items(data, "validReturnCodes"):
        if isinstance(code, int):
            yield Bean("int", str(code))


def _entries(tag: str, data: Json, name: str, fields: Iterable[str]) -> Bean:
    """A map from ports to what belongs to them."""
    entries = (
        Bean("entry", children=(
            Bean("string", text(entry, "port")),
            Bean(name, children=tuple(_texts(member(entry, name), fields))),
        ))
        for entry in items(data, tag)
    )  # fmt: skip
    return Bean(tag, children=tuple(entries))


def _spreadsheet(data: Json, ports: Ports) -> Bean:
    names = (
        Bean("entry", children=beans.strings("", (text(e, "column"), text(e, "port"))).children)
        for e in items(data, "columnNames")
    )
    return beans.configuration(
        "spreadsheetimport",
        _range("columnRange", member(data, "columnRange")),
        _range("rowRange", member(data, "rowRange")),
        Bean("columnNames", children=tuple(names)),
        *_texts(data, _SPREADSHEET),
    )


def _range(tag: str, data: object) -> Bean:
    excludes = (_range("range", found) for found in items(data, "excludes"))
    return Bean(
        tag,
        children=(*_texts(data, ["start", "end"]), Bean("excludes", children=tuple(excludes))),
    )


def _biomart(data: Json, ports: Ports) -> Bean | None:
    """The query is XML in a text, the same that t2flow has as elements."""
    try:
        return read_verbatim(parse_text(text(data, "martQuery")))
    except MalformedDocument:
        return None


def _soaplab(data: Json, ports: Ports) -> Bean:
    fields = ("endpoint", "pollingInterval", "pollingBackoff", "pollingIntervalMax")
    return beans.configuration("soaplab", *_texts(data, fields))


def _splitter(kind: str) -> ToBean:
    """MIME types of the ports follow from the type."""

    def bean(data: Json, ports: Ports) -> Bean | None:
        try:
            return read_splitter(kind, parse_text(text(data, "wrappedType")))[0]
        except MalformedDocument:
            return None

    return bean


def _rshell(data: Json, ports: Ports) -> Bean:
    """The converter wrote the port of the server one level too high."""
    connection = member(data, "connection")
    number = text(connection, "port") or text(data, "port")
    settings = _texts(connection, ["host", "keepSessionAlive"], {"host": "hostname"})
    return beans.configuration(
        "rshell",
        Bean("script", text(data, "script")),
        Bean("connectionSettings", children=(*settings, Bean("port", number))),
        *beans.ports(*ports),
        _semantic("inputSymanticTypes", items(data, "inputTypes")),
        _semantic("outputSymanticTypes", items(data, "outputTypes")),
    )


def _semantic(tag: str, types: list[object]) -> Bean:
    renamed = {"name": "port", "symanticType": "dataType"}
    return Bean(
        tag,
        children=tuple(
            Bean("RShellPortSymanticTypeBean", children=tuple(_texts(found, renamed, renamed)))
            for found in types
        ),
    )


def _method(data: Json, ports: Ports) -> Bean:
    dimensions = (Bean("int", str(n)) for n in items(data, "parameterDimensions"))
    return beans.configuration(
        "apiconsumer",
        *_texts(data, _METHOD),
        beans.strings("parameterNames", map(str, items(data, "parameterNames"))),
        beans.strings("parameterTypes", map(str, items(data, "parameterTypes"))),
        Bean("parameterDimensions", children=tuple(dimensions)),
    )


TO_BEAN: dict[str, ToBean] = {
    "apiconsumer": _method,
    "biomart": _biomart,
    "externaltool": _tool,
    "rshell": _rshell,
    "soaplab": _soaplab,
    "spreadsheetimport": _spreadsheet,
    "xmlinputsplitter": _splitter("xmlinputsplitter"),
    "xmloutputsplitter": _splitter("xmloutputsplitter"),
}
"""By kind; None where what is written cannot be read."""
