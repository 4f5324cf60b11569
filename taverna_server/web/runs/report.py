"""A problem with a run, told to the administrators in one message.

It always says which run it is, how it is, and which versions took part. The end of its
logs and its inputs go with it only where the person ticks that: they may hold what is
nobody's business. Without an address for reports (``support_address``), and for guests,
the same is a text file to be sent by whatever way there is.
"""

from __future__ import annotations

import json
import platform
from collections.abc import Iterator

from flask import Response

import taverna_server
from taverna_server.player.states import status_message
from taverna_server.serving.context import caller_or_none
from taverna_server.serving.forms import form
from taverna_server.serving.links import base_url
from taverna_server.web.page import redirect
from taverna_server.web.routes import views
from taverna_server.web.runs.context import Viewed, viewed
from taverna_server.web.runs.given import begin_again
from taverna_server.web.runs.logs import end_of, logs_of

MOST_SAID = 4000
"""Characters of what the person says."""
MOST_LOG = 16 << 10
"""Bytes of each log."""
MOST_INPUT = 2000
"""Characters of each input."""


@views.post("/runs/<int:number>/report")
def post_report(number: int) -> Response:
    """Sends the message, or gives it as a file; whoever may look at the run may report it."""
    found = viewed(number)
    text = "\n".join(_report(found)).replace("\0", "")
    if not sends_reports(found):
        return _file(found, text)
    subject = f"Problem with run {number}: {found.run.name}"
    found.manager.report_problem(found.user, found.run.id, subject, text)
    notice = "The report is on its way to the administrators. Thank you."
    return redirect(found.path, notice)


def sends_reports(found: Viewed) -> bool:
    """Whether a report of this person is sent; else it is a file."""
    return found.manager.takes_reports and caller_or_none() is not None


def _report(found: Viewed) -> Iterator[str]:
    run, sent = found.run, form()
    yield f"{found.user.name or 'A guest'} reports a problem with a run."
    if said := sent.text("words").strip():
        yield f"\n{_clean(said[:MOST_SAID])}"
    yield f"\nRun: {base_url()}{found.path}\nName: {run.name}\nIdentifier: {run.id}"
    yield f"State: {status_message(run)}\nExit code: {_or_none(run.exit_code)}"
    yield f"Created: {run.created}\nStarted: {_or_none(run.started)}"
    yield f"Finished: {_or_none(run.finished)}\nOwner: {run.owner}"
    yield f"Workflow: {run.entry}, of type {run.workflow_type}, SHA-256 {run.workflow_id}"
    yield f"Server: taverna-server {taverna_server.__version__}, Python {platform.python_version()}"
    if sent.text("inputs"):
        yield from _inputs(found)
    if sent.text("logs"):
        yield from _logs(found)


def _inputs(found: Viewed) -> Iterator[str]:
    yield "\nInputs:"
    for port, given in begin_again(found).items():
        typed = given.words if given.typed is None else json.dumps(given.typed, ensure_ascii=False)
        yield f"  {port}: {_clean(typed[:MOST_INPUT])}"


def _logs(found: Viewed) -> Iterator[str]:
    for log in logs_of(found.manager, found.user, found.run):
        if log.size:
            yield f"\nEnd of the log “{log.title}”:\n{end_of(log, MOST_LOG).text}"


def _clean(text: str) -> str:
    """Without what no encoding takes."""
    return text.encode("utf-8", "replace").decode()


def _or_none(it: object) -> str:
    return "none" if it is None else f"{it}"


def _file(found: Viewed, text: str) -> Response:
    name = f"report-of-run-{found.run.number}.txt"
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return Response(text, content_type="text/plain; charset=utf-8", headers=headers)
