"""What a run left, to be saved: all results in an archive, and the log (Player dossier 1.7)."""

from __future__ import annotations

from flask import Response

from taverna_server.data.content import TEXT
from taverna_server.data.outputs import OUTPUT_SUBDIRECTORY
from taverna_server.data.workspace import Workspace
from taverna_server.errors import Unknown
from taverna_server.model.identity import User
from taverna_server.model.run import COMPLETE, TAVERNA, Run
from taverna_server.player.answers import attachment
from taverna_server.player.archives import archive, archive_of_files
from taverna_server.player.callers import run_of
from taverna_server.player.documents import moment
from taverna_server.player.face import views
from taverna_server.player.states import status_message
from taverna_server.serving.context import manager
from taverna_server.serving.files import plain_text, security_headers


@views.get("/runs/<int:number>/download/results")
def download_results(number: int) -> Response:
    """Everything that came out; 404 until the run is over."""
    user, run = run_of(number)
    if run.state not in COMPLETE:
        raise Unknown("there are no results before the run is over")
    wd = manager().working_directory(user, run.id)
    if run.workflow_type != TAVERNA:
        place, paths = Workspace(manager().directory(run).wd), manager().declared_outputs(run)
        return archive_of_files(place, paths, attachment(f"{run.name}-all-results.zip"))
    return archive(wd, OUTPUT_SUBDIRECTORY, attachment(f"{run.name}-all-results.zip"))


@views.get("/runs/<int:number>/download/log")
def download_log(number: int) -> Response:
    """The detailed log so far; one line about the end where the engine wrote none."""
    user, run = run_of(number)
    headers = {**security_headers(""), **attachment(f"{run.name}-log.txt")}
    if parts := manager().log(user, run.id):
        response = plain_text(manager().working_directory(user, run.id), parts)
        response.headers.update(headers)
        return response
    if run.started is None or run.state not in COMPLETE:
        raise Unknown("there is no log of this run")
    return Response(_last_words(user, run), headers=headers, content_type=TEXT)


def _last_words(user: User, run: Run) -> str:
    said = manager().failure(user, run.id)
    return f"{moment(run.finished)} Run {run.number}: {status_message(run)}\n" + (
        f"{said}\n" if said else ""
    )
