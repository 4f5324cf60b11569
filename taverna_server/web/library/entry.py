"""One workflow: what it does, what it takes and gives, how it looks, and what ran of it."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from functools import partial
from urllib.parse import urlencode

from flask import Response, request
from markupsafe import Markup

from taverna_server.diagrams import draw, graph_of_document
from taverna_server.errors import MalformedDocument, WorkflowInvalid
from taverna_server.model.identity import Permission
from taverna_server.model.library import Entry, RunQuery
from taverna_server.serving.context import caller_or_none, manager
from taverna_server.serving.links import base_url
from taverna_server.web.page import page, url
from taverna_server.web.routes import views
from taverna_server.workflow.depths import output_depths
from taverna_server.workflow.reading import read_workflow

NEWEST = 5
ZOOMS = ("1", "2", "3", "4")


@dataclass(frozen=True, slots=True)
class PortOnPage:
    """A port as the page shows it."""

    name: str
    depth: int
    description: str | None
    example: str | None = None

    @property
    def kind(self) -> str:
        """Depth as people say it."""
        return {0: "single value", 1: "list"}.get(self.depth, f"list of lists, {self.depth} deep")


@views.get("/workflows/<int:number>")
def get_workflow(number: int) -> Response:
    """For whoever may view it."""
    user = caller_or_none()
    entry = manager().entry(user, number)
    zoom = request.args.get("zoom", "1")
    zoom = zoom if zoom in ZOOMS else "1"
    return page(
        "library/entry.html",
        entry=entry,
        inputs=inputs_of(entry),
        outputs=outputs_of(entry),
        may=manager().entry_permission(user, entry),
        levels=Permission,
        runs=manager().find_runs(user, RunQuery(entry=number, per_page=NEWEST)) if user else None,
        zoom=zoom,
        zooms=ZOOMS,
        drawing=_drawing(entry, zoom),
        frame=_frame(entry),
    )


def _drawing(entry: Entry, zoom: str) -> Markup:
    """The diagram as a part of the page; its links expand and collapse nested workflows."""
    graph = graph_of_document(entry.workflow_id, partial(manager().document_of, entry))
    asked = request.args.getlist("expand") if "expand" in request.args else None
    there = partial(_expanded, f"/workflows/{entry.number}", zoom)
    drawn = draw(graph, expanded=asked, address=there, styled=False, prefix="workflow")
    return Markup(drawn)  # noqa: S704  (the drawing escapes what workflows say)


def _frame(entry: Entry) -> str:
    """What shows the form of the workflow in a page of another site, as HTML to copy."""
    asked = urlencode({"workflow_id": entry.number, "embedded": "true"})
    address = f"{base_url()}/runs/new?{asked}"
    frame = Markup('<iframe src="{}" title="{}" width="100%" height="600"></iframe>')
    return str(frame.format(address, entry.title))


def _expanded(path: str, zoom: str, paths: Collection[str]) -> str:
    kept = {"zoom": zoom} if zoom != "1" else {}
    return f"{url(path, **kept, expand=list(paths) or [''])}#workflow-diagram"


def inputs_of(entry: Entry) -> list[PortOnPage]:
    """Its input ports with what their author says of them."""
    return [
        PortOnPage(name, depth, entry.input_description(name), entry.example(name))
        for name, depth in entry.inputs
    ]


def outputs_of(entry: Entry) -> list[PortOnPage]:
    """Its output ports, as deep as what arrives at them."""
    deep = _deep(entry)
    return [
        PortOnPage(name, deep.get(name, depth), entry.output_description(name))
        for name, depth in entry.outputs
    ]


def _deep(entry: Entry) -> dict[str, int]:
    """Taverna's documents do not say it: it follows from what they do. Else nothing."""
    if entry.type != "taverna":
        return {}
    try:
        return output_depths(read_workflow(manager().document_of(entry)))
    except (MalformedDocument, WorkflowInvalid):
        return {}
