"""Writes ``workflow/<name>.rdf``."""

from __future__ import annotations

from collections.abc import Iterable

from taverna_server.workflow.model import (
    ControlLink,
    Cross,
    Dataflow,
    DataLink,
    Dot,
    Endpoint,
    Port,
    PortNode,
    Processor,
    StrategyNode,
)
from taverna_server.workflow.wfbundle.rdfwriting import Element, document
from taverna_server.workflow.wfbundle.vocabulary import IDENTIFIERS, LAYERS, SCUFL2, segment

_LAYERS = ("Parallelize", "ErrorBounce", "Failover", "Retry", "Stop", "Invoke")


def write_graph(dataflow: Dataflow, place: str) -> bytes:
    """The document of a dataflow whose URI is ``place``."""
    root = Element(SCUFL2, "Workflow", about="")
    root.text(SCUFL2, "name", dataflow.name)
    root.refer(SCUFL2, "workflowIdentifier", f"{IDENTIFIERS}{segment(dataflow.id)}/")
    _ports(root, "inputWorkflowPort", "in/", dataflow.inputs)
    _ports(root, "outputWorkflowPort", "out/", dataflow.outputs, given=False)
    for processor in dataflow.processors:
        _processor(root, processor)
    for link in dataflow.datalinks:
        _link(root, link)
    for control in dataflow.control_links:
        _control(root, control)
    name = place.rstrip("/").rpartition("/")[2]
    return document([root], f"{name}/")


def _ports(
    owner: Element, name: str, place: str, ports: Iterable[Port], given: bool = True
) -> None:
    """The depth of a workflow's outputs is not given but computed; 0 says nothing."""
    for port in ports:
        kind = name[0].upper() + name[1:]
        made = owner.child(SCUFL2, name).child(SCUFL2, kind, about=place + segment(port.name))
        made.text(SCUFL2, "name", port.name)
        if given or port.depth:
            made.number("portDepth", port.depth)
        if port.granular_depth != port.depth or name == "outputProcessorPort":
            made.number("granularPortDepth", port.granular_depth)


def _processor(owner: Element, processor: Processor) -> None:
    place = f"processor/{segment(processor.name)}/"
    made = owner.child(SCUFL2, "processor").child(SCUFL2, "Processor", about=place)
    made.text(SCUFL2, "name", processor.name)
    _ports(made, "inputProcessorPort", f"{place}in/", processor.inputs)
    _ports(made, "outputProcessorPort", f"{place}out/", processor.outputs)
    _dispatch_stack(made, f"{place}dispatchstack/", processor.dispatch.loop is not None)
    _strategies(made, place, processor.strategies)


def _dispatch_stack(owner: Element, place: str, loops: bool) -> None:
    """The layers, without their configuration: that is in the profile."""
    stack = owner.child(SCUFL2, "dispatchStack").child(SCUFL2, "DispatchStack", about=place)
    layers = stack.collection("dispatchStackLayers")
    names = [*_LAYERS[:2], *(["Loop"] if loops else []), *_LAYERS[2:]]
    for number, name in enumerate(names):
        layer = layers.child(SCUFL2, "DispatchStackLayer", about=f"{place}{number}/")
        layer.type(LAYERS + name)


def _strategies(owner: Element, place: str, strategies: tuple[StrategyNode, ...]) -> None:
    about = f"{place}iterationstrategy/"
    stack = owner.child(SCUFL2, "iterationStrategyStack")
    stack = stack.child(SCUFL2, "IterationStrategyStack", about=about)
    collection = stack.collection("iterationStrategies")
    for number, strategy in enumerate(strategies or (Cross(()),)):
        _node(collection, strategy, f"{about}{number}/", place)


def _node(owner: Element, node: StrategyNode, about: str, place: str) -> None:
    if isinstance(node, PortNode):
        made = owner.child(SCUFL2, "PortNode", about=about)
        made.refer(SCUFL2, "iterateOverInputPort", f"{place}in/{segment(node.name)}")
        made.number("desiredDepth", node.depth)
        return
    name = "CrossProduct" if isinstance(node, Cross) else "PrefixDotProduct"
    made = owner.child(SCUFL2, "DotProduct" if isinstance(node, Dot) else name, about=about)
    members = made.collection("productOf")
    for number, member in enumerate(node.children):
        _node(members, member, f"{about}{number}/", place)


def _link(owner: Element, link: DataLink) -> None:
    source, sink = _place(link.source, "out", "in"), _place(link.sink, "in", "out")
    about = f"datalink?from={source}&to={sink}"
    if link.merge_position is not None:
        about += f"&mergePosition={link.merge_position}"
    made = owner.child(SCUFL2, "datalink").child(SCUFL2, "DataLink", about=about)
    made.refer(SCUFL2, "receiveFrom", source)
    made.refer(SCUFL2, "sendTo", sink)
    if link.merge_position is not None:
        made.number("mergePosition", link.merge_position)


def _place(end: Endpoint, of_processor: str, of_workflow: str) -> str:
    """Data leaves a processor at ``out`` and the workflow's inputs at ``in``."""
    if end.processor is None:
        return f"{of_workflow}/{segment(end.port)}"
    return f"processor/{segment(end.processor)}/{of_processor}/{segment(end.port)}"


def _control(owner: Element, link: ControlLink) -> None:
    target, control = (f"processor/{segment(name)}/" for name in (link.target, link.control))
    about = f"control?block={target}&untilFinished={control}"
    made = owner.child(SCUFL2, "control").child(SCUFL2, "Blocking", about=about)
    made.refer(SCUFL2, "block", target)
    made.refer(SCUFL2, "untilFinished", control)
