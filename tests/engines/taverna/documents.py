"""t2flow documents in a few words, for whole runs of activities with real configurations.

A step is ``Step("Name", "xpath.XPath", config, {"in": 0}, {"out": 1})``; its ports
are those of its activity. A link is ``"Name.out > Other.in"``; without a dot the
port is the workflow's.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from xml.sax.saxutils import escape

ACTIVITIES = "net.sf.taverna.t2.activities"
_LAYERS = "net.sf.taverna.t2.workflowmodel.processor.dispatch.layers"
_CONFIG = f"{_LAYERS}.ParallelizeConfig"
_PARALLELIZE = f'<{_CONFIG} xmlns=""><maxJobs>1</maxJobs></{_CONFIG}>'
_STACK = ("Parallelize", "ErrorBounce", "Failover", "Retry", "Invoke")


@dataclass
class Step:
    """A processor with one activity."""

    name: str
    kind: str
    """Package and class without ``Activity``."""
    config: str
    inputs: Mapping[str, int] = field(default_factory=dict)
    outputs: Mapping[str, int] = field(default_factory=dict)


def fields(**values: str | bool) -> str:
    """Leaf elements of a configuration; names as in the document."""
    text = {n: str(v).lower() if isinstance(v, bool) else v for n, v in values.items()}
    return "".join(f"<{name}>{escape(value)}</{name}>" for name, value in text.items())


def t2flow(
    inputs: Mapping[str, int], outputs: Sequence[str], steps: Sequence[Step], *links: str
) -> bytes:
    """The document."""
    document = f"""<workflow xmlns="http://taverna.sf.net/2008/xml/t2flow" version="1"
        producedBy="taverna-2.5.0"><dataflow id="d" role="top"><name>Test</name>
        <inputPorts>{_ports(inputs, annotations=True)}</inputPorts>
        <outputPorts>{"".join(f"<port><name>{n}</name><annotations/></port>" for n in outputs)}
        </outputPorts><processors>{"".join(map(_processor, steps))}</processors>
        <conditions/><datalinks>{"".join(map(_link, links))}</datalinks><annotations/>
        </dataflow></workflow>"""
    return document.encode()


def _processor(step: Step) -> str:
    bean = f"{ACTIVITIES}.{step.kind}ActivityConfigurationBean"
    if "splitter" in step.kind:
        bean = f"{ACTIVITIES}.wsdl.xmlsplitter.XMLSplitterConfigurationBean"
    leaves = "".join(f'<port name="{name}" depth="{d}"/>' for name, d in step.inputs.items())
    return f"""<processor><name>{step.name}</name>
        <inputPorts>{_ports(step.inputs)}</inputPorts>
        <outputPorts>{_ports(step.outputs, granular=True)}</outputPorts><annotations/>
        <activities><activity><class>{ACTIVITIES}.{step.kind}Activity</class>
        <inputMap>{_map(step.inputs)}</inputMap><outputMap>{_map(step.outputs)}</outputMap>
        <configBean encoding="xstream"><{bean} xmlns="">{step.config}</{bean}></configBean>
        <annotations/></activity></activities>
        <dispatchStack>{"".join(map(_layer, _STACK))}
        </dispatchStack><iterationStrategyStack><iteration><strategy>
        {f"<cross>{leaves}</cross>" if leaves else ""}
        </strategy></iteration></iterationStrategyStack></processor>"""


def _layer(name: str) -> str:
    config = _PARALLELIZE if name == "Parallelize" else '<null xmlns=""/>'
    return f"""<dispatchLayer><class>{_LAYERS}.{name}</class>
        <configBean encoding="xstream">{config}</configBean></dispatchLayer>"""


def _ports(ports: Mapping[str, int], granular: bool = False, annotations: bool = False) -> str:
    more = "<annotations/>" if annotations else ""
    return "".join(
        f"<port><name>{name}</name><depth>{depth}</depth>"
        + (f"<granularDepth>{depth}</granularDepth>" if granular or annotations else "")
        + f"{more}</port>"
        for name, depth in ports.items()
    )


def _map(ports: Mapping[str, int]) -> str:
    return "".join(f'<map from="{name}" to="{name}"/>' for name in ports)


def _link(link: str) -> str:
    source, sink = (end.strip() for end in link.split(">"))
    return f"<datalink>{_end('sink', sink)}{_end('source', source)}</datalink>"


def _end(which: str, text: str) -> str:
    processor, dot, port = text.rpartition(".")
    inner = f"<processor>{processor}</processor>" if dot else ""
    kind = "processor" if dot else "dataflow"
    return f'<{which} type="{kind}">{inner}<port>{port}</port></{which}>'
