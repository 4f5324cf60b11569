"""Workflows as pictures: SVG drawn from what a workflow says, before and while it runs.

Any kind of workflow becomes a ``Graph`` (``graph_of_t2flow``,
``graph_of_specification``) and any graph a drawing (``draw``). The room knows
workflow models and posted specifications; it does not know HTTP, runs, files or
where a drawing is shown, and it needs no program outside Python.
"""

from taverna_server.diagrams.documents import drawing_of_document, graph_of_document
from taverna_server.diagrams.graph import Graph, everything
from taverna_server.diagrams.specifications import graph_of_specification
from taverna_server.diagrams.states import Counts
from taverna_server.diagrams.svg import STYLE, draw
from taverna_server.diagrams.t2flow import graph_of_t2flow

__all__ = [
    "STYLE",
    "Counts",
    "Graph",
    "draw",
    "drawing_of_document",
    "everything",
    "graph_of_document",
    "graph_of_specification",
    "graph_of_t2flow",
]
