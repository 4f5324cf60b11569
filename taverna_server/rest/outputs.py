"""``/rest/runs/{id}/output``: a name or a description, as the client accepts (dossier 7)."""

from __future__ import annotations

from flask import Blueprint, Response

from taverna_server.data.outputs import (
    Output,
    OutputAbsent,
    OutputError,
    OutputList,
    OutputValue,
    described_depth,
)
from taverna_server.data.paths import WorkDirectory
from taverna_server.errors import BadPath, UnknownEntry
from taverna_server.representations.outputs import (
    PortAbsent,
    PortContent,
    PortError,
    PortList,
    PortValue,
    WorkflowOutputs,
)
from taverna_server.rest.operations import chosen, offers, reads
from taverna_server.rest.responses import document, text
from taverna_server.serving import bodies
from taverna_server.serving.content_types import HEAD, of_content
from taverna_server.serving.context import caller, manager
from taverna_server.serving.links import entry_url, run_url
from taverna_server.serving.negotiation import BYTES, TEXT

blueprint = Blueprint("outputs", __name__, url_prefix="/runs/<run_id>/output")


@blueprint.get("")
@offers(TEXT, WorkflowOutputs)
def get_output(run_id: str) -> Response:
    """As text the name of the Baclava document, otherwise what the ports gave."""
    if chosen() == TEXT:
        return text(manager().baclava_output(caller(), run_id) or "")
    outputs = manager().describe_outputs(caller(), run_id)
    wd = manager().working_directory(caller(), run_id)
    ports = [
        {
            "name": name,
            "depth": described_depth(output) or 0,
            "content": _content(run_id, wd, output),
        }
        for name, output in outputs
    ]
    origin = {"workflow_run": run_url(run_id), "workflow_run_id": run_id}
    return document(WorkflowOutputs, {**origin, "output": ports})


@blueprint.put("")
@reads(TEXT)
@offers(TEXT)
def put_output(run_id: str) -> Response:
    """Write all outputs to this Baclava document below wd."""
    manager().get_run(caller(), run_id)
    return text(manager().set_baclava_output(caller(), run_id, bodies.file_name()) or "")


def _port(run_id: str, wd: WorkDirectory, name: str, output: Output) -> dict[str, object]:
    """A client of old dies without a depth, so what is absent has the depth 0 (7.2)."""
    content = _content(run_id, wd, output)
    return {"name": name, "depth": described_depth(output) or 0, "content": content}


def _content(run_id: str, wd: WorkDirectory, output: Output) -> PortContent:
    if isinstance(output, OutputAbsent):
        return PortAbsent()
    href, path = entry_url(run_id, output.path), f"/{output.path}"
    if isinstance(output, OutputValue):
        return PortValue(href, path, _content_type(wd, output.path), output.size)
    if isinstance(output, OutputError):
        return PortError(href, path, output.size)
    return PortList(href, _length(output), [_content(run_id, wd, item) for item in output.items])


def _length(output: OutputList) -> int:
    """The position of the last item that is there."""
    there = [n for n, item in enumerate(output.items, 1) if not isinstance(item, OutputAbsent)]
    return there[-1] if there else 0


def _content_type(wd: WorkDirectory, path: str) -> str:
    """By the first bytes alone: names of outputs say nothing (protocol dossier 7.2)."""
    try:
        stream, _ = wd.open_file(path)
    except (UnknownEntry, BadPath):  # gone since, or not readable
        return BYTES
    with stream:
        return of_content(stream.read(HEAD))
