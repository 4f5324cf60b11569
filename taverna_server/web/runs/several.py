"""``/runs/several``: a workflow run once for each row of a table, all runs or none.

The page is the form of a single run with a table on top. What the table does not name,
or leaves empty, is the same for all runs, and comes from the form. The runs are called as
the form says, with ``#1``, ``#2`` behind it, so that a search finds them together. They
are runs like all others: each counts for every limit, and waits for its turn.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import urlencode

from flask import Response, request
from werkzeug.datastructures import FileStorage

from taverna_server.errors import CreationOff, Invalid, TooManyRuns
from taverna_server.model.identity import User
from taverna_server.player.bodies import received
from taverna_server.player.creation import Ready, create_all, look_at
from taverna_server.player.requests import RunRequest, read_run, run_of, text_of
from taverna_server.serving.context import caller, config
from taverna_server.web.page import page, redirect
from taverna_server.web.routes import views
from taverna_server.web.runs.context import read_number, viewed
from taverna_server.web.runs.filters import PER_PAGE
from taverna_server.web.runs.form import (
    FULL,
    RunForm,
    default_name,
    entry_for,
    first_fields,
    given_in,
    sent_form,
    sentence,
    with_inputs,
    with_problems,
)
from taverna_server.web.runs.variants import BadTable, Table, decoded, given_by, read_table

MOST_TABLE = 4 << 20
"""Bytes of a table."""
NONE_CREATED = "No run was created."
_LONGEST_NAME = 240
_ABOUT_INPUT = re.compile(r"'(.+?)' (.+)", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Several:
    """What the page shows beside the form."""

    form: RunForm
    text: str = ""
    """The table as it was typed or sent."""
    table: Table | None = None
    """As it was understood."""
    problems: Sequence[str] = ()
    """What is wrong with it."""


@views.get("/runs/several")
def get_several() -> Response:
    """The page, for the workflow ``workflow_id`` or with the inputs of the run ``parent_id``."""
    caller()
    asked = request.args
    parent = viewed(it) if (it := read_number(asked.get("parent_id", ""))) else None
    number = read_number(asked.get("workflow_id", ""))
    if number is None and parent is None:
        return redirect("/workflows", "Choose the workflow that is to run.")
    entry = entry_for(number, parent)
    name = default_name(entry, parent, embedded=False)
    return _shown(Several(RunForm(entry, name, first_fields(entry, parent, {}), parent)))


@views.post("/runs/several")
def post_several() -> Response:
    """Makes a run of each row and shows them; or shows what the table says, for ``act=check``."""
    user, tree = caller(), received()
    said = run_of(tree)
    given = given_in(said)
    form = sent_form(said, given, None)
    if form is None:
        raise Invalid({"workflow_id": ["does not exist"]})
    it = Several(with_inputs(form, said, given))
    try:
        it = replace(it, text=_text(said))
        it = replace(it, table=read_table(it.text, form.entry.inputs, config().variants_limit))
        if it.form.is_wrong:
            return _again(it)
        return _carried_out(user, it, read_run(tree), text_of(said.get("act")) == "check")
    except BadTable as error:
        return _again(replace(it, table=None, problems=error.problems))
    except Invalid as error:
        return _again(replace(it, form=with_problems(it.form, error)))
    except TooManyRuns:
        return _again(replace(it, form=replace(it.form, problems=[FULL])))
    except CreationOff as error:
        return _again(replace(it, form=replace(it.form, problems=[sentence(str(error))])))


def _carried_out(user: User, it: Several, wanted: RunRequest, check: bool) -> Response:
    table = it.table
    assert table is not None  # noqa: S101  (it was read)
    name = (wanted.name or it.form.name).strip()[:_LONGEST_NAME]
    ready = _looked_at(user, replace(wanted, name=name), table, it.form.entry.inputs)
    if check:
        return _shown(it)
    runs = create_all(user, ready)
    least = min((each for each in PER_PAGE if each >= len(runs)), default=PER_PAGE[-1])
    query = urlencode({"q": f"{name} #", "per_page": least})
    created = f"{len(runs)} runs were created." if len(runs) > 1 else "1 run was created."
    return redirect(f"/workflows/{runs[0].entry}/runs?{query}", created)


def _looked_at(
    user: User, wanted: RunRequest, table: Table, ports: Sequence[tuple[str, int]]
) -> list[Ready]:
    """Every row as a request that can be carried out.

    Raises:
        BadTable: some cannot, for values in the table.
        Invalid: none can, for something that is the same for all.
    """
    ready, problems = [], []
    for number, row in enumerate(table.rows, 1):
        inputs = {**wanted.inputs, **given_by(row, ports)}
        one = replace(wanted, name=f"{wanted.name} #{number}", inputs=inputs)
        try:
            ready.append(look_at(user, one))
        except Invalid as error:
            problems += [f"Row {number}: {words}." for words in _of_row(error, row)]
    if problems:
        raise BadTable(problems)
    return ready


def _of_row(error: Invalid, row: Any) -> list[str]:
    """The words about values of the row; raises the error again where it has none."""
    found = [(_ABOUT_INPUT.fullmatch(it), it) for it in error.fields.get("inputs", ())]
    words = [it for match, it in found if match and match[1] in row]
    if not words:
        raise error
    return words


def _text(said: dict[str, Any]) -> str:
    """The table: a file goes before what is typed."""
    file = said.get("table_file")
    if not isinstance(file, FileStorage):
        return text_of(said.get("table")) or ""
    content = file.stream.read(MOST_TABLE + 1)
    if len(content) > MOST_TABLE:
        raise BadTable(["The file is too long for a table of values."])
    return decoded(content)


def _again(it: Several) -> Response:
    form = replace(it.form, problems=[NONE_CREATED, *it.form.problems])
    return _shown(replace(it, form=form), 422)


def _shown(it: Several, status: int = 200) -> Response:
    return page("runs/several.html", status, it=it, form=it.form, most=config().variants_limit)
