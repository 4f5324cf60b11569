"""The form for a new run: ``/runs/new``, ``/workflows/<n>/runs/new``, and what it sends.

It works without scripts and without an earlier page, as the phone apps show it in a
small window of their own (Player dossier 3.2). With ``parent_id`` it begins with what an
earlier run was given. ``embedded=true`` is the bare form for pages of other sites, with
presets (``input[NAME]``) that are sent without being shown (1.9). Visitors see the form of
a published workflow, and log in once they send it. A request that cannot
be carried out comes back as the form, with the words at the fields and all that was
typed; only files cannot be given back to a browser, and the form says so.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlencode

from flask import Response, request

from taverna_server.errors import (
    BadRequest,
    CreationOff,
    Invalid,
    NotAuthenticated,
    TooManyRuns,
    UnknownWorkflow,
)
from taverna_server.model.identity import User
from taverna_server.model.library import Entry
from taverna_server.model.run import Run
from taverna_server.player.bodies import received
from taverna_server.player.callers import KEY, creator
from taverna_server.player.creation import create
from taverna_server.player.requests import is_true, read_run, run_of, text_of
from taverna_server.serving.context import caller_or_none, config, manager
from taverna_server.web.errors import is_browser, to_sign_in
from taverna_server.web.page import page, policy, redirect
from taverna_server.web.routes import views
from taverna_server.web.runs.context import Viewed, read_number, viewed
from taverna_server.web.runs.fields import Field, as_json, fields_of, prepared, typed_in
from taverna_server.web.runs.given import begin_again

CREATED = "Run was successfully created."
NOT_CREATED = "Run was not successfully created."
_PRESET = re.compile(r"input\[(.+)\]|input_(.+)", re.DOTALL)
_PROBLEM = re.compile(r"'(.+)' (.+)", re.DOTALL)
_BAD_JSON = "This is no JSON object of inputs: check brackets, commas and quotes."
FULL = (
    "The server keeps as many runs as it may. Delete some that are over, or come back "
    "when others have expired."
)
_MOST_TITLE = 200
MOST_KEPT = 4096
"""Bytes of a form that a visitor finds again after logging in."""


@dataclass(frozen=True, slots=True)
class RunForm:
    """All that the form shows."""

    entry: Entry
    name: str
    fields: Sequence[Field] = ()
    parent: Viewed | None = None
    embedded: bool = False
    presets: Mapping[str, str] = field(default_factory=dict)
    provenance: bool = False
    """A run bundle is wanted."""
    as_json: bool = False
    """The inputs are edited as one JSON document."""
    json: str = ""
    problems: Sequence[str] = ()
    """What is wrong and belongs to no field."""
    name_problem: str = ""
    json_problem: str = ""

    @property
    def is_wrong(self) -> bool:
        """Something is to be put right."""
        ours = [it.problem for it in self.fields]
        return any([*ours, *self.problems, self.name_problem, self.json_problem])


@views.get("/runs/new")
def get_new_run() -> Response:
    """The form, for the workflow ``workflow_id`` or the run ``parent_id``."""
    number = request.args.get("workflow_id", "")
    return _new(read_number(number))


@views.get("/workflows/<int:number>/runs/new")
def get_new_run_of_workflow(number: int) -> Response:
    """The same, at the address that the phone apps open."""
    return _new(number)


@views.post("/runs")
def post_run() -> Response:
    """Makes the run and shows it."""
    return _made(None)


@views.post("/workflows/<int:number>/runs")
def post_run_of_workflow(number: int) -> Response:
    """The same, below the workflow."""
    return _made(number)


def _new(number: int | None) -> Response:
    embedded = request.args.get("embedded") == "true"
    parent = viewed(it) if (it := read_number(request.args.get("parent_id", ""))) else None
    if number is None and parent is None:
        return redirect("/workflows", "Choose the workflow that is to run.")
    entry = entry_for(number, parent)
    presets = dict(_presets())
    form = RunForm(
        entry,
        default_name(entry, parent, embedded),
        first_fields(entry, parent, presets),
        parent,
        embedded,
        {name: it for name, it in presets.items() if embedded},
        provenance=parent is not None and parent.run.generate_provenance,
        as_json=request.args.get("as") == "json",
    )
    return _shown(replace(form, json=as_json(form.fields)))


def _shown(form: RunForm, status: int = 200) -> Response:
    must_log_in = caller_or_none() is None and config().guests != "on"
    response = page("runs/form.html", status, form=form, must_log_in=must_log_in)
    if form.embedded:
        framed = policy(frame_ancestors=config().embedding)
        response.headers["Content-Security-Policy"] = framed
    return response


def entry_for(number: int | None, parent: Viewed | None) -> Entry:
    """Of a repetition that of the run repeated, the very same document."""
    if parent is not None:
        return manager().entry_of(parent.run)
    if number is None:
        raise UnknownWorkflow("no such workflow")
    return manager().entry(caller_or_none(), number)


def first_fields(entry: Entry, parent: Viewed | None, presets: Mapping[str, str]) -> list[Field]:
    """As a form begins: with what the run repeated had, else presets, else examples."""
    if parent is None:
        return fields_of(entry, presets=presets)
    return fields_of(entry, begin_again(parent))


def default_name(entry: Entry, parent: Viewed | None, embedded: bool) -> str:
    """Another one each time, so that runs can be told apart in the list (2.3, U10)."""
    if embedded:
        return f"{entry.title} (embedded)"
    title = parent.run.name if parent else entry.title
    title = re.sub(r" \d{4}-\d\d-\d\d \d\d:\d\d:\d\d$", "", title)[:_MOST_TITLE]
    return f"{title} {datetime.now(UTC):%Y-%m-%d %H:%M:%S}"


def _presets() -> list[tuple[str, str]]:
    """Values for inputs in the address; the second spelling is SEEK's."""
    found = ((_PRESET.fullmatch(name), value) for name, value in request.args.items())
    return [(match[1] or match[2], value) for match, value in found if match]


def _made(number: int | None) -> Response:
    try:
        user = creator()
    except NotAuthenticated:
        if not is_browser() or (request.content_length or MOST_KEPT) >= MOST_KEPT:
            raise
        return to_sign_in(_kept(number))
    tree = received()
    said = run_of(tree)
    given = given_in(said)
    form = sent_form(said, given, number)
    if form is None:  # no workflow to show a form of
        raise Invalid({"workflow_id": ["does not exist"]})
    form = with_inputs(form, said, given)
    if form.is_wrong:
        return _again(form)
    try:
        run = create(user, read_run(tree, number))
    except Invalid as error:
        return _again(with_problems(form, error))
    except TooManyRuns:
        return _again(replace(form, problems=[FULL]))
    except CreationOff as error:
        return _again(replace(form, problems=[sentence(str(error))]))
    return _to(run, user)


def _kept(number: int | None) -> str:
    """The address of the form with what a visitor typed, for after the login."""
    said = run_of(received())
    typed = {f"input[{port}]": text_of(it.get("value")) for port, it in given_in(said).items()}
    wanted = read_number(text_of(said.get("workflow_id"))) or number
    asked = {"workflow_id": wanted, "embedded": "true" if is_true(said.get("embedded")) else None}
    return f"/runs/new?{urlencode({k: v for k, v in (asked | typed).items() if v})}"


def _again(form: RunForm) -> Response:
    problems = [NOT_CREATED, *form.problems]
    return _shown(replace(form, problems=problems), 422)


def _to(run: Run, user: User) -> Response:
    """The page of the run; guests get the key to it."""
    key = f"?{KEY}={manager().view_key(run)}" if user.guest or run.embedded else ""
    return redirect(f"/runs/{run.number}{key}", CREATED)


def given_in(said: dict[str, Any]) -> dict[str, dict[str, Any]]:
    """What was sent for each input, by port."""
    items = said.get("inputs_attributes") or {}
    listed = items.values() if isinstance(items, dict) else items
    if not isinstance(items, dict | list):
        raise BadRequest("'inputs_attributes' is no list of inputs")
    found = [it for it in listed if isinstance(it, dict)]
    return {name: it for it in found if (name := text_of(it.get("name")))}


def sent_form(
    said: dict[str, Any], given: dict[str, dict[str, Any]], number: int | None
) -> RunForm | None:
    """The form as it was sent; None where it names no workflow that the caller may see."""
    parent_number = read_number(text_of(said.get("parent_id")) or "")
    parent = viewed(parent_number) if parent_number else None
    wanted = read_number(text_of(said.get("workflow_id")) or "") or number
    try:
        entry = entry_for(wanted, parent)
    except UnknownWorkflow:
        return None
    embedded = is_true(said.get("embedded"))
    name = text_of(said.get("name"))
    return RunForm(
        entry,
        default_name(entry, parent, embedded) if name is None else name,
        typed_in(first_fields(entry, parent, {}), given),
        parent,
        embedded,
        provenance=is_true(said.get("provenance")),
        as_json="as_json" in said,
        json=text_of(said.get("json")) or "",
    )


def with_inputs(form: RunForm, said: dict[str, Any], given: dict[str, dict[str, Any]]) -> RunForm:
    """Puts the inputs into the request as the Player interface takes them."""
    if not form.as_json:
        depths = dict(form.entry.inputs)
        said["inputs_attributes"], wrong = prepared(given, depths)
        fields = [replace(it, problem=sentence(wrong.get(it.port, ""))) for it in form.fields]
        return replace(form, fields=fields)
    try:
        values = json.loads(form.json or "{}")
    except (ValueError, RecursionError):
        values = None
    if not isinstance(values, dict):
        return replace(form, json_problem=_BAD_JSON)
    said["inputs_attributes"] = [{"name": it, "value": value} for it, value in values.items()]
    return form


def with_problems(form: RunForm, error: Invalid) -> RunForm:
    """The words at their fields; those about inputs begin with the port."""
    rest, by_port = [], {}
    for name, texts in error.fields.items():
        for text in texts:
            about = _PROBLEM.fullmatch(text) if name == "inputs" else None
            if about and not form.as_json:
                by_port[about[1]] = sentence(about[2])
            elif name != "name":
                rest.append(f"{name}: {text}" if name != "inputs" else text)
    known = {it.port for it in form.fields}
    rest += [f"{port}: {text}" for port, text in by_port.items() if port not in known]
    names = error.fields.get("name", ())
    fields = [replace(it, problem=by_port.get(it.port, "")) for it in form.fields]
    return replace(form, fields=fields, problems=rest, name_problem=sentence("; ".join(names)))


def sentence(words: str) -> str:
    return f"{words[:1].upper()}{words[1:]}." if words else ""
