"""``/runs/<n>``: everything about one run on a page.

What is looked for first stands first: a question that waits for an answer, then why
the run failed, then what came out; while it works, how far it has come. Regions that
change while the run works are marked ``data-live``: the script fetches the page anew
and exchanges those, so what they show is written here and nowhere else.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import quote

from flask import Response, request

from taverna_server.data.paths import WorkDirectory
from taverna_server.data.rundir import RUN_BUNDLE
from taverna_server.errors import BadPath, NotAuthenticated, UnknownEntry, UnknownWorkflow
from taverna_server.manager.progress import Progress
from taverna_server.manager.questions import Question
from taverna_server.model.identity import Permission
from taverna_server.model.library import Entry, RunQuery
from taverna_server.model.run import TAVERNA, RunState
from taverna_server.player.states import status_message
from taverna_server.serving.context import caller_or_none, config, services
from taverna_server.serving.links import segment
from taverna_server.web.page import page, policy, url
from taverna_server.web.routes import views
from taverna_server.web.runs.context import Viewed, url_with_key, viewed
from taverna_server.web.runs.given import given_inputs
from taverna_server.web.runs.logs import end_of, logs_of
from taverna_server.web.runs.reasons import reasons_of
from taverna_server.web.runs.report import sends_reports
from taverna_server.web.runs.rows import lasted
from taverna_server.web.runs.shown import Outputs, Shown, preview_of_file
from taverna_server.web.runs.steps import MOST_LISTED, drawing, graph_of, steps_of
from taverna_server.web.runs.watching import how_far, place_now, sight_of

MOST_JOBS = 100
MOST_OUTPUTS = 50


@views.get("/runs/<int:number>")
def get_run(number: int) -> Response:
    """The page; an embedded run has the bare one."""
    found = viewed(number)
    # The place first: what happens while the page is made is told once more, not lost.
    progress = found.manager.progress(found.user, found.run.id)
    place = place_now(sight_of(found.manager, found.user, found.run), progress)
    embedded = found.run.embedded or request.args.get("embedded") == "true"
    response = page(
        "runs/show.html",
        it=found,
        run=found.run,
        place=place,
        embedded=embedded,
        url=url_with_key,
        **_about(found),
        **_state(found),
        **_work(found, progress),
    )
    return with_policy(response, embedded)


def with_policy(response: Response, embedded: bool) -> Response:
    """Sound and film may play; an embedded page may stand in one of another site."""
    ancestors = {"frame_ancestors": config().embedding} if embedded else {}
    response.headers["Content-Security-Policy"] = policy(media_src="'self'", **ancestors)
    return response


def _about(found: Viewed) -> dict[str, Any]:
    manager, user, run = found.manager, found.user, found.run
    children = manager.find_runs(user, RunQuery(parent=run.number, per_page=10))
    return {
        "entry": _entry(run.entry),
        "children": children.runs,
        "shared": manager.permissions(user, run.id) if found.is_owner else {},
        "levels": {Permission.READ: "may look", Permission.UPDATE: "may change",
                   Permission.DESTROY: "may delete"},
        "reports": sends_reports(found),
        "left": _left(found),
        "bundle": _size(manager.working_directory(user, run.id), RUN_BUNDLE),
        "result": run.baclava_output,
        "inputs": given_inputs(found),
    }  # fmt: skip


def _entry(number: int) -> Entry | None:
    """The workflow in the library, where the caller may still see it."""
    try:
        return services().manager.entry(caller_or_none(), number)
    except (UnknownWorkflow, NotAuthenticated):
        return None


def _size(wd: WorkDirectory, path: str) -> int | None:
    """Of a file; None where there is none."""
    try:
        return wd.entry(path).size
    except (UnknownEntry, BadPath):
        return None


def _left(found: Viewed) -> timedelta:
    """Until the run goes by itself."""
    return found.run.expiry - datetime.now(UTC)


def _state(found: Viewed) -> dict[str, Any]:
    manager, user, run = found.manager, found.user, found.run
    asked = manager.open_questions(user, run.id)
    questions = [it for it in asked if not it.is_note]
    return {
        "badge": "waiting" if questions else run.state,
        "message": status_message(run, bool(questions)),
        "lasted": lasted(run),
        "question": questions[0] if questions else None,
        "more_questions": len(questions) - 1,
        "question_page": _opened(found, questions[0]) if questions else "",
        "notes": [(it, _opened(found, it)) for it in asked if it.is_note],
        "active": run.state in (RunState.PENDING, RunState.RUNNING, RunState.CANCELLING),
    }


def _opened(found: Viewed, question: Question) -> str:
    """The address of the page that asks, with a key for who may answer (``serving/pages.py``)."""
    if not found.may_change:
        return ""
    if question.page is None or found.user.guest:
        return url_with_key(f"{found.path}/interaction/{segment(question.serial)}")
    key = services().authenticator.pages.key(found.user.name, found.run.id)
    place = f"/rest/runs/{found.run.id}/wd/{quote(question.page)}"
    return url(place, key=key) if key else ""


def _work(found: Viewed, progress: Progress) -> dict[str, Any]:
    manager, user, run = found.manager, found.user, found.run
    graph = graph_of(manager, user, run)
    steps = steps_of(graph, progress)
    outputs = outputs_of(found)
    done, total = how_far(progress)
    logs = logs_of(manager, user, run)
    return {
        "graph": drawing(graph, progress),
        "steps": steps[:MOST_LISTED],
        "more_steps": max(len(steps) - MOST_LISTED, 0),
        "done": done,
        "total": total,
        "outputs": outputs,
        "reasons": reasons_of(found, progress, steps, outputs),
        "jobs": list(progress.jobs.values())[-MOST_JOBS:],
        "logs": [(log, end_of(log) if log.size else None) for log in logs],
    }


def outputs_of(found: Viewed) -> list[Shown]:
    """Each output port of the workflow, in its order; none where they are one document.

    Of REANA's workflows the files that they say they make.
    """
    run = found.run
    if run.workflow_type != TAVERNA:
        wd = found.manager.working_directory(found.user, run.id)
        names = found.manager.declared_outputs(run)[:MOST_OUTPUTS]
        return [Shown(name, preview=preview_of_file(wd, name)) for name in names]
    if run.baclava_output is not None:
        return []
    shown = Outputs(found.manager.working_directory(found.user, run.id))
    return [shown.show(name) for name, _ in found.manager.workflow_of(run).outputs]
