"""Processors of t2flow documents that call services, put together from a few words."""

from __future__ import annotations

from html import escape

from tests.engines.taverna.scripted import port_map
from tests.workflow.documents import layer, processor

ACTIVITIES = "net.sf.taverna.t2.activities"
_DEFINED = "net.sf.taverna.t2.workflowmodel.processor.activity.config.Activity{}PortDefinitionBean"


def fields(**values: str) -> str:
    """The leaves of a configuration."""
    return "".join(f"<{name}>{escape(value)}</{name}>" for name, value in values.items())


def service(name: str, kind: str, config: str, inputs: str = "", outputs: str = "o") -> str:
    """``kind`` is package and class: ``rest.REST``; ports as in ``documents.ports``."""
    bean = f"{ACTIVITIES}.{kind}ActivityConfigurationBean"
    if "xmlsplitter" in kind:
        bean = f"{ACTIVITIES}.wsdl.xmlsplitter.XMLSplitterConfigurationBean"
    activity = f"""<activity><class>{ACTIVITIES}.{kind}Activity</class>
{port_map("inputMap", inputs)}{port_map("outputMap", outputs)}
<configBean encoding="xstream"><{bean} xmlns="">{config}</{bean}></configBean></activity>"""
    layers = layer("Parallelize", "ParallelizeConfig", "<maxJobs>1</maxJobs>")
    return processor(name, inputs, outputs, activity=activity, layers=layers)


def rest(name: str, url: str, inputs: str = "", **more: str) -> str:
    """GET of an address."""
    config = fields(httpMethod="GET", urlSignature=url, **more) + "<otherHTTPHeaders/>"
    return service(name, "rest.REST", config, inputs, "responseBody status")


def soap(name: str, wsdl: str, operation: str, inputs: str, outputs: str, profile: str = "") -> str:
    more = {"securityProfile": profile} if profile else {}
    config = fields(wsdl=wsdl, operation=operation, **more)
    return service(name, "wsdl.WSDL", config, inputs, outputs)


def splitter(name: str, way: str, described: str, inputs: str, outputs: str) -> str:
    """``way`` is Input or Output; MIME types stand behind depths: ``tags:1:l('text/plain')``."""
    config = fields(wrappedTypeXML=described)
    for which, words in (("Input", inputs), ("Output", outputs)):
        defined = "".join(_definition(which, word) for word in words.split())
        config += f"<{which.lower()}s>{defined}</{which.lower()}s>"
    plain = (" ".join(word.rpartition(":")[0] for word in w.split()) for w in (inputs, outputs))
    return service(name, f"wsdl.xmlsplitter.XML{way}Splitter", config, *plain)


def _definition(which: str, word: str) -> str:
    name, depth, mime = word.split(":")
    bean = _DEFINED.format(which)
    return (
        f"<{bean}><name>{name}</name><depth>{depth}</depth>"
        f"<mimeTypes><string>{mime}</string></mimeTypes></{bean}>"
    )


def mart(name: str, url: str, *columns: str) -> str:
    """A BioMart query for attributes of the dataset ``d``."""
    attributes = "".join(f'<Attribute name="{column}"/>' for column in columns)
    maps = "".join(f'<map from="d.{column}" to="{column}"/>' for column in columns)
    activity = f"""<activity><class>{ACTIVITIES}.biomart.BiomartActivity</class><inputMap/>
<outputMap>{maps}</outputMap><configBean encoding="jdomxml"><MartQuery xmlns="">
<MartService location="{url}"/><MartDataset name="d"/><Query virtualSchemaName="default">
<Dataset name="d">{attributes}</Dataset></Query></MartQuery></configBean></activity>"""
    ports = " ".join(f"{column}:1:0" for column in columns)
    return processor(name, "", ports, activity=activity)
