"""The steps of a run: all that its workflow has, and how far each has come.

A step that has not been heard of is there from the beginning, waiting; one that the
engine tells of and the workflow does not know (a rule that turned up) comes last.
"""

from __future__ import annotations

import json
from collections import OrderedDict
from collections.abc import Iterator

from markupsafe import Markup

from taverna_server.diagrams import Counts as Drawn
from taverna_server.diagrams import Graph, draw, graph_of_specification, graph_of_t2flow
from taverna_server.diagrams.graph import Role
from taverna_server.errors import TavernaServerError
from taverna_server.manager import RunManager
from taverna_server.manager.progress import Counts, Progress
from taverna_server.model.identity import User
from taverna_server.model.run import Run
from taverna_server.workflow.reading import read_workflow

MOST_DRAWN = 400
"""Boxes of a drawing on the page of a run; a larger one has a page of its own."""
MOST_LISTED = 300

Step = tuple[str, Counts]


_graphs: OrderedDict[str, Graph] = OrderedDict()
_MOST_REMEMBERED = 128


def graph_of(manager: RunManager, user: User, run: Run) -> Graph:
    """The run's workflow; an empty one where it cannot be read."""
    known = _graphs.get(run.workflow_id)
    if known is not None:
        return known
    found = _read(manager.workflow_document(user, run.id), run.workflow_type)
    _graphs[run.workflow_id] = found
    while len(_graphs) > _MOST_REMEMBERED:
        _graphs.popitem(last=False)
    return found


def _read(document: bytes, workflow_type: str) -> Graph:
    try:
        if workflow_type == "taverna":
            return graph_of_t2flow(read_workflow(document))
        return graph_of_specification(workflow_type, json.loads(document))
    except (TavernaServerError, ValueError):
        return Graph("", (), ())


def steps_of(graph: Graph, progress: Progress) -> list[Step]:
    """Path and counts of each step, in the order of the workflow."""
    known = dict.fromkeys((*_paths(graph), *progress.steps), Counts())
    return list((known | progress.processors).items())


def _paths(graph: Graph, prefix: str = "") -> Iterator[str]:
    for node in graph.nodes:
        if node.role is Role.STEP:
            yield prefix + node.key
            if node.inside is not None:
                yield from _paths(node.inside, f"{prefix}{node.key}/")


def drawing(graph: Graph, progress: Progress) -> Markup | None:
    """The workflow with what its steps do; None where there is nothing to be drawn."""
    if not graph.nodes or len(graph.nodes) > MOST_DRAWN:
        return None
    done = {
        path: Drawn(it.queued, it.running, it.done, it.errors)
        for path, it in progress.processors.items()
    }
    return Markup(draw(graph, progress=done, styled=False, prefix="run"))  # noqa: S704  (ours)
