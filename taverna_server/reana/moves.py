"""Workflows move: started, restarted, stopped, deleted (REANA dossier 4)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask import Blueprint, Response

from taverna_server.errors import BadRequest
from taverna_server.manager.analysis_moves import Start
from taverna_server.model.analysis import Analysis
from taverna_server.model.identity import User
from taverna_server.reana.answers import answer, said
from taverna_server.reana.dialect import caller, is_seed
from taverna_server.reana.reading import mapping, needed, object_body
from taverna_server.serving.context import manager
from taverna_server.workflow.reana import OPTIONS, Specification, read_specification

blueprint = Blueprint("moves", __name__)

_WORDS = ("start", "stop", "deleted")
_SEED_WORDS = ("start", "stop", "pause")
_OPTIONS = frozenset().union(*OPTIONS.values())


@blueprint.post("/workflows/<workflow>/start")
def start(workflow: str) -> Response:
    user = caller()
    found = manager().analysis(user, workflow)
    return _started(manager().start_analysis(user, found, _wanted(object_body())))


@blueprint.put("/workflows/<workflow>/status")
def set_status(workflow: str) -> Response:
    user, given = caller(), object_body()
    word = needed("status")
    words = (*_WORDS, *_SEED_WORDS) if is_seed() else _WORDS
    if word not in words:
        raise BadRequest(f"Status {word[:40]} is not one of: {', '.join(dict.fromkeys(words))}")
    found = manager().analysis(user, workflow)
    if word == "start":
        return _started(manager().start_analysis(user, found, _wanted(given)))
    if word == "stop":
        return _changed(manager().stop_analysis(user, found), "Workflow successfully stopped.")
    if word == "pause":
        return answer({"message": "Workflows cannot be paused."}, 501)
    return _deleted(user, found, given)


def _deleted(user: User, found: Analysis, given: Mapping[str, Any]) -> Response:
    if given.get("workspace") is False:
        raise BadRequest("A workflow is deleted with its workspace.")
    deleted = manager().delete_analysis(user, found, given.get("all_runs") is True)
    return _changed(deleted, "Workflow successfully deleted.", "deleted")


def _wanted(given: Mapping[str, Any]) -> Start:
    """From clients of all generations; unknown members mean nothing."""
    old = mapping(given, "parameters")  # of 0.3 and 0.4
    parameters = {key: it for key, it in old.items() if key not in _OPTIONS}
    options = {key: it for key, it in old.items() if key in _OPTIONS}
    specification: Specification | None = None
    if given.get("restart") and given.get("reana_specification"):
        specification = read_specification(given["reana_specification"])
    return Start(
        {**parameters, **mapping(given, "input_parameters")},
        {**options, **mapping(given, "operational_options")},
        bool(given.get("restart")),
        specification,
    )


def _started(found: Analysis) -> Response:
    """The name without its number, but for old clients, whose runs run at once."""
    if is_seed():
        return answer(said(found, "Workflow successfully launched", status="running"))
    about = said(found, "Workflow submitted.", status="queued", run_number=found.run_number)
    return answer({**about, "workflow_name": found.name})


def _changed(found: Analysis, message: str, status: str = "") -> Response:
    return answer(said(found, message, status=status or found.status))
