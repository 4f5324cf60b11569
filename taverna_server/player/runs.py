"""``/runs`` in JSON (Player dossier 1.3, 1.4, 1.5)."""

from __future__ import annotations

import functools
import hashlib
import json
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from typing import Any

from flask import Response, request, stream_with_context

from taverna_server.errors import Invalid, NotPermitted, UnknownWorkflow
from taverna_server.manager.names import LONGEST_IN_PLAYER
from taverna_server.model.identity import GUEST, Permission, User
from taverna_server.model.library import Entry, RunPage, RunQuery
from taverna_server.model.run import COMPLETE, Run, RunStatus
from taverna_server.player import interactions
from taverna_server.player.answers import document, nothing, page_asked_for, page_headers, place
from taverna_server.player.bodies import received
from taverna_server.player.callers import creator, run_of, viewer
from taverna_server.player.creation import create
from taverna_server.player.documents import People, created_run, run_document, run_summary
from taverna_server.player.face import views
from taverna_server.player.guests import publishes_run
from taverna_server.player.ports import outputs_tag
from taverna_server.player.queries import run_query
from taverna_server.player.requests import BLANK, is_true, read_run, text_of
from taverna_server.player.requests import run_of as run_in
from taverna_server.serving.context import config, manager
from taverna_server.serving.negotiation import JSON

AT_A_TIME = 50
MOST = 10_000
NOT_OVER = "Run must be cancelled before deletion."


@views.get("/runs")
def get_runs() -> Response:
    """The caller's, and those shared with them; all, by id, unless pages are asked for."""
    return list_runs(viewer(), run_query(descending=False))


def list_runs(user: User, query: RunQuery) -> Response:
    """A page of them, or all in a stream."""
    page, per_page = page_asked_for()
    if per_page is not None:
        found = manager().find_runs(user, replace(query, page=page, per_page=per_page))
        return document(_summaries(found), headers=page_headers(page, per_page, found.total))
    query = replace(query, page=1, per_page=AT_A_TIME, counted=False)
    first = manager().find_runs(user, query)
    if len(first.runs) < AT_A_TIME:
        return document(_summaries(first))
    return Response(stream_with_context(_stream(user, query, first)), content_type=JSON)


@views.get("/runs/new")
def get_template() -> Response:
    """What to fill in and send to ``/runs``."""
    entry = _entry_asked_for()
    names = [name for name, _ in entry.inputs]
    presets = {name: request.args.get(f"input[{name}]") for name in names}
    inputs = [
        {
            "name": name,
            "value": entry.example(name) if presets[name] is None else presets[name],
            "depth": depth,
            "description": entry.input_description(name),
        }
        for name, depth in entry.inputs
    ]
    template: dict[str, Any] = {"workflow_id": entry.number, "name": entry.title}
    if inputs or config().empty_inputs:
        template["inputs_attributes"] = inputs
    return document({"run": template})


@views.post("/runs")
def post_run() -> Response:
    """Make a run and start it."""
    user, tree = creator(), received()
    wanted = read_run(tree, _number(request.args.get("workflow_id")))
    public = publishes_run(tree) if wanted.public is None else wanted.public
    run = create(user, wanted, published=public)
    key = {"key": manager().view_key(run)} if user.name == GUEST else {}
    maker = replace(user, key_of=run.id)
    there = place(f"/runs/{run.number}", **key)
    return document(created_run(maker, run), 201, {"Location": there})


@views.get("/runs/<int:number>")
def get_run(number: int) -> Response:
    """Everything of one run; clients poll it, so what has not changed is not looked at again."""
    user, run = run_of(number)
    question = interactions.open_question(user, run)
    tag = _tag(user, run, question)
    headers = {"ETag": tag, "Cache-Control": "private, no-cache"}
    if tag in request.headers.get("If-None-Match", ""):
        return Response(status=304, headers=headers)
    found = run_document(user, run, question)
    if not _is_long(found):
        return document(found, headers=headers)
    outputs = _Outputs(run.number, outputs_tag(run), found.pop("outputs"))
    return Response(_pieces(found, outputs), headers=headers, content_type=JSON)


@views.put("/runs/<int:number>")
def put_run(number: int) -> Response:
    """Rename it, or say who may view it; nothing else can be changed."""
    user, run = run_of(number, Permission.UPDATE)
    said = run_in(received())
    if "name" in said:
        name = text_of(said["name"])
        if not (name and name.strip()):
            raise Invalid({"name": [BLANK]})
        manager().set_name(user, run.id, name, LONGEST_IN_PLAYER)
    if "public" in said:
        manager().publish_run(user, run.id, is_true(said["public"]))
    return nothing()


@views.delete("/runs/<int:number>")
def delete_run(number: int) -> Response:
    """Remove it with everything of it, once it is over."""
    user, run = run_of(number, Permission.DESTROY)
    if run.state not in COMPLETE:
        raise NotPermitted(NOT_OVER)
    manager().delete_run(user, run.id)
    return nothing()


@views.put("/runs/<int:number>/cancel")
@views.post("/runs/<int:number>/cancel")
def cancel_run(number: int) -> Response:
    """End it; nothing happens to one that is over."""
    user, run = run_of(number, Permission.UPDATE)
    manager().set_status(user, run.id, RunStatus.FINISHED)
    return nothing()


def _entry_asked_for() -> Entry:
    """Raises UnknownWorkflow where none is named that the caller may view."""
    number = _number(request.args.get("workflow_id"))
    if number is None:
        raise UnknownWorkflow("no such workflow")
    return manager().entry(viewer(), number)


def _number(text: str | None) -> int | None:
    return int(text) if text and text.isascii() and text.isdigit() and len(text) < 10 else None


def _summaries(page: RunPage) -> list[dict[str, Any]]:
    people = People.of(run.owner for run in page.runs)
    return [run_summary(run, people) for run in page.runs]


def _stream(user: User, query: RunQuery, page: RunPage) -> Iterator[str]:
    """The list, page by page, so that the first bytes come at once however long it is."""
    before = "["
    while page.runs:
        yield before + json.dumps(_summaries(page))[1:-1]
        before = ", "
        if len(page.runs) < AT_A_TIME or query.page * AT_A_TIME >= MOST:
            break
        query = replace(query, page=query.page + 1)
        page = manager().find_runs(user, query)
    yield "]"


@dataclass(frozen=True)
class _Outputs:
    """What came out of a run; the same as long as the files are."""

    number: int
    tag: tuple[int, ...]
    ports: list[dict[str, Any]] = field(compare=False)


def _is_long(found: dict[str, Any]) -> bool:
    types = (port["value_type"] for port in found["outputs"])
    return any(isinstance(it, list) and len(it) > AT_A_TIME for it in types)


def _pieces(found: dict[str, Any], outputs: _Outputs) -> Iterator[str]:
    """The document with the outputs last: they may have ten thousand items."""
    yield json.dumps(found)[:-1] + ', "outputs": '
    yield _written(outputs)
    yield "}"


@functools.lru_cache(16)
def _written(outputs: _Outputs) -> str:
    return json.dumps(outputs.ports)


def _tag(user: User, run: Run, question: object) -> str:
    """Another one when the answer would be another: one row, the question, the outputs' times."""
    inputs = manager().store.inputs(run.id) if run.status is RunStatus.INITIALIZED else ()
    seen = (run, inputs, outputs_tag(run), question, user.key_of)
    return f'W/"{hashlib.blake2b(repr(seen).encode(), digest_size=12).hexdigest()}"'
