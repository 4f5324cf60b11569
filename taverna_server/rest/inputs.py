"""``/rest/runs/{id}/input``: expected ports, values, files, references (protocol dossier 6)."""

from __future__ import annotations

from flask import Blueprint, Response

from taverna_server.errors import BadRequest
from taverna_server.model import run as model
from taverna_server.representations.common import Link
from taverna_server.representations.inputs import InputDescription, RunInput, RunInputs
from taverna_server.rest import received
from taverna_server.rest.operations import offers, reads
from taverna_server.rest.responses import document, text
from taverna_server.serving import bodies
from taverna_server.serving.context import caller, manager
from taverna_server.serving.links import below_runs, run_url
from taverna_server.serving.negotiation import TEXT

blueprint = Blueprint("inputs", __name__, url_prefix="/runs/<run_id>/input")


@blueprint.get("")
@offers(RunInputs)
def get_inputs(run_id: str) -> Response:
    """What is set so far, and where to set it."""
    given = manager().inputs(caller(), run_id)
    description = {
        "expected": Link(run_url(run_id, "input", "expected")),
        "baclava": Link(run_url(run_id, "input", "baclava")),
        "input": [Link(_port_url(run_id, item.port)) for item in given],
    }
    return document(RunInputs, description)


@blueprint.get("/expected")
@offers(InputDescription)
def get_expected(run_id: str) -> Response:
    """The input ports of the workflow, with their depths."""
    ports = manager().expected_inputs(caller(), run_id)
    description = {
        "workflow_run": run_url(run_id),
        "workflow_run_id": run_id,
        "input": [
            {"name": port.name, "depth": port.depth, "href": _port_url(run_id, port.name)}
            for port in ports
        ],
    }
    return document(InputDescription, description)


@blueprint.get("/input/<port>")
@offers(RunInput)
def get_input(run_id: str, port: str) -> Response:
    """What a port was given."""
    return _described(run_id, manager().get_input(caller(), run_id, port))


@blueprint.put("/input/<port>")
@reads(RunInput)
@offers(RunInput)
def put_input(run_id: str, port: str) -> Response:
    """Give a port a text, a file, or a file of another run."""
    manager().get_run(caller(), run_id)
    wanted = received.received(RunInput)
    return _described(run_id, _set(run_id, port, wanted))


@blueprint.get("/baclava")
@offers(TEXT)
def get_baclava(run_id: str) -> Response:
    """The file that all inputs come from, if there is one."""
    return text(manager().baclava_input(caller(), run_id) or "")


@blueprint.put("/baclava")
@reads(TEXT)
@offers(TEXT)
def put_baclava(run_id: str) -> Response:
    """Take all inputs from this Baclava document below wd."""
    manager().get_run(caller(), run_id)
    name = bodies.file_name()
    return text(manager().set_baclava_input(caller(), run_id, name) or "")


def _set(run_id: str, port: str, wanted: dict[str, str]) -> model.RunInput:
    delimiter = wanted.get("list_delimiter") or None
    if "reference" in wanted:
        source_id, path = _source(wanted["reference"])
        return manager().set_input_reference(caller(), run_id, port, source_id, path, delimiter)
    value, file = wanted.get("value"), wanted.get("file")
    if value is None and file is None:
        raise BadRequest("no content!")
    return manager().set_input(caller(), run_id, model.RunInput(port, value, file, delimiter))


def _source(reference: str) -> tuple[str, str]:
    """The run and the path below its ``wd`` that a reference means."""
    run_id, _, path = (below_runs(reference) or "").partition("/wd/")
    if not run_id or not path:
        raise BadRequest("URI in reference does not refer to local disk resource")
    return run_id, path


def _port_url(run_id: str, port: str) -> str:
    return run_url(run_id, "input", "input", port)


def _described(run_id: str, given: model.RunInput) -> Response:
    description = {
        "name": given.port,
        "descriptor_ref": run_url(run_id, "input", "expected") + f"#{given.port}",
        "list_delimiter": given.delimiter,
        "file": given.file,
        "value": given.value,
    }
    return document(RunInput, {name: v for name, v in description.items() if v is not None})
