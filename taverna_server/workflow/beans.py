"""Configurations made here, for formats that write them in other words than t2flow.

Scufl and workflow bundles name the same things differently; the activities read
one form, that of a t2flow document, and these put it together.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from taverna_server.workflow.model import ActivityPort, Bean

ACTIVITIES = "net.sf.taverna.t2.activities"
CLASSES = {
    "apiconsumer": f"{ACTIVITIES}.apiconsumer.ApiConsumerActivity",
    "beanshell": f"{ACTIVITIES}.beanshell.BeanshellActivity",
    "biomart": f"{ACTIVITIES}.biomart.BiomartActivity",
    "biomoby": f"{ACTIVITIES}.biomoby.BiomobyActivity",
    "biomobyobject": f"{ACTIVITIES}.biomoby.BiomobyObjectActivity",
    "component": "net.sf.taverna.t2.component.ComponentActivity",
    "dataflow": f"{ACTIVITIES}.dataflow.DataflowActivity",
    "externaltool": f"{ACTIVITIES}.externaltool.ExternalToolActivity",
    "interaction": f"{ACTIVITIES}.interaction.InteractionActivity",
    "localworker": f"{ACTIVITIES}.localworker.LocalworkerActivity",
    "mobyparsedatatype": f"{ACTIVITIES}.biomoby.MobyParseDatatypeActivity",
    "rest": f"{ACTIVITIES}.rest.RESTActivity",
    "rshell": f"{ACTIVITIES}.rshell.RshellActivity",
    "soaplab": f"{ACTIVITIES}.soaplab.SoaplabActivity",
    "spreadsheetimport": f"{ACTIVITIES}.spreadsheet.SpreadsheetImportActivity",
    "stringconstant": f"{ACTIVITIES}.stringconstant.StringConstantActivity",
    "wsdl": f"{ACTIVITIES}.wsdl.WSDLActivity",
    "xmlinputsplitter": f"{ACTIVITIES}.wsdl.xmlsplitter.XMLInputSplitterActivity",
    "xmloutputsplitter": f"{ACTIVITIES}.wsdl.xmlsplitter.XMLOutputSplitterActivity",
    "xpath": f"{ACTIVITIES}.xpath.XPathActivity",
}
"""Java class of an activity by kind."""

_CONFIG = "net.sf.taverna.t2.workflowmodel.processor.activity.config"


def configuration(kind: str, *children: Bean) -> Bean:
    """The bean of a kind: the class of the activity, with the usual ending."""
    return Bean(f"{CLASSES[kind]}ConfigurationBean", children=children)


def leaves(fields: Mapping[str, str]) -> Iterable[Bean]:
    """Fields that are texts."""
    return (Bean(name, text) for name, text in fields.items())


def strings(tag: str, texts: Iterable[str]) -> Bean:
    """A field that is a list of texts."""
    return Bean(tag, children=tuple(Bean("string", text) for text in texts))


def constant(text: str) -> Bean:
    """Of a string constant."""
    package = CLASSES["stringconstant"].removesuffix("Activity")
    return Bean(f"{package}ConfigurationBean", children=(Bean("value", text),))


def ports(
    inputs: Iterable[ActivityPort],
    outputs: Iterable[ActivityPort],
    mime_types: Mapping[str, str] | None = None,
) -> tuple[Bean, Bean]:
    """The fields ``inputs`` and ``outputs``; ``mime_types`` as splitters want them, by port."""
    types = mime_types or {}
    return (
        Bean("inputs", children=tuple(_input(port, types) for port in inputs)),
        Bean("outputs", children=tuple(_output(port, types) for port in outputs)),
    )


def _input(port: ActivityPort, types: Mapping[str, str]) -> Bean:
    wanted = Bean("translatedElementType", "[B" if port.binary else "java.lang.String")
    children = (*_common(port, types), wanted)
    return Bean(f"{_CONFIG}.ActivityInputPortDefinitionBean", children=children)


def _output(port: ActivityPort, types: Mapping[str, str]) -> Bean:
    children = (*_common(port, types), Bean("granularDepth", str(port.depth)))
    return Bean(f"{_CONFIG}.ActivityOutputPortDefinitionBean", children=children)


def _common(port: ActivityPort, types: Mapping[str, str]) -> tuple[Bean, ...]:
    mime_types = strings("mimeTypes", [types[port.name]] if port.name in types else [])
    return Bean("name", port.name), Bean("depth", str(port.depth)), mime_types
