"""Workflows: listed, created, what was said of them (REANA dossier 3, 5.2)."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

from flask import Blueprint, Response, request

from taverna_server.errors import BadRequest
from taverna_server.manager.analyses import is_uuid
from taverna_server.model.analysis import Analysis, AnalysisQuery
from taverna_server.model.identity import User
from taverna_server.reana import progress
from taverna_server.reana.answers import (
    answer,
    moment,
    moment_or_none,
    named,
    page_asked_for,
    paged,
    size,
    user_id,
)
from taverna_server.reana.dialect import caller, is_seed
from taverna_server.reana.reading import body, flag, mapping, object_body, search
from taverna_server.serving.context import manager
from taverna_server.workflow.reana import read_specification

blueprint = Blueprint("workflows", __name__)

STATUSES = (
    "created", "running", "finished", "failed", "deleted", "stopped", "queued", "pending",
)  # fmt: skip
SORTS = ("desc", "asc", "disk-desc", "cpu-desc")


@blueprint.get("/workflows")
def list_workflows() -> Response:
    """An array for clients that do not say which type they want: those of 0.3 and 0.4."""
    user = caller()
    kind = request.args.get("type")
    if kind is None or is_seed():
        found, _ = manager().analyses(AnalysisQuery(user=user.name))
        return answer([_seed_item(it) for it in found])
    if kind not in ("batch", "interactive"):
        raise BadRequest(f"'{kind[:40]}' is no type of workflows: batch or interactive.")
    if kind == "interactive":  # there are no notebooks
        return answer({**paged([], 0), "user_has_workflows": _has_any(user)})
    found, total = manager().analyses(_query(user))
    items = [_item(user, it) for it in found]
    return answer({**paged(items, total), "user_has_workflows": total > 0 or _has_any(user)})


def _query(user: User) -> AnalysisQuery:
    page, most = page_asked_for()
    sort = request.args.get("sort") or "desc"
    if sort not in SORTS:
        raise BadRequest(f"'sort' is one of {', '.join(SORTS)}.")
    said = request.args.get("workflow_id_or_name") or None
    parts = search(request.args.get("search")).get("name", [])
    by = request.args.get("shared_by")
    return AnalysisQuery(
        user=user.name,
        scope="received" if by else "shared" if flag("shared") else "own",
        owner=None if by in (None, "", "anybody") else manager().name_of(by),
        shared_with=_shared_with(request.args.get("shared_with")),
        statuses=_statuses(),
        text=parts[0] if parts else "",
        run_id=said if said and is_uuid(said) else None,
        name=None if said is None or is_uuid(said) else said.partition(".")[0],
        sort=sort,
        page=page,
        size=most,
    )


def _shared_with(said: str | None) -> str | None:
    if not said or said in ("anybody", "nobody"):
        return said or None
    return manager().name_of(said)


def _statuses() -> tuple[str, ...]:
    """One parameter with commas, or several of them."""
    found = [word for text in request.args.getlist("status") for word in text.split(",") if word]
    for word in found:
        if word not in STATUSES:
            raise BadRequest(f"'{word[:40]}' is no status: {', '.join(STATUSES)}.")
    return tuple(found)


def _has_any(user: User) -> bool:
    return manager().analyses(AnalysisQuery(user=user.name, size=1))[1] > 0


def _item(user: User, found: Analysis) -> dict[str, object]:
    verbose = flag("verbose")
    sized = flag("include_workspace_size", verbose)
    item = {
        **_seed_item(found),
        "launcher_url": None,
        "progress": progress.times(found),
        "size": size(found.size if sized else -1),
        "owner_email": manager().address_of(found.owner),
        "shared_with": manager().shared_with(user, found),
    }
    if flag("include_progress", verbose) and found.status != "deleted":
        item["progress"] = progress.document(user, found)
    return item


def _seed_item(found: Analysis) -> dict[str, object]:
    return {
        "id": found.run_id,
        "name": found.full_name,
        "status": found.status,
        "user": user_id(found.owner),
        "created": moment(found.created),
    }


@blueprint.post("/workflows")
def create_workflow() -> Response:
    user = caller()
    if request.args.get("spec"):
        return answer({"message": "Specifications are not fetched from elsewhere."}, 501)
    document = body()
    if document is None:
        raise BadRequest("The body of the request has no specification.")
    specification = read_specification(document, expanded=is_seed())
    found = manager().create_analysis(user, specification, request.args.get("workflow_name", ""))
    return answer({"message": "Workflow workspace created", **named(found)}, 201)


@blueprint.get("/workflows/<workflow>/specification")
def specification(workflow: str) -> Response:
    """As it was posted, in one form; and what the start put in the place of parameters."""
    found = manager().analysis(caller(), workflow)
    record = manager().record_of(found)
    return answer({"specification": record.specification, "parameters": record.given})


@blueprint.get("/workflows/<workflow>/parameters")
def parameters(workflow: str) -> Response:
    """Those of the specification: the client refuses others."""
    found = manager().analysis(caller(), workflow)
    record = manager().record_of(found)
    inputs = mapping(record.specification, "inputs")
    return answer(
        {
            "id": found.run_id,
            "name": found.full_name,
            "type": found.type,
            "parameters": inputs.get("parameters") or {},
        }
    )


@blueprint.get("/workflows/<workflow>/retention_rules")
def retention_rules(workflow: str) -> Response:
    """Those of the specification; and everything goes when the run expires."""
    found = manager().analysis(caller(), workflow)
    rules = [] if found.expiry is None else [*_rules(found), _last_rule(found, found.expiry)]
    return answer({**named(found), "retention_rules": rules})


def _rules(found: Analysis) -> Iterator[dict[str, object]]:
    workspace = mapping(manager().record_of(found).specification, "workspace")
    for pattern, days in mapping(workspace, "retention_days").items():
        due = found.finished and found.finished + timedelta(days=days)
        status = "created" if due is None else "active" if due > datetime.now(UTC) else "applied"
        yield _rule(found, pattern, days, due, status)


def _last_rule(found: Analysis, expiry: datetime) -> dict[str, object]:
    return _rule(found, "**/*", (expiry - found.created).days, expiry, "active")


def _rule(
    found: Analysis, pattern: str, days: int, due: datetime | None, status: str
) -> dict[str, object]:
    number = str(uuid.uuid5(uuid.UUID(found.run_id), pattern))
    about = {"id": number, "workspace_files": pattern, "retention_days": days}
    return {**about, "apply_on": moment_or_none(due), "status": status}


@blueprint.post("/launch")
def launch() -> Response:
    """Workflows are not fetched from elsewhere."""
    caller()
    object_body()
    return answer({"message": "Workflows cannot be launched from an address here."}, 501)


@blueprint.post("/workflows/<workflow>/open/<kind>")
def open_session(workflow: str, kind: str) -> Response:
    """There are no notebooks."""
    manager().analysis(caller(), workflow)
    object_body()
    return answer({"message": f"This server opens no interactive sessions ({kind[:40]})."}, 501)


@blueprint.post("/workflows/<workflow>/close")
def close_session(workflow: str) -> Response:
    found = manager().analysis(caller(), workflow)
    return answer({"message": f"Workflow {found.full_name} has no open interactive session."}, 404)
