"""The simple properties of a run (protocol dossier 4.1 to 4.6)."""

from __future__ import annotations

from flask import Blueprint, Response, request

from taverna_server.data.rundir import RUN_BUNDLE
from taverna_server.errors import Unknown
from taverna_server.manager.names import LONGEST
from taverna_server.model.run import RunStatus
from taverna_server.representations.usage import UsageRecord
from taverna_server.representations.workflow import OFFERED_WORKFLOW, write_workflow
from taverna_server.rest.dates import read_time, write_time
from taverna_server.rest.operations import answers, answers_with, offers, reads
from taverna_server.rest.responses import document, nothing, text
from taverna_server.rest.usage import described
from taverna_server.serving import bodies
from taverna_server.serving.context import caller, config, manager
from taverna_server.serving.files import file_answer, plain_text, whole_file
from taverna_server.serving.negotiation import (
    BYTES,
    ROBUNDLE,
    SCUFL,
    T2FLOW,
    TEXT,
    WFBUNDLE,
    XML,
    choose,
)
from taverna_server.workflow.reading import as_wfbundle, format_of

blueprint = Blueprint("run_properties", __name__, url_prefix="/runs/<run_id>")


@blueprint.get("/status")
@offers(TEXT)
def get_status(run_id: str) -> Response:
    """Initialized, Operating, Stopped or Finished."""
    return text(manager().read_status(caller(), run_id).word)


@blueprint.put("/status")
@answers(200, 202)
@reads(TEXT)
@offers(TEXT)
def put_status(run_id: str) -> Response:
    """Start, suspend, continue or cancel the run."""
    before = manager().get_run(caller(), run_id).status
    wanted = RunStatus.from_word(bodies.text().strip())
    status = manager().set_status(caller(), run_id, wanted)
    started = before is RunStatus.INITIALIZED and status is RunStatus.OPERATING
    if started and config().start_status_code == 202:
        return text("starting run...", 202)
    return text(status.word)


@blueprint.get("/createTime")
@offers(TEXT)
def get_create_time(run_id: str) -> Response:
    """When the run was made."""
    return text(write_time(manager().get_run(caller(), run_id).created))


@blueprint.get("/startTime")
@offers(TEXT)
def get_start_time(run_id: str) -> Response:
    """When it was started; empty before."""
    return text(write_time(manager().get_run(caller(), run_id).started))


@blueprint.get("/finishTime")
@offers(TEXT)
def get_finish_time(run_id: str) -> Response:
    """When it ended; empty before."""
    return text(write_time(manager().get_run(caller(), run_id).finished))


@blueprint.get("/expiry")
@offers(TEXT)
def get_expiry(run_id: str) -> Response:
    """When the run will be removed."""
    return text(write_time(manager().get_run(caller(), run_id).expiry))


@blueprint.put("/expiry")
@reads(TEXT)
@offers(TEXT)
def put_expiry(run_id: str) -> Response:
    """Change when the run will be removed."""
    manager().get_run(caller(), run_id)
    wanted = read_time(bodies.text())
    return text(write_time(manager().set_expiry(caller(), run_id, wanted)))


@blueprint.get("/name")
@offers(TEXT)
def get_name(run_id: str) -> Response:
    """The name of the run."""
    return text(manager().get_run(caller(), run_id).name[:LONGEST])


@blueprint.put("/name")
@reads(TEXT)
@offers(TEXT)
def put_name(run_id: str) -> Response:
    """Rename the run."""
    manager().get_run(caller(), run_id)
    return text(manager().set_name(caller(), run_id, bodies.text()))


@blueprint.get("/generate-provenance")
@offers(TEXT)
def get_generate_provenance(run_id: str) -> Response:
    """Whether there will be a run bundle."""
    return text(_word(manager().get_run(caller(), run_id).generate_provenance))


@blueprint.put("/generate-provenance")
@reads(TEXT)
@offers(TEXT)
def put_generate_provenance(run_id: str) -> Response:
    """Ask for a run bundle, before the start."""
    manager().get_run(caller(), run_id)
    wanted = bodies.text().strip().lower() == "true"
    return text(_word(manager().set_generate_provenance(caller(), run_id, wanted)))


@blueprint.get("/workflow")
@offers(*OFFERED_WORKFLOW, WFBUNDLE, SCUFL)
def get_workflow(run_id: str) -> Response:
    """As it was submitted, or as a bundle; XML and JSON are forms of t2flow only."""
    submitted = manager().workflow_document(caller(), run_id)
    submitted_as = format_of(submitted)
    forms = OFFERED_WORKFLOW if submitted_as == T2FLOW else (submitted_as,)
    media_type = choose((*forms, WFBUNDLE), request.headers.get("Accept"))
    if media_type == WFBUNDLE:
        return Response(as_wfbundle(submitted), content_type=WFBUNDLE)
    return Response(write_workflow(submitted, media_type), content_type=media_type)


@blueprint.get("/stdout")
@offers(TEXT)
def get_stdout(run_id: str) -> Response:
    """What the engine wrote to standard output."""
    return whole_file(manager().stdout(caller(), run_id))


@blueprint.get("/stderr")
@offers(TEXT)
def get_stderr(run_id: str) -> Response:
    """What the engine wrote to standard error."""
    return whole_file(manager().stderr(caller(), run_id))


@blueprint.get("/log")
@answers(200, 204)
@offers(TEXT)
def get_log(run_id: str) -> Response:
    """The detailed log of the engine."""
    parts = manager().log(caller(), run_id)
    wd = manager().working_directory(caller(), run_id)
    return plain_text(wd, parts) if parts else nothing()


@blueprint.get("/usage")
@offers(XML)
@answers(200, 204)
def get_usage(run_id: str) -> Response:
    """What the run used; 204 until it has ended."""
    usage = manager().usage(caller(), run_id)
    return document(UsageRecord, described(usage)) if usage else nothing()


@blueprint.get("/run-bundle")
@answers_with(ROBUNDLE, BYTES)
@answers(200, 206)
def get_run_bundle(run_id: str) -> Response:
    """The run with its values and provenance, when one was asked for and the run has ended."""
    wd = manager().working_directory(caller(), run_id)
    if RUN_BUNDLE not in (entry.name for entry in wd.list() if entry.size and not entry.is_dir):
        raise Unknown("no provenance currently available")
    return file_answer(wd, RUN_BUNDLE)


def _word(flag: bool) -> str:
    return "true" if flag else "false"
