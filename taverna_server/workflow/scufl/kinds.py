"""What a Scufl processor invokes, by the name of its element.

Each reader turns the element into the configuration that Taverna 2 has for the
same thing. What nothing is known of keeps its element as configuration, so that
it is described, and fails politely when it is invoked.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from lxml import etree

from taverna_server.etree import local_name
from taverna_server.workflow import beans
from taverna_server.workflow.activities import kind_of
from taverna_server.workflow.elements import child, children, text, text_at
from taverna_server.workflow.model import ActivityPort, Bean
from taverna_server.workflow.scufl.localworkers import JAVA, LOCAL_WORKERS
from taverna_server.workflow.scufl.names import attribute, list_depth
from taverna_server.workflow.scufl.splitters import SPLITTERS, read_splitter
from taverna_server.workflow.xstream import read_verbatim

WORKERS = "org.embl.ebi.escience.scuflworkers"
BYTES = "application/octet-stream"


@dataclass(frozen=True)
class Invoked:
    """An activity, before it is known which of its ports are used."""

    class_name: str
    config: Bean | None
    inputs: Mapping[str, int] = field(default_factory=dict)
    """Depths of those that the kind declares."""
    outputs: Mapping[str, int] = field(default_factory=dict)

    @property
    def kind(self) -> str:
        return kind_of(self.class_name)


def read_kind(element: etree._Element) -> Invoked:
    """The activity of a kind's element; nested workflows are not read here."""
    reader = _READERS.get(local_name(element), _unknown)
    return reader(element)


def _unknown(element: etree._Element) -> Invoked:
    """Talisman, SeqHound, Inferno and others that went with their services."""
    return Invoked(f"{WORKERS}.{local_name(element)}", read_verbatim(element))


def _same(kind: str) -> Callable[[etree._Element], Invoked]:
    """Kinds whose service is gone: the configuration is kept as it stands."""
    return lambda element: Invoked(beans.CLASSES[kind], read_verbatim(element))


def _declared(
    kind: str, inputs: list[ActivityPort], outputs: list[ActivityPort], *fields: Bean
) -> Invoked:
    config = beans.configuration(kind, *beans.ports(inputs, outputs), *fields)
    return Invoked(beans.CLASSES[kind], config, _depths(inputs), _depths(outputs))


def _depths(ports: Iterable[ActivityPort]) -> dict[str, int]:
    return {port.name: port.depth for port in ports}


def _string_constant(element: etree._Element) -> Invoked:
    config = beans.constant(text(element))
    return Invoked(beans.CLASSES["stringconstant"], config, {}, {"value": 0})


def _beanshell(element: etree._Element) -> Invoked:
    inputs = list(_typed_ports(child(element, "beanshellinputlist"), "syntactictype"))
    outputs = list(_typed_ports(child(element, "beanshelloutputlist"), "syntactictype"))
    libraries = (text(name).strip() for name in children(child(element, "dependencies")))
    return _declared(
        "beanshell",
        inputs,
        outputs,
        Bean("classLoaderSharing", "workflow"),
        beans.strings("localDependencies", libraries),
        Bean("script", text(child(element, "scriptvalue"))),
    )


def _typed_ports(ports: etree._Element | None, type_name: str) -> Iterator[ActivityPort]:
    for port in children(ports):
        written = attribute(port, type_name)
        yield ActivityPort(text(port).strip(), list_depth(written), BYTES in written)


def _local(element: etree._Element) -> Invoked:
    """The class alone: Taverna 1 had no script for it (activities.md 2)."""
    name, extensions = text(element).strip(), child(element, "extensions")
    if name in SPLITTERS:
        config, given, made = read_splitter(SPLITTERS[name], extensions)
        return Invoked(beans.CLASSES[SPLITTERS[name]], config, given, made)
    known = LOCAL_WORKERS.get(name)
    inputs = list(known.inputs) if known else []
    if name == f"{JAVA}FlattenList":
        inputs = [ActivityPort("inputlist", _flattened(extensions), True)]
    outputs = list(known.outputs) if known else []
    return _declared("localworker", inputs, outputs, Bean("localworkerName", name))


def _flattened(extensions: etree._Element | None) -> int:
    """How many levels go in; two where nothing is said."""
    for setting in children(extensions):
        written = attribute(setting, "depth") or text(setting).strip()
        if written.isascii() and written.isdigit() and len(written) < 3:
            return max(2, int(written))
    return 2


def _wsdl(element: etree._Element) -> Invoked:
    fields = {name: text_at(element, name) for name in ("wsdl", "operation")}
    config = beans.configuration("wsdl", *beans.leaves(fields))
    return Invoked(beans.CLASSES["wsdl"], config)


def _soaplab(element: etree._Element) -> Invoked:
    fields = {
        "endpoint": text(element).strip(),
        "pollingInterval": attribute(element, "interval", "0"),
        "pollingBackoff": attribute(element, "backoff", "1.0"),
        "pollingIntervalMax": attribute(element, "maxinterval", "0"),
    }
    config = beans.configuration("soaplab", *beans.leaves(fields))
    return Invoked(beans.CLASSES["soaplab"], config)


def _biomart(element: etree._Element) -> Invoked:
    """Ports are named after the datasets of the query (activities.md 15)."""
    query = child(element, "MartQuery")
    if query is None:
        return Invoked(beans.CLASSES["biomart"], read_verbatim(element))
    inputs, outputs = {}, {}
    for dataset in query.iter("{*}Dataset"):
        name = attribute(dataset, "name")
        for part in children(dataset, "Filter"):
            depth = int(attribute(part, "list") == "true")
            inputs[f"{name}.{attribute(part, 'name')}_filter"] = depth
        for part in children(dataset, "Attribute"):
            outputs[f"{name}.{attribute(part, 'name')}"] = 1
    return Invoked(beans.CLASSES["biomart"], read_verbatim(query), inputs, outputs)


def _rshell(element: etree._Element) -> Invoked:
    inputs = child(element, "rshellInputPortList")
    outputs = child(element, "rshellOutputPortList")
    connection = {
        "host": attribute(element, "hostname", "localhost"),
        "port": attribute(element, "port", "6311"),
        "username": attribute(element, "username"),
        "password": attribute(element, "password"),
        "keepSessionAlive": attribute(element, "keepSessionAlive", "false"),
    }
    return _declared(
        "rshell",
        list(_typed_ports(inputs, "syntacticType")),
        list(_typed_ports(outputs, "syntacticType")),
        Bean("connectionSettings", children=tuple(beans.leaves(connection))),
        Bean("script", (element.text or "").strip("\n")),
        _meanings("inputSymanticTypes", inputs),
        _meanings("outputSymanticTypes", outputs),
    )


def _meanings(tag: str, ports: etree._Element | None) -> Bean:
    """How R sees each port: STRING, DOUBLE_LIST, PNG_FILE and so on."""
    entry = f"{beans.ACTIVITIES}.rshell.RShellPortSymanticTypeBean"
    fields = (
        {"name": text(port).strip(), "symanticType": attribute(port, "symanticType", "STRING")}
        for port in children(ports)
    )
    return Bean(tag, children=tuple(Bean(entry, children=tuple(beans.leaves(f))) for f in fields))


_READERS: dict[str, Callable[[etree._Element], Invoked]] = {
    "apiconsumer": _same("apiconsumer"),
    "arbitrarywsdl": _wsdl,
    "beanshell": _beanshell,
    "biomart": _biomart,
    "biomobyobject": _same("biomobyobject"),
    "biomobyparser": _same("mobyparsedatatype"),
    "biomobywsdl": _same("biomoby"),
    "local": _local,
    "rshell": _rshell,
    "soaplabwsdl": _soaplab,
    "stringconstant": _string_constant,
}
