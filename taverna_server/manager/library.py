"""The library of workflows: what is known of a document beside its bytes."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from taverna_server.store import NewWorkflow, Store
from taverna_server.workflow.model import Interface, Port
from taverna_server.workflow.reading import read_interface


def described(interface: Interface, owner: str | None) -> NewWorkflow:
    """What the library keeps of a workflow: ports and annotations."""
    said = interface.annotations
    return NewWorkflow(
        title=said.title or interface.name,
        author=said.author or None,
        description=said.description or None,
        inputs=tuple((port.name, port.depth) for port in interface.inputs),
        outputs=tuple((port.name, port.depth) for port in interface.outputs),
        details={"inputs": _said(interface.inputs), "outputs": _said(interface.outputs)},
        owner=owner,
    )


def _said(ports: Iterable[Port]) -> dict[str, Any]:
    """Descriptions and examples of the ports that have any."""
    found = {
        port.name: {
            "description": port.annotations.description,
            "example": port.annotations.example,
        }
        for port in ports
    }
    return {name: texts for name, texts in found.items() if any(texts.values())}


def add_workflow(
    store: Store, document: bytes, owner: str | None = None, published: bool = True
) -> str:
    """Put a workflow document into the library, on the published list or off it; its id.

    Raises:
        MalformedDocument: no workflow document.
    """
    workflow_id = store.put_workflow(document, described(read_interface(document), owner))
    store.publish(workflow_id, published)
    return workflow_id
