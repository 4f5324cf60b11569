"""``/rest/runs`` and one run: list, create, describe, delete (protocol dossier 3.2, 4.0)."""

from __future__ import annotations

from flask import Blueprint, Response

from taverna_server.model.run import Run
from taverna_server.representations.common import Link
from taverna_server.representations.run import RunDescription
from taverna_server.representations.server import RunList
from taverna_server.representations.workflow import unwrap_workflow
from taverna_server.rest import received, uri_lists
from taverna_server.rest.dates import write_basic_time
from taverna_server.rest.operations import answers, offers, reads
from taverna_server.rest.responses import created, document, nothing
from taverna_server.serving.context import caller, manager
from taverna_server.serving.links import rest_url, run_url
from taverna_server.serving.negotiation import SCUFL, T2FLOW, URI_LIST, WFBUNDLE, XML

blueprint = Blueprint("runs", __name__, url_prefix="/runs")

_PLACES = {
    "creation_workflow": "workflow",
    "create_time": "createTime",
    "start_time": "startTime",
    "finish_time": "finishTime",
    "status": "status",
    "working_directory": "wd",
    "inputs": "input",
    "output": "output",
    "security_context": "security",
    "interaction": "interaction",
    "name": "name",
    "stdout": "stdout",
    "stderr": "stderr",
    "usage": "usage",
    "log": "log",
    "run_bundle": "run-bundle",
    "generate_provenance": "generate-provenance",
}


@blueprint.get("")
@offers(RunList)
def get_runs() -> Response:
    """The runs that you may see."""
    place = rest_url("runs")
    ids = (run.id for run in manager().list_runs(caller()))
    return document(RunList, {"run": [{"href": f"{place}/{id}", "text": id} for id in ids]})


@blueprint.post("")
@reads(T2FLOW, XML, WFBUNDLE, SCUFL, URI_LIST)
@answers(201)
def post_runs() -> Response:
    """A new run of a workflow."""
    user = caller()
    if received.is_uri_list():
        body, source = uri_lists.workflow()
        return created(run_url(manager().create_run(user, body, source=source).id))
    body, media_type = received.document()
    run = manager().create_run(user, unwrap_workflow(body) if media_type == XML else body)
    return created(run_url(run.id))


@blueprint.get("/<run_id>")
@offers(RunDescription)
def get_run(run_id: str) -> Response:
    """One run, with links to all there is about it."""
    return document(RunDescription, _description(manager().get_run(caller(), run_id)))


@blueprint.delete("/<run_id>")
@answers(204)
def delete_run(run_id: str) -> Response:
    """Cancel the run, and remove all there is of it."""
    manager().delete_run(caller(), run_id)
    return nothing()


def _description(run: Run) -> dict[str, object]:
    place = run_url(run.id)
    listeners = f"{place}/listeners"
    return {
        "owner": run.owner,
        "expiry": Link(f"{place}/expiry", write_basic_time(run.expiry)),
        "listeners": {"href": listeners, "listener": [Link(f"{listeners}/io")]},
        **{name: Link(f"{place}/{below}") for name, below in _PLACES.items()},
    }
