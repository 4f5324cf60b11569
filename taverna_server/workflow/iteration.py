"""Iteration strategies: how the lists at a processor's inputs meet (t2flow-format 3.4)."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from lxml import etree

from taverna_server.etree import local_name
from taverna_server.workflow.elements import Findings, child, children, depth_from
from taverna_server.workflow.model import Cross, Dot, PortNode, Prefix, StrategyNode

_PRODUCTS: dict[str, Callable[[tuple[StrategyNode, ...]], StrategyNode]] = {
    "cross": Cross,
    "dot": Dot,
    "prefix": Prefix,
}


def read_strategies(element: etree._Element | None, findings: Findings) -> tuple[StrategyNode, ...]:
    """The strategies of an ``<iterationStrategyStack>``, the first stage first.

    ``<strategy/>`` and ``<strategy><cross/></strategy>`` both mean that there is
    nothing to iterate over; neither becomes a node.
    """
    nodes = []
    for strategy in children(child(element, "iteration"), "strategy"):
        roots = [node for root in children(strategy) for node in _node(root, findings)]
        if len(roots) > 1:
            findings.add(strategy, "an iteration strategy with more than one root")
        nodes += roots[:1]
    return tuple(nodes)


def _node(element: etree._Element, findings: Findings) -> Iterator[StrategyNode]:
    """The node, or nothing where it holds no port."""
    name = local_name(element)
    if name == "port":
        yield _port(element, findings)
        return
    nodes = tuple(node for member in children(element) for node in _node(member, findings))
    if name not in _PRODUCTS:
        findings.add(element, f"<{name}> is no iteration strategy")
    elif name == "prefix" and len(nodes) not in (0, 2):
        findings.add(element, "a prefix product needs two members")
    elif nodes:
        yield _PRODUCTS[name](nodes)


def _port(element: etree._Element, findings: Findings) -> PortNode:
    if "name" not in element.attrib:
        findings.add(element, "<port> of an iteration strategy has no name")
    depth = depth_from(str(element.get("depth", "0")).strip(), element, findings)
    return PortNode(str(element.get("name", "")), depth)


def ports_of(node: StrategyNode) -> Iterator[PortNode]:
    """The leaves, in document order."""
    if isinstance(node, PortNode):
        yield node
        return
    for member in node.children:
        yield from ports_of(member)
